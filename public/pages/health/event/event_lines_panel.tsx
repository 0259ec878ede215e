import { EuiLink } from '@elastic/eui';
import React from 'react';
import type { EventDetail, EventLine, HealthEvent, PartialReason } from '../../../../common/api';
import type { RotaApiError } from '../../../api/client';
import { Level } from '../../../components/level';
import { Panel } from '../../../components/panel';
import { LoadingBlock, NoAnswer, PartialCallOut } from '../../../components/states';
import { asText } from '../../../format/bytes';
import { formatBytes, formatCount, plural } from '../../../format/numbers';
import { useTarget } from '../../../hooks/use_target';
import { useTimeFormat } from '../../../hooks/use_time_format';
import { SUBJECTS } from '../../../test_subjects';

interface EventLinesProps {
  event: HealthEvent;
  /** undefined: still asked for, or `error`. */
  lines: EventDetail['lines'] | undefined;
  error: RotaApiError | null;
  reasons: PartialReason[];
  stale: boolean;
  onRetry(): void;
}

/** The chosen event in the words of those who saw it. */
export function EventLinesPanel({ event, lines, error, reasons, stale, onRetry }: EventLinesProps) {
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
        {error !== null && <NoAnswer error={error} onRetry={onRetry} />}
        {!lines && error === null && <LoadingBlock height={120} />}
        <PartialCallOut reasons={reasons} />
        {lines?.shown.length === 0 && <p className="rotaFine">{nothingSaid(event)}</p>}
        {lines !== undefined && lines.shown.length > 0 && <LinesTable event={event} lines={lines.shown} />}
      </div>
    </Panel>
  );
}

function howMany({ shown, total }: EventDetail['lines']): string {
  if (total === 0) return 'Who said what, and when?';
  if (total <= shown.length) return `${plural(total, 'line')} of balancer, nginx and application, access lines apart.`;
  return `${formatCount(shown.length)} of ${formatCount(total)} lines: who left and entered the pool, then the earliest.`;
}

/** Why an event can be seen where nobody wrote of it. */
function nothingSaid({ kind }: HealthEvent): string {
  if (kind === 'silent')
    return 'Nobody wrote of it: that is what silence is. Requests that others sent it are drawn above.';
  if (kind === 'deploy') return 'No line speaks of it beside the version that each line bears: nothing went wrong.';
  return 'No line of balancer, nginx or application speaks of it: it was seen in the access lines alone.';
}

function LinesTable({ event, lines }: { event: HealthEvent; lines: readonly EventLine[] }) {
  const time = useTimeFormat();
  const target = useTarget();
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
              <td>
                <Level level={line.level} />
              </td>
              <td>
                <code className="rotaEventLines__line">{asText(new TextEncoder().encode(line.text))}</code>
                <Rest line={line} />
                {line.request_id !== null && (
                  <>
                    {' '}
                    <EuiLink {...target({ ...event.lines, page: 'requests', request_id: line.request_id })}>
                      Trace
                    </EuiLink>
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The server cuts long lines. */
function Rest({ line: { text, bytes } }: { line: EventLine }) {
  const shown = new TextEncoder().encode(text).length;
  return shown < bytes ? <span className="rotaFine"> … {formatBytes(bytes)} in all</span> : null;
}
