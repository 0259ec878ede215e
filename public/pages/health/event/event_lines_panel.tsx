import { EuiLink } from '@elastic/eui';
import React from 'react';
import type { EventDetail, HealthEvent, RawLine } from '../../../../common/api';
import { useTimeFormat } from '../../../app/services';
import { Panel } from '../../../components/panel';
import { LoadingBlock } from '../../../components/states';
import { formatBytes, formatCount, plural } from '../../../format/numbers';
import { useTarget } from '../../../hooks/use_target';
import { SUBJECTS } from '../../../test_subjects';
import { asText } from '../../delivery/bytes';

interface EventLinesProps {
  event: HealthEvent;
  /** undefined: still asked for, or `error`. */
  lines: EventDetail['lines'] | undefined;
  error: string | null;
  /** Not every stream answered. */
  partial: boolean;
  stale: boolean;
}

const GRAVE = new Set(['error', 'critical', 'crit', 'alert', 'emergency', 'emerg', 'fatal']);

/** The chosen event in the words of those who saw it. */
export function EventLinesPanel({ event, lines, error, partial, stale }: EventLinesProps) {
  const target = useTarget();
  return (
    <Panel
      id="event_lines"
      title={`Event ${event.n} in the logs’ own words`}
      question={
        <>
          {lines ? howMany(lines) : 'Who said what, and when?'}{' '}
          <EuiLink {...target(event.lines)}>Its requests, line by line</EuiLink>
        </>
      }
      stale={stale}
    >
      <div data-test-subj={SUBJECTS.eventLines}>
        {error !== null && <p className="rotaFine">{error}</p>}
        {!lines && error === null && <LoadingBlock height={120} />}
        {partial && <p className="rotaFine">Not every log could be read: there may be more lines.</p>}
        {lines?.shown.length === 0 && (
          <p className="rotaFine">
            No balancer, nginx or application line tells of it; it was seen in the access lines alone.
          </p>
        )}
        {lines !== undefined && lines.shown.length > 0 && <LinesTable lines={lines.shown} />}
      </div>
    </Panel>
  );
}

function howMany({ shown, total }: EventDetail['lines']): string {
  if (total === 0) return 'Who said what, and when?';
  if (total <= shown.length) return `${plural(total, 'line')} of balancer, nginx and application, access lines apart.`;
  return `${formatCount(shown.length)} of ${formatCount(total)} lines: who left and entered the pool, then the earliest.`;
}

function LinesTable({ lines }: { lines: readonly RawLine[] }) {
  const time = useTimeFormat();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="rotaScroll rotaEventLines" aria-label="Log lines of the event" tabIndex={0}>
      <table className="rotaTable rotaTable--rows">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Host</th>
            <th scope="col">Log</th>
            <th scope="col">Level</th>
            <th scope="col">Line</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={`${line.index}/${line.id}`}>
              <td title={time.full(line.t)}>{time.second(line.t)}</td>
              <td>{line.host}</td>
              <td>{line.dataset}</td>
              <td className={GRAVE.has((line.level ?? '').toLowerCase()) ? 'rotaShare__mark' : 'rotaFine'}>
                {line.level ?? '–'}
              </td>
              <td>
                <code className="rotaEventLines__line">{asText(new TextEncoder().encode(line.original))}</code>
                <Rest line={line} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The server cuts long lines. */
function Rest({ line: { original, bytes } }: { line: RawLine }) {
  const shown = new TextEncoder().encode(original).length;
  return shown < bytes ? <span className="rotaFine"> … {formatBytes(bytes)} in all</span> : null;
}
