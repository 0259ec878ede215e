import React, { useState } from 'react';
import type { Hop } from '../../../../common/api';
import { Level, levelTone } from '../../../components/level';
import { StatusBadge } from '../../../components/status_badge';
import { formatMs } from '../../../format/numbers';
import { SUBJECTS } from '../../../test_subjects';
import { statusClass } from '../../../theme/colours';
import type { TraceAnswer } from './use_trace';

/** Bars are spans, thin bars the webapp's own event, diamonds log lines; all on one scale from the request's start. */
export function Waterfall({ trace: { hops, duration_ms } }: { trace: TraceAnswer }) {
  const ends = hops.map(({ offset_ms, duration_ms: length }) => offset_ms + (length ?? 0));
  const total = Math.max(1, duration_ms ?? 0, ...ends);
  return (
    <section className="rotaWaterfall" aria-label="Waterfall" data-test-subj={SUBJECTS.waterfall}>
      <div className="rotaWaterfall__head rotaFine">
        <span>Hop</span>
        <span className="rotaWaterfall__scale" aria-hidden>
          {[0, 0.5, 1].map((part) => (
            <span key={part}>{formatMs(part === 0 ? 0 : total * part)}</span>
          ))}
        </span>
        <span className="rotaNumeric">Duration</span>
      </div>
      <ol className="rotaPlainList">
        {hops.map((hop) => (
          <HopRow key={hop.id} hop={hop} total={total} />
        ))}
      </ol>
    </section>
  );
}

function HopRow({ hop, total }: { hop: Hop; total: number }) {
  const isLine = hop.kind === 'line';
  return (
    <li className="rotaWaterfall__hop">
      <div className="rotaWaterfall__row">
        <span className="rotaWaterfall__name" style={{ paddingInlineStart: hop.depth * 14 }}>
          {isLine ? <Level level={hop.level} none="line" /> : <strong>{hop.host}</strong>}{' '}
          <span className="rotaFine" title={hop.label}>
            {isLine ? (hop.logger ?? hop.label) : hop.label}
          </span>
          {hop.status !== null && <StatusBadge status={hop.status} />}
        </span>
        <span className="rotaWaterfall__track" aria-hidden>
          <Mark hop={hop} total={total} />
        </span>
        <span className="rotaNumeric">
          {isLine
            ? `+${formatMs(Math.max(0, hop.offset_ms))}`
            : hop.duration_ms === null
              ? 'open'
              : formatMs(hop.duration_ms)}
        </span>
      </div>
      {hop.message && (
        <p className="rotaWaterfall__message" style={{ paddingInlineStart: hop.depth * 14 + 4 }}>
          {hop.message}
        </p>
      )}
      {hop.error && <ErrorStack error={hop.error} />}
    </li>
  );
}

function Mark({ hop, total }: { hop: Hop; total: number }) {
  const percent = (ms: number) => `${Math.min(100, Math.max(0, (ms / total) * 100))}%`;
  const tone = hop.failed ? 's5xx' : statusClass(hop.status);
  if (hop.kind === 'line') {
    const colour = { danger: 's5xx', warning: 's4xx', calm: 's3xx' }[levelTone(hop.level)];
    return (
      <span
        className="rotaWaterfall__diamond"
        style={{ insetInlineStart: percent(hop.offset_ms), background: `var(--rota-${colour})` }}
      />
    );
  }
  const width = hop.duration_ms === null ? total - hop.offset_ms : hop.duration_ms;
  const shape =
    hop.kind === 'event' ? ' rotaWaterfall__bar--thin' : hop.duration_ms === null ? ' rotaWaterfall__bar--open' : '';
  return (
    <span
      className={`rotaWaterfall__bar${shape}`}
      style={{
        insetInlineStart: percent(hop.offset_ms),
        inlineSize: percent(width),
        background: `var(--rota-${tone})`,
      }}
    />
  );
}

function ErrorStack({ error }: { error: NonNullable<Hop['error']> }) {
  const [folded, setFolded] = useState(true);
  return (
    <div className="rotaWaterfall__error">
      <pre>
        {[error.type, error.message].filter(Boolean).join(': ')}
        {error.stack.map((frame) => `\n    ${frame}`).join('')}
        {!folded && error.folded.map((frame) => `\n    ${frame}`).join('')}
      </pre>
      {error.folded.length > 0 && (
        <button type="button" className="rotaLinkButton" aria-expanded={!folded} onClick={() => setFolded(!folded)}>
          {folded ? `${error.folded.length} frames in dependencies` : 'Hide the frames in dependencies'}
        </button>
      )}
    </div>
  );
}
