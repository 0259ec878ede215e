import { EuiLink } from '@elastic/eui';
import React from 'react';
import type { HealthEvent } from '../../../common/api';
import { annotationStyle } from '../../charts/annotation_style';
import { EventNumber } from '../../charts/chart_annotations';
import { Panel } from '../../components/panel';
import { Sentence } from '../../components/sentence';
import { formatCount, formatSpan } from '../../format/numbers';
import { useTarget } from '../../hooks/use_target';
import { useTimeFormat } from '../../hooks/use_time_format';
import { SUBJECTS } from '../../test_subjects';
import { useRotaTheme } from '../../theme/use_rota_theme';
import { hostsOf } from './event/hosts';

interface EventsPanelProps {
  events: HealthEvent[];
  chosen: string | null;
  onChoose(id: string): void;
  stale: boolean;
}

const MOST_ROWS = 100;

/** What happened, why, and whom it hurt; newest first. */
export function EventsPanel({ events, chosen, onChoose, stale }: EventsPanelProps) {
  const newest = [...events].reverse().slice(0, MOST_ROWS);
  return (
    <Panel
      id="events"
      title="Events"
      question={
        events.length > MOST_ROWS
          ? `What happened, why, and whom did it hurt? The newest ${MOST_ROWS} of ${events.length}; choose a shorter range for the rest`
          : 'What happened, why, and whom did it hurt? Numbers as above; choose one to see it second by second'
      }
      stale={stale}
    >
      {newest.length === 0 ? (
        <p className="rotaFine">Nothing fell, nothing was deployed, nobody fell silent in this window.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <section className="rotaScroll" aria-label="Rows of the events" tabIndex={0}>
          <table className="rotaTable rotaTable--rows rotaEvents">
            <thead>
              <tr>
                <th scope="col">#</th>
                <th scope="col">Event</th>
                <th scope="col">Host</th>
                <th scope="col">Since</th>
                <th scope="col">Lasted</th>
                <th scope="col">Cause</th>
                <th scope="col" className="rotaNumeric">
                  Users hurt
                </th>
                <th scope="col" className="rotaNumeric">
                  Gap
                </th>
                <th scope="col">Open</th>
              </tr>
            </thead>
            <tbody>
              {newest.map((event) => (
                <EventRow key={event.id} event={event} chosen={event.id === chosen} onChoose={onChoose} />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Panel>
  );
}

function EventRow({ event, chosen, onChoose }: { event: HealthEvent; chosen: boolean; onChoose(id: string): void }) {
  const theme = useRotaTheme();
  const time = useTimeFormat();
  const { colour } = annotationStyle(event.kind, theme);
  const danger = event.severity === 'danger';
  return (
    <tr
      className={`${danger ? 'rotaEvents__row--danger' : ''}${chosen ? ' rotaEvents__row--chosen' : ''}`}
      data-test-subj={SUBJECTS.event(event.n)}
    >
      <td>
        <EventNumber n={event.n} colour={colour} />
      </td>
      <td>
        <button
          type="button"
          className={`rotaLinkButton rotaEvents__title${danger ? ' rotaShare__mark' : ''}`}
          aria-pressed={chosen}
          onClick={() => onChoose(event.id)}
        >
          {event.title}
        </button>
      </td>
      <td>{hostsOf(event.hosts)}</td>
      <td title={time.full(event.since)}>{time.second(event.since)}</td>
      <td>{event.until === null ? 'still' : event.duration_ms === null ? '–' : formatSpan(event.duration_ms)}</td>
      <td className="rotaEvents__cause">
        <Sentence text={event.cause} />
      </td>
      <td className={`rotaNumeric${event.users_hurt > 0 ? ' rotaShare__mark' : ' rotaFine'}`}>
        {formatCount(event.users_hurt)}
      </td>
      <td className={`rotaNumeric${event.gap_ms ? ' rotaShare__mark' : ' rotaFine'}`}>
        {event.gap_ms === null ? '–' : formatSpan(event.gap_ms)}
      </td>
      <td>
        <Links event={event} />
      </td>
    </tr>
  );
}

function Links({ event }: { event: HealthEvent }) {
  const target = useTarget();
  const { trace_request_id: request, lines, other } = event;
  return (
    <span className="rotaEvents__links">
      {request && <EuiLink {...target({ ...lines, page: 'requests', request_id: request })}>Trace</EuiLink>}
      {other && <EuiLink {...target(other.target)}>{other.label}</EuiLink>}
      <EuiLink {...target(lines)}>Lines</EuiLink>
    </span>
  );
}
