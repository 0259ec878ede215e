import { type EventDetail, type HealthEvent, type HealthRequest, MAX_EVENT_HOSTS } from '../../../common/api';
import { ACCESS_DATASETS, FIELDS, streamOf } from '../../../common/ecs';
import { replayProbes } from '../../../common/model/probe_replay';
import type { Dsl } from '../../host';
import { failedFilter, timeAgg } from '../../search/aggregations';
import { bucketOf, bucketsOf } from '../../search/buckets';
import type { NamedSearch, SearchAnswer } from '../../search/msearch';
import { addressFilter, not, timeFilter } from '../../search/scope';
import { indexOf, type Timeline, timelineOf, zeros } from '../../search/timeline';
import type { Settings } from '../../settings';
import type { Assessment } from '../assess';
import type { Landscape } from '../landscape';
import { eventLinesOf } from './event_lines';

type AskedEvent = NonNullable<HealthRequest['event']>;

const MARGIN_MS = 45_000;
const MAX_BARS = 300;

/** The time that the event's picture covers: some before and after it, in bars of a second where they fit. */
export function detailTimeline(event: AskedEvent, now: number): Timeline {
  const from = Date.parse(event.since) - MARGIN_MS;
  const to = Math.min(now, Date.parse(event.until) + MARGIN_MS);
  return timelineOf(from, Math.max(to, from + 1000), MAX_BARS, 60);
}

/** Turns of the event's hosts and of the others in their pool, second by second. */
export function detailSearch(
  event: AskedEvent,
  timeline: Timeline,
  landscape: Landscape,
  { namespace }: Settings,
): NamedSearch {
  const first = event.tier !== 'webapp';
  const byBalancer = first && landscape.balancers.length > 0;
  // Without a frontend that names its upstreams, webapps tell of themselves.
  const byUpstream = !first && landscape.upstreams.length > 0;
  const host = byBalancer ? FIELDS.haproxyServer : byUpstream ? FIELDS.upstreamAddress : FIELDS.host;
  const status = byUpstream ? FIELDS.upstreamStatus : FIELDS.status;
  const siblings = siblingsOf(event, landscape);
  const only: Dsl[] = byUpstream ? [addressFilter(landscape, (name) => siblings.has(name))] : [];
  const datasets = ACCESS_DATASETS[byBalancer ? 'lb' : first || byUpstream ? 'frontend' : 'webapp'];
  return {
    index: datasets.map((dataset) => streamOf(dataset, namespace)).join(','),
    body: {
      size: 0,
      track_total_hits: false,
      query: {
        bool: {
          filter: [
            timeFilter(timeline.from, timeline.to),
            { exists: { field: FIELDS.status } },
            not({ term: { [FIELDS.tags]: 'health_check' } }),
            ...only,
          ],
        },
      },
      aggs: {
        hosts: {
          terms: { field: host, size: MAX_EVENT_HOSTS + 50 },
          aggs: { time: timeAgg(timeline.interval, { failed: { filter: failedFilter(status) } }) },
        },
      },
    },
  };
}

function siblingsOf({ hosts }: AskedEvent, { upstreams, book }: Landscape): Set<string> {
  const own = upstreams.filter(({ address }) => hosts.includes(book.name(address)));
  const homes = new Set(own.map(({ frontend }) => frontend));
  return new Set(
    upstreams
      .filter(({ frontend }) => homes.has(frontend))
      .map(({ address }) => book.name(address))
      .concat(hosts),
  );
}

export interface DetailInput {
  asked: AskedEvent;
  answer: SearchAnswer;
  lines: SearchAnswer;
  timeline: Timeline;
  assessment: Assessment;
  landscape: Landscape;
}

/** One event second by second: where did the detection gap go. */
export function detailOf({ asked, answer, lines, timeline, assessment, landscape }: DetailInput): EventDetail {
  const { pools, events } = assessment;
  const byAddress = asked.tier === 'webapp' && landscape.upstreams.length > 0;
  const name = (key: string) => (byAddress ? landscape.book.name(key) : key);
  const own = new Set(asked.hosts);
  const buckets = bucketsOf(answer.aggregations, 'hosts');
  const [good, failed] = [zeros(timeline), zeros(timeline)];
  for (const bucket of buckets.filter(({ key }) => own.has(name(String(key))))) {
    for (const second of bucketsOf(bucket, 'time')) {
      const i = indexOf(timeline, second);
      if (i === null) continue;
      failed[i]! += bucketOf(second, 'failed').doc_count;
      good[i]! += second.doc_count - bucketOf(second, 'failed').doc_count;
    }
  }
  const event = events.find(
    ({ hosts, kind, since }) =>
      kind !== 'deploy' && hosts.some((host) => own.has(host)) && Math.abs(since - Date.parse(asked.since)) < 2000,
  );
  // Probes are counted host by host; of several they would be one muddle.
  const [host, ...others] = asked.hosts as [string, ...string[]];
  const all = others.length === 0 ? (pools.probes.get(host) ?? []) : [];
  const { counts } = replayProbes(host, all, pools.rules);
  const outs = [...pools.frontends, ...pools.webapps].filter((out) => own.has(out.host));
  const gap =
    event?.first_failure != null && event.gap_ms !== null ? { from: event.first_failure, to: event.since } : null;
  const firstPass = all.find(({ t, ok }) => ok && event !== undefined && t > event.since);
  return {
    hosts: asked.hosts,
    from: timeline.from,
    to: timeline.to,
    interval_ms: timeline.interval,
    times: timeline.times,
    good,
    failed,
    probes: all
      .map(({ t, ok, status }, i) => ({ t, ok, status, count: counts[i] ?? null }))
      .filter(({ t }) => t >= timeline.from && t < timeline.to),
    out_of_pool: outs
      .filter((out) => out.from < timeline.to && (out.to ?? timeline.to) > timeline.from)
      .map(({ from, to }) => ({ from, to })),
    gap,
    marks: event ? marksOf(event, failed, timeline, firstPass?.t ?? null) : [],
    carried: carriedBy(buckets, name, own, timeline, event),
    lines: eventLinesOf(lines),
  };
}

function marksOf(event: HealthEvent, failed: readonly number[], timeline: Timeline, recovered: number | null) {
  if (event.kind === 'burst') return burstMarks(failed, timeline);
  if (event.kind === 'silent') return silenceMarks(event);
  return outMarks(event, recovered);
}

/** What a burst's picture marks: it was neither ejected nor let back, so the seconds of its first and last 5XX. */
function burstMarks(failed: readonly number[], { times, interval }: Timeline): EventDetail['marks'] {
  const first = failed.findIndex((count) => count > 0);
  const last = failed.reduce((latest, count, i) => (count > 0 ? i : latest), -1);
  if (first < 0) return [];
  return [
    { t: times[first]!, kind: 'began', label: 'first 5XX' },
    { t: times[last]! + interval, kind: 'ended', label: 'last 5XX' },
  ];
}

function silenceMarks({ since, until }: HealthEvent): EventDetail['marks'] {
  return [
    { t: since, kind: 'began', label: 'last line' },
    ...(until === null ? [] : [{ t: until, kind: 'ended' as const, label: 'writes again' }]),
  ];
}

function outMarks({ first_failure, since, until }: HealthEvent, recovered: number | null): EventDetail['marks'] {
  return [
    ...(first_failure === null ? [] : [{ t: first_failure, kind: 'first_failure' as const, label: 'first 5XX' }]),
    { t: since, kind: 'ejected', label: 'ejected' },
    ...(recovered !== null && (until === null || recovered < until)
      ? [{ t: recovered, kind: 'recovered' as const, label: 'first probe passed' }]
      : []),
    ...(until === null ? [] : [{ t: until, kind: 'returned' as const, label: 'returned' }]),
  ];
}

function carriedBy(
  buckets: ReturnType<typeof bucketsOf>,
  name: (key: string) => string,
  own: ReadonlySet<string>,
  timeline: Timeline,
  event: HealthEvent | undefined,
): EventDetail['carried'] {
  if (!event) return [];
  const [from, to] = [event.since, event.until ?? timeline.to];
  const sums = new Map<string, number>();
  for (const bucket of buckets.filter(({ key }) => !own.has(name(String(key))))) {
    const during = bucketsOf(bucket, 'time').filter(({ key }) => Number(key) >= from && Number(key) < to);
    const sum = during.reduce((total, { doc_count }) => total + doc_count, 0);
    sums.set(name(String(bucket.key)), (sums.get(name(String(bucket.key))) ?? 0) + sum);
  }
  return [...sums]
    .map(([of, sum]) => ({ host: of, per_s: to > from ? sum / ((to - from) / 1000) : 0 }))
    .filter(({ per_s }) => per_s > 0);
}
