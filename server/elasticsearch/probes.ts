import { ACCESS_DATASETS, DATASETS, type Dataset, FIELDS } from '../../common/ecs';
import { type Bucket, bucketOf, bucketsOf, numberOf } from '../search/buckets';
import type { Hit, NamedSearch, SearchAnswer } from '../search/msearch';
import type { Cut, ProbeRun, ProbeSeries } from '../topology/evidence';
import { greatestOf, groupBy, leastOf } from '../topology/groups';
import { joinRuns } from '../topology/replay';
import type { Span } from '../topology/spans';
import { SOURCE } from './probes_of';
import { anyOf, between, countOf, firstAndLast, type Query, searchOf, steps, terms } from './search';

/** Few enough to be read one by one. */
export const FEW = 5000;
/** Lines that are read around changes where there are more. */
const MOST = 10_000;
const MOST_WINDOWS = 300;
/** A frontend passes some probes on to its webapps: they are counted where they come in. */
export function probedDatasets(hasFrontends: boolean): readonly Dataset[] {
  return hasFrontends ? [DATASETS.nginxAccess] : ACCESS_DATASETS.webapp;
}

const LINE = [FIELDS.timestamp, FIELDS.host, FIELDS.status, FIELDS.method, FIELDS.path, SOURCE];

/** Probes one by one, while they are few; and counted, step by step, however many there are. */
export function probeSearches(
  from: number,
  to: number,
  interval: number,
  probe: Query,
  passes: readonly number[],
  where: { datasets: readonly Dataset[]; namespace: string },
): Record<'probes' | 'probeSteps', NamedSearch> {
  const filter = [between(from, to), probe];
  const passed: Query = { terms: { [FIELDS.status]: [...passes] } };
  const time = steps(interval, {
    ok: { filter: passed, aggs: firstAndLast() },
    bad: { filter: { bool: { must_not: [passed] } }, aggs: { ...firstAndLast(), statuses: terms(FIELDS.status, 5) } },
  });
  return {
    probes: searchOf(where.datasets, where.namespace, {
      size: FEW,
      track_total_hits: true,
      query: { bool: { filter } },
      sort: [{ [FIELDS.timestamp]: 'asc' }],
      _source: LINE,
    }),
    probeSteps: countOf(where.datasets, where.namespace, filter, {
      sources: terms(
        SOURCE,
        20,
        { paths: terms(FIELDS.path, 10, { hosts: terms(FIELDS.host, 500, { time }) }, '') },
        '0.0.0.0',
      ),
    }),
  };
}

interface Line {
  source: string;
  path: string;
  host: string;
  t: number;
  ok: boolean;
  status: number | null;
}

export function readLines(hits: readonly Hit[], passes: ReadonlySet<number>): Line[] {
  return hits.map((hit) => {
    const doc = hit._source as {
      '@timestamp': string;
      host?: { name?: string };
      http?: { response?: { status_code?: number } };
      source?: { ip?: string };
      url?: { path?: string };
    };
    const status = doc.http?.response?.status_code ?? null;
    return {
      source: doc.source?.ip ?? '0.0.0.0',
      path: doc.url?.path ?? '',
      host: doc.host?.name ?? '',
      t: Date.parse(doc['@timestamp']),
      ok: status !== null && passes.has(status),
      status,
    };
  });
}

const keyOf = ({ source, path, host }: Pick<Line, 'source' | 'path' | 'host'>) => JSON.stringify([source, path, host]);

/** Series of probes that were all read. */
export function seriesOfLines(lines: readonly Line[]): ProbeSeries[] {
  return [...group(lines)].map(([key, own]) => {
    const [source, path, host] = JSON.parse(key) as [string, string, string];
    const failed = own.filter(({ ok }) => !ok).length;
    return { source, path, host, runs: joinRuns(own.map(runOf)), passed: own.length - failed, failed, unread: [] };
  });
}

function runOf({ ok, t, status }: Line): ProbeRun {
  return { ok, n: 1, first: t, last: t, times: [t], statuses: ok ? [] : [status] };
}

function group(lines: readonly Line[]): Map<string, Line[]> {
  return groupBy(lines, keyOf);
}

export interface StepSeries {
  source: string;
  path: string;
  host: string;
  steps: { t: number; ok: Counted | null; bad: (Counted & { statuses: number[] }) | null }[];
}

interface Counted {
  n: number;
  first: number;
  last: number;
}

export function readSteps({ aggregations }: SearchAnswer): StepSeries[] {
  return bucketsOf(aggregations, 'sources').flatMap((source) =>
    bucketsOf(source, 'paths').flatMap((path) =>
      bucketsOf(path, 'hosts').map((host) => ({
        source: String(source.key),
        path: String(path.key),
        host: String(host.key),
        steps: bucketsOf(host, 'time').map((step) => {
          const bad = counted(bucketOf(step, 'bad'));
          const statuses = bucketsOf(bucketOf(step, 'bad'), 'statuses').map(({ key }) => Number(key));
          return { t: Number(step.key), ok: counted(bucketOf(step, 'ok')), bad: bad && { ...bad, statuses } };
        }),
      })),
    ),
  );
}

function counted(bucket: Bucket): Counted | null {
  const first = numberOf(bucket, 'first');
  return first === null ? null : { n: bucket.doc_count, first, last: numberOf(bucket, 'last') ?? first };
}

/** Steps whose probes must be read one by one: of both kinds, or the first of another kind than before. */
export function windowsOf(series: readonly StepSeries[], interval: number): { host: string; span: Span }[] {
  return series.flatMap(({ host, steps: all }) =>
    all.flatMap(({ t, ok, bad }, i) => {
      const before = all[i - 1];
      const turned = before !== undefined && (before.bad !== null) !== (bad !== null);
      return (ok !== null && bad !== null) || turned ? [{ host, span: { from: t, to: t + interval } }] : [];
    }),
  );
}

/** null: nothing changed anywhere. */
export function closerSearch(
  windows: readonly { host: string; span: Span }[],
  probe: Query,
  where: { datasets: readonly Dataset[]; namespace: string },
): NamedSearch | null {
  if (windows.length === 0) return null;
  const wanted = windows.slice(0, MOST_WINDOWS).map(
    ({ host, span }): Query => ({
      bool: { filter: [{ term: { [FIELDS.host]: host } }, between(span.from, span.to)] },
    }),
  );
  return searchOf(where.datasets, where.namespace, {
    size: MOST,
    track_total_hits: true,
    query: { bool: { filter: [probe, anyOf(wanted)] } },
    sort: [{ [FIELDS.timestamp]: 'asc' }],
    _source: LINE,
  });
}

/** Series from steps, with what was read one by one in their place. */
export function seriesOfSteps(
  series: readonly StepSeries[],
  windows: readonly { host: string; span: Span }[],
  closer: SearchAnswer,
  passes: ReadonlySet<number>,
): { probes: ProbeSeries[]; cuts: Cut[] } {
  const lines = readLines(closer.hits, passes);
  const until = closer.total > closer.hits.length ? (lines.at(-1)?.t ?? 0) : Number.POSITIVE_INFINITY;
  const read = windows.slice(0, MOST_WINDOWS).filter(({ span }) => span.to <= until);
  const readAt = new Map(
    [...read].reverse().map((window) => [JSON.stringify([window.host, window.span.from]), window]),
  );
  const byKey = group(lines);
  const probes = series.map((one): ProbeSeries => {
    const own = byKey.get(keyOf(one)) ?? [];
    const unread: Span[] = [];
    const runs = one.steps.flatMap(({ t, ok, bad }): ProbeRun[] => {
      const window = readAt.get(JSON.stringify([one.host, t]));
      if (window) return own.filter((line) => line.t >= window.span.from && line.t < window.span.to).map(runOf);
      if (ok && bad) {
        unread.push({ from: Math.min(ok.first, bad.first), to: Math.max(ok.last, bad.last) });
        return [];
      }
      return [...(ok ? [whole(ok, true, [])] : []), ...(bad ? [whole(bad, false, bad.statuses)] : [])];
    });
    const sum = (kind: 'ok' | 'bad') => one.steps.reduce((total, step) => total + (step[kind]?.n ?? 0), 0);
    const { source, path, host } = one;
    return { source, path, host, runs: joinRuns(runs), passed: sum('ok'), failed: sum('bad'), unread };
  });
  const left = probes.flatMap(({ unread }) => unread);
  if (left.length === 0) return { probes, cuts: [] };
  const sentence = `Probes passed and failed by turns in ${left.length} stretches, too many to be read one by one. Who was out of the pool in these is not known. Choose a shorter time range.`;
  const [from, to] = [leastOf(left.map((s) => s.from)), greatestOf(left.map((s) => s.to))];
  return { probes, cuts: [{ what: 'probes', sentence, from, to }] };
}

function whole({ n, first, last }: Counted, ok: boolean, statuses: number[]): ProbeRun {
  return { ok, n, first, last, times: n === 1 ? [first] : n === 2 ? [first, last] : [], statuses };
}

/** "GET /healthz" */
export function targetOf({ hits }: SearchAnswer): string | null {
  const line = hits[0]?._source as { http?: { request?: { method?: string } }; url?: { path?: string } } | undefined;
  return line?.url?.path ? `${line.http?.request?.method ?? 'GET'} ${line.url.path}` : null;
}
