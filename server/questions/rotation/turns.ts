import { MAX_TURNS, type RotationRequest, type Turn, type Turns } from '../../../common/api';
import { ACCESS_DATASETS, FIELDS, streamOf } from '../../../common/ecs';
import type { Asking } from '../../elasticsearch/evidence';
import { selectedLines } from '../../elasticsearch/lines_of';
import { anyOf, between, exists, failed as failedStatus, not, type Query, terms } from '../../elasticsearch/search';
import { NANOS_PER_MS } from '../../search/aggregations';
import { bucketsOf } from '../../search/buckets';
import type { Hit, NamedSearch, SearchAnswer } from '../../search/msearch';
import { type Directory, namerOf } from '../../topology/directory';
import type { Site } from '../../topology/site';
import { clip, lengthOf } from '../../topology/spans';
import { compare } from '../compare';
import { outSpanOf } from './out_span';

const DEFAULT_LENS_MS = 60_000;
const MAX_FAILED = 2000;
/** The same lines are drawn again at each refresh, so that ticks do not flicker. */
const SEED = 20261123;

export interface Lens {
  from: number;
  to: number;
  limit: number;
  orderFrom: number | null;
  orderSize: number;
}

/** The lens that was asked for, or the window's last 60 s (before now, when the window reaches into the future). */
export function lensOf(query: RotationRequest, now: number): Lens {
  const asked = query.turns;
  const to = asked ? Date.parse(asked.to) : Math.min(Date.parse(query.to), Math.max(now, Date.parse(query.from) + 1));
  return {
    from: asked ? Date.parse(asked.from) : Math.max(Date.parse(query.from), to - DEFAULT_LENS_MS),
    to,
    limit: asked?.limit ?? 1500,
    orderFrom: asked?.order_from ? Date.parse(asked.order_from) : null,
    orderSize: asked?.order_size ?? 140,
  };
}

/**
 * Three searches over the lines that name whose turn it was: every 5XX, a random sample of the rest (by `random_score`,
 * uniform and repeatable), and consecutive requests.
 */
export function turnSearches(
  { query, directory, text, probe, namespace }: Asking,
  lens: Lens,
): Record<'failedTurns' | 'sampledTurns' | 'orderedTurns', NamedSearch> {
  const { tier, datasets, host } = tellerOf(directory);
  const index = datasets.map((dataset) => streamOf(dataset, namespace)).join(',');
  const filter: Query[] = [
    between(lens.from, lens.to),
    not(probe),
    ...text,
    ...selectedLines(query, tier, directory),
    exists(host),
  ];
  const failed = metFailure();
  const since: Query = { range: { [FIELDS.timestamp]: { gte: lens.orderFrom ?? 0, format: 'epoch_millis' } } };
  const ordered = lens.orderFrom === null ? filter : [...filter, since];
  const sampled = {
    function_score: {
      query: { bool: { filter: [...filter, not(failed)] } },
      random_score: { seed: SEED, field: '_seq_no' },
      boost_mode: 'replace',
    },
  };
  const places =
    tier === 'frontend'
      ? { tellers: terms(FIELDS.host, 200, { places: terms(host, 500) }) }
      : { places: terms(host, 1000) };
  return {
    failedTurns: {
      index,
      body: {
        ...hitBody(MAX_FAILED),
        query: { bool: { filter: [...filter, failed] } },
        sort: [{ [FIELDS.timestamp]: 'asc' }],
      },
    },
    sampledTurns: { index, body: { ...hitBody(lens.limit), query: sampled, aggs: places } },
    orderedTurns: {
      index,
      body: {
        ...hitBody(lens.orderSize),
        track_total_hits: false,
        query: { bool: { filter: ordered } },
        sort: [{ [FIELDS.timestamp]: lens.orderFrom === null ? 'desc' : 'asc' }],
      },
    },
  };
}

/** Who tells whose turn it was: the frontends, by their upstreams; where none names any, the webapps of themselves. */
function tellerOf({ whole, upstreams }: Directory) {
  return (whole?.upstreams ?? upstreams).length > 0
    ? { tier: 'frontend' as const, datasets: ACCESS_DATASETS.frontend, host: FIELDS.upstreamAddress }
    : { tier: 'webapp' as const, datasets: ACCESS_DATASETS.webapp, host: FIELDS.host };
}

/** The client's answer or any attempt was a 5XX. */
export function metFailure(): Query {
  const attempt = `${FIELDS.attempts}.status_code`;
  return anyOf([
    failedStatus(FIELDS.status),
    failedStatus(FIELDS.upstreamStatus),
    { nested: { path: FIELDS.attempts, query: failedStatus(attempt) } },
  ]);
}

function hitBody(size: number) {
  return {
    size,
    track_total_hits: true,
    _source: [
      FIELDS.timestamp,
      FIELDS.host,
      FIELDS.status,
      FIELDS.requestId,
      FIELDS.duration,
      FIELDS.upstreamAddress,
      FIELDS.upstreamStatus,
      FIELDS.upstreamDuration,
      FIELDS.attempts,
    ],
  };
}

interface LineSource {
  '@timestamp': string;
  event?: { duration?: number };
  host?: { name?: string };
  http?: { request?: { id?: string }; response?: { status_code?: number } };
  rota?: {
    upstream?: { address?: string; status_code?: number; duration?: number };
    attempts?: AttemptSource[] | AttemptSource;
  };
}

interface AttemptSource {
  n?: number;
  address?: string;
  status_code?: number;
  duration?: number;
}

/** How a line's attempts become marks. */
interface Reading {
  nameOf: ReturnType<typeof namerOf>;
  /** The webapps tell of themselves. */
  ownLines: boolean;
}

/** The marks of as many lines as can be drawn. */
function drawn(hits: readonly Hit[], reading: Reading): { marks: Turn[]; lines: number } {
  const marks: Turn[] = [];
  let lines = 0;
  for (; lines < hits.length && marks.length < MAX_TURNS; lines++) marks.push(...marksOf(hits[lines]!, reading));
  return { marks, lines };
}

/** One mark an attempt, at the time the line was written. */
function marksOf(hit: Hit, { nameOf, ownLines }: Reading): Turn[] {
  const line = hit._source as unknown as LineSource;
  if (ownLines) return [ownTurn(line)];
  const listed = [line.rota?.attempts ?? []].flat();
  const t = Date.parse(line['@timestamp']);
  const attempts: AttemptSource[] = listed.length > 0 ? listed : [{ ...line.rota?.upstream }];
  return attempts.map((attempt, i) => ({
    t,
    host: nameOf(line.host?.name ?? '', attempt.address ?? 'unknown', t),
    frontend: line.host?.name ?? null,
    status: attempt.status_code ?? line.http?.response?.status_code ?? null,
    request_id: line.http?.request?.id ?? null,
    attempt: attempt.n ?? i + 1,
    attempts: attempts.at(-1)?.n ?? attempts.length,
    ms: attempt.duration === undefined ? null : attempt.duration / NANOS_PER_MS,
  }));
}

/** A turn as the webapp itself logged it. */
function ownTurn(line: LineSource): Turn {
  return {
    t: Date.parse(line['@timestamp']),
    host: line.host?.name ?? 'unknown',
    frontend: null,
    status: line.http?.response?.status_code ?? null,
    request_id: line.http?.request?.id ?? null,
    attempt: 1,
    attempts: 1,
    ms: line.event?.duration === undefined ? null : line.event.duration / NANOS_PER_MS,
  };
}

export function turnsOf(
  answers: Record<'failedTurns' | 'sampledTurns' | 'orderedTurns', SearchAnswer>,
  lens: Lens,
  site: Site,
): Turns {
  const { failedTurns, sampledTurns, orderedTurns } = answers;
  const { directory, states } = site;
  const reading: Reading = { nameOf: namerOf(directory), ownLines: tellerOf(directory).tier === 'webapp' };
  const { marks: failed, lines: failedLines } = drawn(failedTurns.hits, reading);
  const { marks: sampled, lines: sampledLines } = drawn(sampledTurns.hits, reading);
  const order = drawn(orderedTurns.hits, reading).marks.sort((a, b) => a.t - b.t || a.attempt - b.attempt);
  const oneIn = sampledLines > 0 ? Math.max(1, sampledTurns.total / sampledLines) : 1;
  const window = { from: lens.from, to: lens.to };
  return {
    from: lens.from,
    to: lens.to,
    one_in: Math.round(oneIn * 10) / 10,
    every_5xx: failedTurns.total <= failedLines,
    requests: failedTurns.total + sampledTurns.total,
    source: tellerOf(directory).datasets[0]!,
    lanes: lanesOf(sampledTurns, failed, site, window),
    shared: site.webapps.shared.map(({ place, hosts }) => ({ place, hosts: [...hosts] })),
    marks: [...failed, ...sampled].sort((a, b) => a.t - b.t),
    out_of_pool: clip(states.outs, window).map(outSpanOf),
    order: { from: order[0]?.t ?? lens.from, to: order.at(-1)?.t ?? lens.to, marks: order },
  };
}

/** A lane for each place or webapp that takes turns, by frontend; counts are exact, never sampled. */
function lanesOf(
  sampled: SearchAnswer,
  failed: Turn[],
  { directory, states, webapps }: Site,
  window: { from: number; to: number },
): Turns['lanes'] {
  const nameOf = namerOf(directory);
  const counts = new Map<string, number>();
  const add = (host: string, n: number) => counts.set(host, (counts.get(host) ?? 0) + n);
  for (const teller of bucketsOf(sampled.aggregations, 'tellers')) {
    for (const { key, doc_count } of bucketsOf(teller, 'places'))
      add(nameOf(String(teller.key), String(key), window.from), doc_count);
  }
  for (const { key, doc_count } of bucketsOf(sampled.aggregations, 'places')) add(String(key), doc_count);
  for (const { host } of failed) add(host, 1);
  const total = [...counts.values()].reduce((a, b) => a + b, 0);
  const homes = new Map<string, string>();
  for (const { host, teller } of webapps.places) if (teller !== null && !homes.has(host)) homes.set(host, teller);
  for (const { place, hosts: several } of webapps.shared) {
    const teller = several.map((host) => homes.get(host)).find((home) => home !== undefined);
    if (teller !== undefined) homes.set(place, teller);
  }
  // Of hosts behind one address the tellers name none: who of them took a turn is not known here, so none is shown with none.
  const behind = new Set(webapps.shared.flatMap(({ hosts }) => hosts));
  const named = webapps.places.filter(({ host }) => !behind.has(host)).map(({ host }) => host);
  const hosts = new Set([...named, ...counts.keys()]);
  const outs = (host: string, tier: string) => states.chains.filter((out) => out.host === host && out.tier === tier);
  return [...hosts]
    .map((host) => ({
      host,
      frontend: homes.get(host) ?? null,
      turns: counts.get(host) ?? 0,
      share: total > 0 ? (counts.get(host) ?? 0) / total : 0,
      out_of_pool_ms: lengthOf(clip([...outs(host, 'webapp'), ...outs(homes.get(host) ?? '', 'frontend')], window)),
    }))
    .sort((a, b) => compare(a.frontend ?? '', b.frontend ?? '') || compare(a.host, b.host));
}
