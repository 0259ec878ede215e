import type { HealthData, HealthEvent } from '../../../common/api';
import { errorBudget } from '../../../common/model/health/budget';
import { routeOf } from '../../../common/model/health/routes';
import { healthVerdict } from '../../../common/model/health/verdict';
import { lengthOf } from '../../../common/model/spans';
import { list } from '../../../common/model/words';
import { classesOf, NANOS_PER_MS } from '../../search/aggregations';
import { type Bucket, bucketOf, bucketsOf, percentileOf, remainderOf } from '../../search/buckets';
import type { SearchAnswer } from '../../search/msearch';
import { indexOf, type Timeline } from '../../search/timeline';
import type { Landscape } from '../landscape';
import { compare } from '../rotation/shares';
import { type LanesInput, lanesOf, tierRules } from './lanes';
import type { DoorName } from './searches';

type Overview = NonNullable<HealthData['overview']>;

const MAX_ROUTES = 10;

export interface HealthInput extends LanesInput {
  answers: Record<DoorName | 'latency' | 'upstreamLatency' | 'examples' | 'probeCount', SearchAnswer>;
  balancers: string[];
}

/** Everything of the Health page but the opened event. */
export function healthOverview(input: HealthInput): Overview {
  const { answers, timeline, settings, assessment, now } = input;
  const door = doorOf(answers);
  const classes = classesOf(door.aggregations, 'classes', door.total);
  const events = withTraces(assessment.events, answers.examples, input.landscape);
  const gaps = events.filter(({ kind, gap_ms }) => kind === 'ejected' && gap_ms !== null);
  const inGap = gaps.reduce((sum, { users_hurt }) => sum + users_hurt, 0);
  const budget = errorBudget(settings.objective, door.total, classes.s5xx, inGap);
  const lanes = lanesOf(input);
  const mute = new Set(
    assessment.silences.flatMap(({ host, saidBy, open }) => (saidBy === null && open ? [host] : [])),
  );
  const serving = lanes.filter(
    ({ host, segments }) =>
      ['serving', 'errors', 'probes_failing', 'silent'].includes(segments.at(-1)?.state ?? '') && !mute.has(host),
  );
  const unseen = lanes.filter(({ host, segments }) => segments.at(-1)?.state === 'unknown' || mute.has(host)).length;
  const series = seriesOf(door, timeline);
  return {
    verdict: healthVerdict({
      events,
      budget,
      serving: serving.length,
      unseen,
      known: lanes.length,
      balancer: assessment.balancer,
      from: timeline.from,
      to: timeline.to,
    }),
    figures: {
      serving: serving.length,
      hosts_unseen: unseen,
      hosts_known: lanes.length,
      frontends: lanes.filter(({ tier }) => tier === 'frontend').length,
      webapps: lanes.filter(({ tier }) => tier === 'webapp').length,
      users_hurt: classes.s5xx,
      users_hurt_share: door.total > 0 ? classes.s5xx / door.total : 0,
      requests: door.total,
      longest_gap_ms: gaps.length > 0 ? Math.max(...gaps.map(({ gap_ms }) => gap_ms ?? 0)) : null,
      ...absenceFigures(input, now),
      ...probeFigures(input),
      silent_ms: lengthOf(assessment.silences),
      silent_hosts: [...new Set(assessment.silences.map(({ host }) => host))],
    },
    tiers: tierRules(input, input.balancers),
    lanes,
    events,
    budget,
    series,
    peak: peakOf(series),
    classes,
    routes: routesOf(door),
    routes_cut: remainderOf(bucketOf(door.aggregations, 'failed'), 'paths') > 0,
    hosts: latencyOf(input),
  };
}

/** The tier that users' requests come in by: the balancer, else the frontends, else the webapps. */
export function doorOf(answers: Record<DoorName, SearchAnswer>): SearchAnswer {
  return [answers.balancerDoor, answers.frontendDoor].find(({ total }) => total > 0) ?? answers.webappDoor;
}

function absenceFigures({ assessment, timeline }: HealthInput, now: number) {
  const { pools } = assessment;
  const end = Math.min(timeline.to, now);
  const byHost = new Map<string, number>();
  for (const out of [...pools.frontends, ...pools.webapps]) {
    const ms = Math.min(out.to ?? end, end) - Math.max(out.from, timeline.from);
    if (ms > 0) byHost.set(out.host, (byHost.get(out.host) ?? 0) + ms);
  }
  const { intervalMs, fall } = pools.rules;
  const outs = [...byHost].map(([host, ms]) => ({ host, ms })).sort((a, b) => b.ms - a.ms);
  return {
    // The host may break right before a probe or right after one.
    best_gap_ms: pools.frontendsKnown ? { min: (fall - 1) * intervalMs, max: fall * intervalMs } : null,
    out_of_pool_ms: outs.reduce((sum, { ms }) => sum + ms, 0),
    out_of_pool_by_host: outs,
  };
}

function probeFigures({ assessment, timeline, answers }: HealthInput) {
  const { probes, probeTarget, thinned } = assessment.pools;
  const inWindow = [...probes].flatMap(([host, list]) =>
    list.filter(({ t }) => t >= timeline.from && t < timeline.to).map((probe) => ({ host, ...probe })),
  );
  const failed = inWindow.filter(({ ok }) => !ok);
  const statuses = [...new Set(failed.map(({ status }) => (status === null ? 'no answer' : String(status))))];
  const hosts = [...new Set(failed.map(({ host }) => host))].sort(compare);
  return {
    probes: thinned ? answers.probeCount.total : inWindow.length,
    probes_failed: failed.length,
    probes_failed_words: failed.length > 0 ? `${probeTarget ?? 'probe'}, ${statuses.join(', ')}, ${list(hosts)}` : null,
  };
}

function seriesOf(door: SearchAnswer, timeline: Timeline): Overview['series'] {
  const zero = () => timeline.times.map(() => 0);
  const series = { s2xx: zero(), s3xx: zero(), s4xx: zero(), s5xx: zero(), other: zero() };
  const share: (number | null)[] = timeline.times.map(() => null);
  for (const bucket of bucketsOf(door.aggregations, 'time')) {
    const i = indexOf(timeline, bucket);
    if (i === null) continue;
    const classes = classesOf(bucket, 'classes', bucket.doc_count);
    for (const key of Object.keys(series) as (keyof typeof series)[]) series[key][i] = classes[key];
    share[i] = bucket.doc_count > 0 ? classes.s5xx / bucket.doc_count : null;
  }
  return { times: timeline.times, ...series, failed_share: share };
}

function peakOf({ times, failed_share }: Overview['series']): Overview['peak'] {
  let peak: Overview['peak'] = null;
  failed_share.forEach((share, i) => {
    if (share !== null && share > (peak?.failed_share ?? 0)) peak = { t: times[i]!, failed_share: share };
  });
  return peak;
}

/** Routes that answered 5XX, most first; ids in paths are folded. */
function routesOf(door: SearchAnswer): Overview['routes'] {
  const routes = new Map<string, Overview['routes'][number]>();
  const entry = (path: Bucket, method: Bucket) => {
    const key = { method: String(method.key), path: routeOf(String(path.key)) };
    const id = JSON.stringify(key);
    const known = routes.get(id) ?? { ...key, requests: 0, failed: 0, failed_share: 0, statuses: [] };
    routes.set(id, known);
    return known;
  };
  for (const path of bucketsOf(bucketOf(door.aggregations, 'failed'), 'paths')) {
    for (const method of bucketsOf(path, 'methods')) {
      const route = entry(path, method);
      route.failed += method.doc_count;
      const statuses = bucketsOf(method, 'statuses').map(({ key }) => Number(key));
      route.statuses = [...new Set([...route.statuses, ...statuses])];
    }
  }
  for (const path of bucketsOf(door.aggregations, 'paths')) {
    for (const method of bucketsOf(path, 'methods')) entry(path, method).requests += method.doc_count;
  }
  const allCounted = remainderOf(door.aggregations, 'paths') === 0;
  const counted = new Set(bucketsOf(door.aggregations, 'paths').map(({ key }) => String(key)));
  return [...routes.values()]
    .filter(({ failed }) => failed > 0)
    .map((route) => {
      const requests = Math.max(route.requests, route.failed);
      // A route of one path is whole when that path was counted; others may have more paths than were.
      const whole = allCounted || counted.has(route.path);
      return { ...route, requests, failed_share: whole ? route.failed / requests : null };
    })
    .sort((a, b) => b.failed - a.failed)
    .slice(0, MAX_ROUTES);
}

function latencyOf({ answers, landscape, assessment }: HealthInput): Overview['hosts'] {
  const own = bucketsOf(answers.latency.aggregations, 'hosts');
  const [buckets, name] =
    own.length > 0
      ? [own, (key: string) => key]
      : [bucketsOf(answers.upstreamLatency.aggregations, 'hosts'), (key: string) => landscape.book.name(key)];
  const requests = (host: string) =>
    assessment.rows.find((row) => row.host === host && row.tier === 'webapp')?.requests.reduce((a, b) => a + b, 0);
  return buckets
    .map((bucket) => {
      const host = name(String(bucket.key));
      const at = (percent: number) => (percentileOf(bucket, 'times', percent) ?? 0) / NANOS_PER_MS;
      return {
        host,
        tier: 'webapp' as const,
        requests: requests(host) ?? bucket.doc_count,
        p50_ms: at(50),
        p95_ms: at(95),
        p99_ms: at(99),
      };
    })
    .sort((a, b) => b.p99_ms - a.p99_ms);
}

interface ExampleSource {
  '@timestamp': string;
  host?: { name?: string };
  http?: { request?: { id?: string } };
  rota?: { upstream?: { address?: string }; attempts?: { address?: string }[] | { address?: string } };
}

/** The first failed request of each event's host at its time. */
function withTraces(events: readonly HealthEvent[], examples: SearchAnswer, { book }: Landscape): HealthEvent[] {
  const lines = examples.hits.map((hit) => {
    const line = hit._source as unknown as ExampleSource;
    const addresses = [line.rota?.upstream ?? [], line.rota?.attempts ?? []].flat().map(({ address }) => address);
    const webapps = addresses.flatMap((address) => (address === undefined ? [] : [book.name(address)]));
    return {
      t: Date.parse(line['@timestamp']),
      hosts: [line.host?.name, ...webapps],
      id: line.http?.request?.id ?? null,
    };
  });
  return events.map((event) => {
    if (event.kind === 'deploy' || event.kind === 'silent') return event;
    const from = Math.min(event.since, event.first_failure ?? event.since) - 1000;
    const fits = lines.find(
      ({ t, hosts }) => t >= from && t <= (event.until ?? Number.POSITIVE_INFINITY) && hosts.includes(event.hosts[0]),
    );
    return { ...event, trace_request_id: fits?.id ?? null };
  });
}
