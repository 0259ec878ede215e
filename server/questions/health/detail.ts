import { type EventDetail, type HealthEvent, type HealthRequest, MAX_EVENT_HOSTS } from '../../../common/api';
import { ACCESS_DATASETS, DATASETS, FIELDS } from '../../../common/ecs';
import type { Asking } from '../../elasticsearch/evidence';
import { placesIn } from '../../elasticsearch/lines_of';
import { okStatuses } from '../../elasticsearch/ok_statuses';
import { readLines } from '../../elasticsearch/probes';
import { between, countOf, exists, failed, not, type Query, searchOf, steps, terms } from '../../elasticsearch/search';
import { type Bucket, bucketOf, bucketsOf } from '../../search/buckets';
import type { NamedSearch, SearchAnswer } from '../../search/msearch';
import { indexOf, type Timeline, timelineOf, zeros } from '../../search/timeline';
import type { Settings } from '../../settings';
import { type Directory, hostsOf, namerOf } from '../../topology/directory';
import type { Site } from '../../topology/site';
import { eventsInWords } from '../events_in_words';
import { eventLinesOf } from './event_lines';

type AskedEvent = NonNullable<HealthRequest['event']>;

const MARGIN_MS = 45_000;
const MAX_BARS = 300;
const MAX_PROBES = 2000;
/** HAProxy's name of the server where there was none: what an outage answered. */
const NO_SERVER = '<NOSRV>';

/** The time that the event's picture covers: some before and after it, in bars of a second where they fit. */
export function detailTimeline(event: AskedEvent, now: number): Timeline {
  const from = Date.parse(event.since) - MARGIN_MS;
  const to = Math.min(now, Date.parse(event.until) + MARGIN_MS);
  return timelineOf(from, Math.max(to, from + 1000), MAX_BARS, 60);
}

export type DetailName = 'detail' | 'detailProbes';

/** Turns of the event's hosts and of the others in their pools, second by second; and each probe of a single host. */
export function detailSearches(
  event: AskedEvent,
  { from, to, interval }: Timeline,
  { directory, namespace, probe }: Asking,
): Record<DetailName, NamedSearch> {
  const all = directory.whole ?? directory;
  const byBalancer = tellsOf(event, all) === 'balancer';
  const byUpstream = tellsOf(event, all) === 'frontend';
  const place = byBalancer ? FIELDS.haproxyServer : byUpstream ? FIELDS.upstreamAddress : FIELDS.host;
  const status = byUpstream ? FIELDS.upstreamStatus : FIELDS.status;
  const only: Query[] = byUpstream ? [placesIn(siblingsOf(event, all))] : [];
  const datasets = byBalancer
    ? ACCESS_DATASETS.lb
    : byUpstream || event.tier !== 'webapp'
      ? ACCESS_DATASETS.frontend
      : ACCESS_DATASETS.webapp;
  const time = steps(interval, { failed: { filter: failed(status) } });
  return {
    detail: countOf(datasets, namespace, [between(from, to), exists(FIELDS.status), not(probe), ...only], {
      tellers: terms(FIELDS.host, 200, { places: terms(place, MAX_EVENT_HOSTS + 50, { time }) }),
    }),
    detailProbes: searchOf([DATASETS.nginxAccess, ...ACCESS_DATASETS.webapp], namespace, {
      size: MAX_PROBES,
      track_total_hits: false,
      query: {
        bool: { filter: [between(from - 60_000, to), probe, { terms: { [FIELDS.host]: event.hosts.slice(0, 1) } }] },
      },
      sort: [{ [FIELDS.timestamp]: 'asc' }],
      _source: [FIELDS.timestamp, FIELDS.host, FIELDS.status, FIELDS.path, 'source.ip'],
    }),
  };
}

/** Who tells of an event's hosts: their balancer, their frontends, or they themselves. */
function tellsOf(event: AskedEvent, { servers, upstreams }: Directory): 'balancer' | 'frontend' | 'own' {
  const named = (entries: Directory['servers']) =>
    entries.some((entry) => hostsOf(entry).some((host) => event.hosts.includes(host)));
  if (
    named(servers) &&
    (event.tier !== 'webapp' ||
      servers.some((e) => e.tier === 'webapp' && hostsOf(e).some((h) => event.hosts.includes(h))))
  )
    return 'balancer';
  if (event.tier !== 'webapp') return 'own';
  return upstreams.length > 0 ? 'frontend' : 'own';
}

function siblingsOf({ hosts }: AskedEvent, { upstreams }: Directory): Directory['upstreams'] {
  const own = upstreams.filter((entry) => hostsOf(entry).some((host) => hosts.includes(host)));
  const homes = new Set(own.map(({ seen }) => seen.teller));
  return upstreams.filter(({ seen }) => homes.has(seen.teller));
}

export interface DetailInput {
  asked: AskedEvent;
  answers: Record<DetailName | 'eventLines', SearchAnswer>;
  timeline: Timeline;
  site: Site;
  settings: Settings;
}

/** One event second by second: where did the detection gap go. */
export function detailOf({ asked, answers, timeline, site, settings }: DetailInput): EventDetail {
  const nameOf = namerOf(site.directory);
  const byPlace = tellsOf(asked, site.directory.whole ?? site.directory) !== 'own';
  const buckets = bucketsOf(answers.detail.aggregations, 'tellers').flatMap((teller) =>
    bucketsOf(teller, 'places').map((bucket) => ({
      bucket,
      host: byPlace ? nameOf(String(teller.key), String(bucket.key), timeline.to) : String(bucket.key),
    })),
  );
  const own = new Set(asked.hosts);
  const event = eventAsked(asked, site);
  const drawn = buckets.filter(({ host }) => own.has(host) || (event?.kind === 'outage' && host === NO_SERVER));
  const [good, failedRow] = [zeros(timeline), zeros(timeline)];
  for (const { bucket } of drawn) {
    for (const second of bucketsOf(bucket, 'time')) {
      const i = indexOf(timeline, second);
      if (i === null) continue;
      failedRow[i]! += bucketOf(second, 'failed').doc_count;
      good[i]! += second.doc_count - bucketOf(second, 'failed').doc_count;
    }
  }
  const probes = asked.hosts.length === 1 ? probesOf(answers.detailProbes, settings) : [];
  const outs = site.states.chains.filter((out) => own.has(out.host));
  const gap =
    event?.first_failure != null && event.gap_ms !== null ? { from: event.first_failure, to: event.since } : null;
  const firstPass = probes.find(({ t, ok }) => ok && event !== undefined && t > event.since);
  return {
    hosts: asked.hosts,
    from: timeline.from,
    to: timeline.to,
    interval_ms: timeline.interval,
    times: timeline.times,
    good,
    failed: failedRow,
    probes: probes.filter(({ t }) => t >= timeline.from && t < timeline.to),
    out_of_pool: outs
      .filter((out) => out.from < timeline.to && (out.to ?? timeline.to) > timeline.from)
      .map(({ from, to }) => ({ from, to })),
    gap,
    marks: event ? marksOf(event, failedRow, timeline, firstPass?.t ?? null) : [],
    carried: carriedBy(buckets, own, timeline, event),
    lines: eventLinesOf(answers.eventLines),
  };
}

/** The event that was asked for: of the same hosts, or, where a link is older than a host, of some of them. */
function eventAsked({ hosts, since }: AskedEvent, site: Site): HealthEvent | undefined {
  const own = new Set(hosts);
  const near = eventsInWords(site).filter(
    (event) =>
      event.kind !== 'deploy' &&
      event.hosts.some((host) => own.has(host)) &&
      Math.abs(event.since - Date.parse(since)) < 2000,
  );
  const same = near.find((event) => event.hosts.length === own.size && event.hosts.every((host) => own.has(host)));
  return same ?? near[0];
}

/** Each probe, with its place in the run that changes the state. */
function probesOf(answer: SearchAnswer, { monitor }: Settings): EventDetail['probes'] {
  const lines = readLines(answer.hits, new Set(okStatuses(monitor.ok_status)));
  const sources = new Map<string, { out: boolean; run: number }>();
  return lines.map(({ source, path, t, ok, status }) => {
    const key = JSON.stringify([source, path]);
    const state = sources.get(key) ?? { out: false, run: 0 };
    sources.set(key, state);
    const against = state.out ? ok : !ok;
    if (!against) {
      state.run = 0;
      return { t, ok, status, count: null };
    }
    state.run++;
    const count = state.run;
    if (count >= (state.out ? monitor.rise : monitor.fall)) {
      state.out = !state.out;
      state.run = 0;
    }
    return { t, ok, status, count };
  });
}

function marksOf(event: HealthEvent, failed: readonly number[], timeline: Timeline, recovered: number | null) {
  if (event.kind === 'burst') return burstMarks(failed, timeline);
  if (event.kind === 'silent' || event.kind === 'all_silent') return silenceMarks(event);
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

const EJECTED = { kind: 'ejected', label: 'ejected' } as const;
const OUT_MARKS: Partial<Record<HealthEvent['kind'], { kind: 'ejected' | 'drained'; label: string }>> = {
  drained: { kind: 'drained', label: 'drained' },
  outage: { kind: 'ejected', label: 'nobody left' },
};

function outMarks({ kind, first_failure, since, until }: HealthEvent, recovered: number | null): EventDetail['marks'] {
  return [
    ...(first_failure === null ? [] : [{ t: first_failure, kind: 'first_failure' as const, label: 'first 5XX' }]),
    { t: since, ...(OUT_MARKS[kind] ?? EJECTED) },
    ...(recovered !== null && (until === null || recovered < until)
      ? [{ t: recovered, kind: 'recovered' as const, label: 'first probe passed' }]
      : []),
    ...(until === null ? [] : [{ t: until, kind: 'returned' as const, label: 'returned' }]),
  ];
}

/** What the others of the pool carried meanwhile. */
function carriedBy(
  buckets: readonly { bucket: Bucket; host: string }[],
  own: ReadonlySet<string>,
  timeline: Timeline,
  event: HealthEvent | undefined,
): EventDetail['carried'] {
  if (!event) return [];
  const [from, to] = [event.since, event.until ?? timeline.to];
  const sums = new Map<string, number>();
  for (const { bucket, host } of buckets.filter((one) => !own.has(one.host) && !one.host.startsWith('<'))) {
    const during = bucketsOf(bucket, 'time').filter(({ key }) => Number(key) >= from && Number(key) < to);
    const sum = during.reduce((total, { doc_count }) => total + doc_count, 0);
    sums.set(host, (sums.get(host) ?? 0) + sum);
  }
  return [...sums]
    .map(([of, sum]) => ({ host: of, per_s: to > from ? sum / ((to - from) / 1000) : 0 }))
    .filter(({ per_s }) => per_s > 0);
}
