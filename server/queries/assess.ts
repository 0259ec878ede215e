import type { Annotation, HealthEvent } from '../../common/api';
import { ACCESS_DATASETS, FIELDS, streamOf } from '../../common/ecs';
import { annotationsOf } from '../../common/model/health/annotations';
import { type Deploy, healthEvents, type Silence } from '../../common/model/health/events';
import { type HostRow, quietSpans, sumInside, sumOver } from '../../common/model/health/rows';
import type { Span } from '../../common/model/spans';
import { joinMembers, type MemberTraffic, type TierTraffic } from '../../common/model/traffic';
import { list } from '../../common/model/words';
import { type Bucket, bucketsOf, numberOf } from '../search/buckets';
import type { NamedSearch, SearchAnswer } from '../search/msearch';
import { timeFilter } from '../search/scope';
import type { Timeline } from '../search/timeline';
import type { Settings } from '../settings';
import { addressesOf, type Landscape } from './landscape';
import { type Pools, readPools } from './pools/read';
import type { PoolSearchName } from './pools/searches';

/** Versions that start within this time of each other are one deploy. */
const DEPLOY_MS = 15 * 60_000;

/** Who was in which pool, what happened to whom, as every page needs it. */
export interface Assessment {
  pools: Pools;
  rows: HostRow[];
  events: HealthEvent[];
  annotations: Annotation[];
  silences: Silence[];
  balancer: string;
}

export interface AssessInput {
  answers: Record<PoolSearchName | 'versions', SearchAnswer>;
  frontend: TierTraffic;
  webapp: TierTraffic;
  landscape: Landscape;
  timeline: Timeline;
  settings: Settings;
  now: number;
  /** True when the balancer's own lines say whom it asked. */
  balancerSpeaks: boolean;
}

/** Deploys are changes of `service.version` in what the webapps write. */
export function versionsSearch(timeline: Timeline, namespace: string): NamedSearch {
  const times = { first: { min: { field: FIELDS.timestamp } }, last: { max: { field: FIELDS.timestamp } } };
  return {
    index: ACCESS_DATASETS.webapp.map((dataset) => streamOf(dataset, namespace)).join(','),
    body: {
      size: 0,
      track_total_hits: false,
      query: timeFilter(timeline.from, timeline.to),
      aggs: {
        hosts: {
          terms: { field: FIELDS.host, size: 200 },
          aggs: {
            services: {
              terms: { field: FIELDS.service, size: 10 },
              aggs: { versions: { terms: { field: FIELDS.version, size: 10 }, aggs: times } },
            },
          },
        },
      },
    },
  };
}

export function assess(input: AssessInput): Assessment {
  const { answers, frontend, webapp, timeline, settings, landscape } = input;
  const rows = [...hostRows(frontend), ...hostRows(webapp)];
  const pools = readPools({
    answers,
    landscape,
    timeline,
    settings,
    deadSpans: (host, signs, minMs) => deadSpans(host, signs, minMs, rows, input),
  });
  const silences = silencesOf(rows, pools, input);
  const balancer = [...new Set(landscape.balancers.map(({ host }) => host))][0] ?? 'the balancer';
  const events = healthEvents({
    window: { from: timeline.from, to: timeline.to },
    grid: timeline,
    rows,
    pools: { frontends: pools.frontends, webapps: pools.chains },
    tries: (out) =>
      pools.failedTries.filter(
        (t) => t.host === out.host && t.by === out.by && t.from > out.from && t.from < (out.to ?? timeline.to),
      ).length,
    silences,
    deploys: deploysOf(answers.versions, landscape),
    rules: { minFailed: settings.burst.min_failed, share: settings.burst.share },
    balancer,
    addressesOf: addressesOf(landscape),
  });
  return { pools, rows, events, annotations: annotationsOf(events), silences, balancer };
}

/** Members of one host under several frontends are one row. */
function hostRows({ tier, members }: TierTraffic): HostRow[] {
  const byHost = new Map<string, MemberTraffic[]>();
  for (const member of members) byHost.set(member.host, [...(byHost.get(member.host) ?? []), member]);
  return [...byHost].map(([host, own]) => {
    const joined = own.reduce(joinMembers);
    return {
      host,
      tier,
      frontends: own.flatMap(({ by }) => (by === null ? [] : [by])),
      requests: joined.row,
      failed: joined.failedRow,
      hurt: joined.hurtRow,
      firstFailure: joined.firstFailure,
      lastFailure: joined.lastFailure,
    };
  });
}

function settled({ timeline, now, settings }: AssessInput): Span {
  return { from: timeline.from, to: Math.max(timeline.from, Math.min(timeline.to, now - settings.in_flight_s * 1000)) };
}

/** A frontend without a line, to which the balancer gave nothing while it gave to others. */
function deadSpans(
  host: string,
  signs: readonly Span[],
  minMs: number,
  rows: readonly HostRow[],
  input: AssessInput,
): Span[] {
  if (!input.balancerSpeaks) return [];
  return leftOut(host, quietSpans(signs, settled(input), minMs), rows, input.timeline);
}

/** Of the spans those in which the host got no turns while the other frontends did. */
function leftOut(host: string, spans: readonly Span[], rows: readonly HostRow[], timeline: Timeline): Span[] {
  const given =
    rows.find((row) => row.host === host && row.tier === 'frontend')?.requests ?? timeline.times.map(() => 0);
  const others = rows.filter((row) => row.host !== host && row.tier === 'frontend');
  return spans.filter(({ from, to }) => {
    const inside = { from: from + 1, to: to - timeline.interval };
    const during = timeline.times.flatMap((t, i) => (t >= from - timeline.interval && t < to ? [i] : []));
    // All being quiet is a quiet site: the others must have been at work most of the time.
    const busy = during.filter((i) => others.some((row) => (row.requests[i] ?? 0) > 0));
    return sumOver(given, timeline, inside) === 0 && 2 * busy.length > during.length;
  });
}

/** A host without a line of its own, though the tier above says that it served, or though others wrote all the time. */
function silencesOf(rows: readonly HostRow[], pools: Pools, input: AssessInput): Silence[] {
  const { timeline, settings, frontend, webapp } = input;
  const window = settled(input);
  const untold = frontend.source === 'nginx.access' ? untoldSilences(rows, pools, input) : [];
  const told = rows.flatMap((row) => {
    const told = row.tier === 'frontend' ? input.balancerSpeaks : webapp.source === 'nginx.access';
    const signs = pools.signs.get(row.host);
    if (!told || (row.tier === 'frontend' && frontend.source === 'nginx.access')) return [];
    return quietSpans(signs ?? [], window, settings.silent_after_s * 1000).flatMap((span): Silence[] => {
      // What it did not answer, nobody served.
      const answered = row.requests.map((n, i) => n - (row.failed[i] ?? 0));
      const turns = sumInside(answered, timeline, span);
      if (turns === 0) return [];
      const saidBy =
        row.tier === 'frontend' ? (input.landscape.balancers[0]?.host ?? 'the balancer') : list(row.frontends);
      return [{ host: row.host, tier: row.tier, ...span, turns, saidBy, open: span.to >= window.to }];
    });
  });
  return [...untold, ...told];
}

/** Without a balancer's lines nobody counts a frontend's turns: then no line and no probe, while the others wrote, is told. */
function untoldSilences(rows: readonly HostRow[], pools: Pools, input: AssessInput): Silence[] {
  const { timeline, settings, landscape } = input;
  const window = settled(input);
  const hosts = new Set([...landscape.frontends.map(({ host }) => host), ...pools.probed]);
  const isOut = ({ from, to }: Span, host: string) =>
    pools.frontends.some((out) => out.host === host && out.from < to && (out.to ?? window.to) > from);
  return [...hosts].flatMap((host) =>
    leftOut(host, quietSpans(pools.signs.get(host) ?? [], window, settings.silent_after_s * 1000), rows, timeline)
      // Its probes had failed before: it is out, and told as that.
      .filter((span) => !isOut(span, host))
      .map((span) => ({ host, tier: 'frontend', ...span, turns: 0, saidBy: null, open: span.to >= window.to })),
  );
}

function deploysOf(answer: SearchAnswer, { whole, webapps }: Landscape): Deploy[] {
  const asked = ({ key }: Bucket) => whole === null || webapps.some(({ host }) => host === String(key));
  const changes = bucketsOf(answer.aggregations, 'hosts')
    .filter(asked)
    .flatMap((host) => bucketsOf(host, 'services').flatMap((service) => changesOf(String(host.key), service)));
  const deploys: Deploy[] = [];
  for (const change of changes.sort((a, b) => a.from - b.from)) {
    const same = deploys.find(
      (d) =>
        d.service === change.service &&
        d.before === change.before &&
        d.after === change.after &&
        change.from - d.to < DEPLOY_MS,
    );
    if (same) {
      same.hosts.push(...change.hosts);
      same.to = Math.max(same.to, change.from);
    } else deploys.push(change);
  }
  return deploys;
}

function changesOf(host: string, service: Bucket): Deploy[] {
  const versions = bucketsOf(service, 'versions')
    .map((bucket) => ({ version: String(bucket.key), first: numberOf(bucket, 'first') ?? 0 }))
    .sort((a, b) => a.first - b.first);
  return versions.slice(1).map(({ version, first }, i) => ({
    hosts: [host],
    from: first,
    to: first,
    before: versions[i]!.version,
    after: version,
    service: String(service.key),
  }));
}
