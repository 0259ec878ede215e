import React from 'react';
import { type EventDetail, type HealthEvent, MAX_EVENT_HOSTS } from '../../../../common/api';
import type { TableData } from '../../../components/data_table';
import { Legend } from '../../../components/legend';
import { Panel } from '../../../components/panel';
import { LoadingBlock, NoAnswer } from '../../../components/states';
import { formatCount, formatRate, formatSpan } from '../../../format/numbers';
import type { TimeFormat } from '../../../format/time';
import { useRotaQuery } from '../../../hooks/use_rota_query';
import { useScope } from '../../../hooks/use_scope';
import { useTimeFormat } from '../../../hooks/use_time_format';
import { SUBJECTS } from '../../../test_subjects';
import { useRotaTheme } from '../../../theme/use_rota_theme';
import { EventDrawing } from './event_drawing';
import { EventLinesPanel } from './event_lines_panel';
import { HEIGHT } from './geometry';
import { hostsOf } from './hosts';

/** An event that still lasts is drawn up to this long. */
const OPEN_MS = 10 * 60_000;

/** The chosen event: second by second, and in the logs' own words; one question for both. */
export function EventPanels({ event, windowEnd }: { event: HealthEvent; windowEnd: number }) {
  const theme = useRotaTheme();
  const time = useTimeFormat();
  const { moves } = useScope();
  const hosts = event.hosts.slice(0, MAX_EVENT_HOSTS);
  const { data, error, isPreviousData, refetch } = useRotaQuery(
    'health',
    { parts: ['event'], event: { hosts, tier: event.tier, ...spanOf(event, windowEnd) } },
    // The end of an event that lasts moves with the page's answer.
    event.until === null && moves ? { pace: { follows: 'window' } } : {},
  );
  const detail = data?.data.event;
  return (
    <>
      <Panel
        id="event"
        title={`Event ${event.n}, second by second: ${hostsOf(event.hosts)} ${inSentence(event.title)}`}
        question={detail ? questionOf(event, detail) : 'Where did the time go?'}
        legend={
          <Legend
            items={[
              { label: 'Good', colour: theme.status.s2xx },
              { label: '5XX', colour: theme.status.s5xx },
              ...(detail?.probes.length
                ? [
                    { label: 'Probe passed', sign: 'dot' as const, colour: theme.status.s2xx },
                    {
                      label: 'Probe failed',
                      sign: 'cross' as const,
                      colour: theme.dark ? theme.status.s4xx : '#8f7a1c',
                    },
                  ]
                : []),
            ]}
          />
        }
        table={detail ? () => detailTable(detail, time) : undefined}
        stale={isPreviousData}
      >
        <div data-test-subj={SUBJECTS.eventDetail}>
          {error && !detail && <NoAnswer error={error} onRetry={() => void refetch()} />}
          {!detail && !error && <LoadingBlock height={HEIGHT} />}
          {detail && <EventDrawing detail={detail} />}
        </div>
      </Panel>
      <EventLinesPanel
        event={event}
        lines={detail?.lines}
        error={detail ? null : error}
        reasons={data?.partial_reasons ?? []}
        onRetry={() => void refetch()}
        stale={isPreviousData}
      />
    </>
  );
}

/** "Out of pool" becomes "out of pool"; "5XX burst" keeps its capitals. */
const inSentence = (title: string) => (/^[A-Z][a-z]/.test(title) ? title[0]!.toLowerCase() + title.slice(1) : title);

/** The event's own times; the answer adds what was before and after it. */
function spanOf({ since, until }: HealthEvent, windowEnd: number): { since: string; until: string } {
  // The window's end, not the clock's: a question that changed with each drawing would never be answered.
  const end = until ?? Math.min(windowEnd, since + OPEN_MS);
  return { since: new Date(since).toISOString(), until: new Date(Math.max(end, since + 1000)).toISOString() };
}

function questionOf({ gap_ms }: HealthEvent, { carried, out_of_pool }: EventDetail): string {
  const gap = gap_ms ? `Where did the ${formatSpan(gap_ms)} before the ejection go?` : 'What did it answer, and when?';
  const others = carried.map(({ host, per_s }) => `${host} carried ${formatRate(per_s)} requests/s`);
  return out_of_pool.length > 0 && others.length > 0 ? `${gap} Meanwhile ${others.join(', ')}.` : gap;
}

function detailTable(detail: EventDetail, time: TimeFormat): TableData {
  const seconds = detail.interval_ms / 1000;
  const inside = (t: number) => detail.probes.filter((probe) => probe.t >= t && probe.t < t + detail.interval_ms);
  return {
    caption: `Requests and probes of ${hostsOf(detail.hosts)}, every ${formatSpan(detail.interval_ms)}`,
    columns: [
      { name: 'Time' },
      { name: 'Good', numeric: true },
      { name: '5XX', numeric: true },
      { name: 'Requests/s', numeric: true },
      { name: 'Probes' },
    ],
    rows: detail.times.map((t, i) => {
      const good = detail.good[i] ?? 0;
      const failed = detail.failed[i] ?? 0;
      const probes = inside(t).map(({ ok, status }) => `${ok ? 'passed' : 'failed'} ${status ?? ''}`.trim());
      return [
        time.second(t),
        formatCount(good),
        formatCount(failed),
        formatRate((good + failed) / seconds),
        probes.join(', '),
      ];
    }),
  };
}
