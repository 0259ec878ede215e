import { EuiToolTip } from '@elastic/eui';
import React from 'react';
import type { Lane, Segment } from '../../../common/api';
import { formatSpan } from '../../format/numbers';
import { useTarget } from '../../hooks/use_target';
import { useTimeFormat } from '../../hooks/use_time_format';
import { SUBJECTS } from '../../test_subjects';
import { type RotaTheme, useRotaTheme } from '../../theme/use_rota_theme';
import { STATE_LABELS } from './states';

const HEIGHT = 26;
/** A span of a second in a day must still be seen. */
const LEAST_PX = 3;

interface LaneProps {
  lane: Lane;
  x(t: number): number;
  width: number;
}

/** One host's states; each but serving leads to the raw lines of its time. */
export function StateLane({ lane, x, width }: LaneProps) {
  const theme = useRotaTheme();
  return (
    <div
      className="rotaStateLane"
      style={{ blockSize: HEIGHT, background: theme.panel }}
      data-test-subj={SUBJECTS.lane(lane.host)}
    >
      {width > 0 &&
        lane.segments.map((segment) => (
          <SegmentBox key={`${segment.state}${segment.from}`} segment={segment} lane={lane} x={x} />
        ))}
    </div>
  );
}

function SegmentBox({ segment, lane, x }: { segment: Segment; lane: Lane; x(t: number): number }) {
  const theme = useRotaTheme();
  const time = useTimeFormat();
  const target = useTarget();
  const { state, from, to, note } = segment;
  const left = x(from);
  const width = Math.max(state === 'serving' ? 0 : LEAST_PX, x(to) - left);
  const style = { insetInlineStart: left, inlineSize: width, ...styleOf(state, theme) };
  const label = shortLabel(segment);
  const text = `${lane.host}: ${STATE_LABELS[state]} ${time.second(from)} – ${time.second(to)} (${formatSpan(to - from)})`;
  if (state === 'serving') return <span className="rotaSegment" style={style} title={text} />;
  const link = target({ page: 'requests', from: from - 5000, to: to + 5000, kql: lane.kql });
  return (
    <EuiToolTip
      content={
        <>
          {text}
          {note && (
            <>
              <br />
              {note}
            </>
          )}
          <br />
          Click for the raw lines of this time.
        </>
      }
      anchorProps={{ style: { position: 'static' } }}
    >
      <a className="rotaSegment rotaSegment--link" style={style} {...link}>
        <span aria-hidden>{width > label.length * 6.4 + 10 ? label : ''}</span>
        <span className="euiScreenReaderOnly">
          {text}. {note}
        </span>
      </a>
    </EuiToolTip>
  );
}

function shortLabel({ state, from, to }: Segment): string {
  if (state === 'out') return formatSpan(to - from);
  if (state !== 'serving' && state !== 'errors' && state !== 'probes_failing') return STATE_LABELS[state].toLowerCase();
  return '';
}

function styleOf(state: Segment['state'], theme: RotaTheme): React.CSSProperties {
  switch (state) {
    case 'serving':
      return { background: theme.serving };
    case 'errors':
      return { background: theme.status.s5xx };
    case 'probes_failing':
      return {
        background: `repeating-linear-gradient(135deg, ${theme.status.s4xx} 0 3px, ${theme.dark ? '#6d5c18' : '#8a7a34'} 3px 5px)`,
      };
    case 'out':
    case 'drained':
      return { background: hatch(theme), border: `1px solid ${theme.faint}` };
    case 'partly_out':
      return { background: `linear-gradient(${theme.serving} 0 50%, transparent 50%), ${hatch(theme)}` };
    case 'silent':
      return { border: `1.5px dashed ${theme.text}`, background: theme.panel };
    default:
      return { border: `1px dashed ${theme.faint}`, background: theme.panel };
  }
}

function hatch({ faint, panel }: RotaTheme): string {
  return `repeating-linear-gradient(135deg, ${panel} 0 5px, ${faint} 5px 6px)`;
}

/** The probes of a frontend: short ticks that passed, long crosses below that failed. */
export function ProbeRow({ lane, x, width }: LaneProps) {
  const theme = useRotaTheme();
  const passed = lane.probes.filter(({ ok }) => ok).map(({ t }) => `M${x(t).toFixed(1)} 1v4`);
  const failed = lane.probes.filter(({ ok }) => !ok).map(({ t }) => `M${x(t).toFixed(1)} 0v10`);
  const text = `Probes of ${lane.host}: ${lane.probes_thinned ? 'the failed ones' : `${passed.length} passed`}, ${failed.length} failed`;
  return (
    <div className="rotaState__row rotaState__row--probes">
      <span className="rotaFine">probes</span>
      <svg width={width} height={11} role="img" aria-label={text}>
        <path d={passed.join('')} stroke={theme.faint} strokeWidth={1} />
        <path d={failed.join('')} stroke={theme.dark ? theme.status.s4xx : '#a58a1c'} strokeWidth={2} />
      </svg>
      <span />
    </div>
  );
}
