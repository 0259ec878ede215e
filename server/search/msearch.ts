import type { PartialReason } from '../../common/api';
import { ApiError } from '../errors';
import type { Dsl, SearchClient } from '../host';
import { lacksShard, Patience } from './shards';

/** How long Elasticsearch may work on one search before it answers with what it has. */
const SEARCH_TIMEOUT = '10s';

export interface NamedSearch {
  index: string;
  body: Dsl;
}

export interface Hit {
  _index: string;
  _id: string;
  _source?: Record<string, unknown>;
  fields?: Record<string, unknown[]>;
  sort?: (string | number)[];
}

/** An aggregation's answer; each query file reads its own with the helpers of `buckets.ts`. */
export type Aggregations = Record<string, unknown>;

export interface SearchAnswer {
  hits: Hit[];
  /** Exact up to `track_total_hits`. */
  total: number;
  aggregations: Aggregations;
}

interface RawAnswer {
  error?: { type?: string; reason?: string | null; root_cause?: { reason?: string | null }[] };
  status?: number;
  timed_out?: boolean;
  _shards?: { total: number; failed: number; failures?: { reason?: { type?: string } }[] };
  hits?: { total?: number | { value: number }; hits: Hit[] };
  aggregations?: Aggregations;
}

export const NO_ANSWER: SearchAnswer = { hits: [], total: 0, aggregations: {} };

/** null: not asked; its answer is empty. */
export type Searches<K extends string> = Record<K, NamedSearch | null>;

export interface Asked<K extends string> {
  results: Record<K, SearchAnswer>;
  reasons: PartialReason[];
}

/**
 * Sends all searches of a view in one `_msearch`. A missing index is empty; failed shards, time-outs and a failed search
 * beside others that worked make the answer partial. Searches that lack a shard which no node holds yet are sent again while
 * there is patience. Throws when no search worked: ApiError, or with `statusCode` 403 where the user may read nothing.
 */
export async function askAll<K extends string>(
  client: SearchClient,
  searches: Searches<K>,
  signal: AbortSignal,
  patience = new Patience(),
): Promise<Asked<K>> {
  const asked = (Object.entries(searches) as [K, NamedSearch | null][]).filter(
    (entry): entry is [K, NamedSearch] => entry[1] !== null,
  );
  const results = Object.fromEntries(Object.keys(searches).map((name) => [name, NO_ANSWER])) as Asked<K>['results'];
  if (asked.length === 0) return { results, reasons: [] };
  const answers = new Map<K, RawAnswer>();
  for (let open = asked; open.length > 0; ) {
    const responses = await send(
      client,
      open.map(([, search]) => search),
      signal,
    );
    open.forEach(([name], i) => void answers.set(name, responses[i] ?? {}));
    open = open.filter(([name]) => lacksShard(answers.get(name)!));
    if (open.length > 0 && !(await patience.wait(signal))) break;
  }
  const names = asked.map(([name]) => name);
  const read = readAnswers(
    names,
    names.map((name) => answers.get(name)!),
  );
  return { results: { ...results, ...read.results }, reasons: read.reasons };
}

async function send(client: SearchClient, searches: NamedSearch[], signal: AbortSignal): Promise<RawAnswer[]> {
  const bulkBody = searches.flatMap(({ index, body }) => [
    { index, ignore_unavailable: true, allow_no_indices: true },
    { timeout: SEARCH_TIMEOUT, ...body },
  ]);
  const answer = (await client.transport.request(
    { method: 'POST', path: '/_msearch', bulkBody },
    { signal, maxRetries: 0, meta: false },
  )) as { responses: RawAnswer[] };
  return answer.responses;
}

/** Keeps the searches of a part of the page, or asks none of them (their answers are then empty). */
export function onlyIf<K extends string>(wanted: boolean, searches: Record<K, NamedSearch>): Searches<K> {
  if (wanted) return searches;
  return Object.fromEntries(Object.keys(searches).map((name) => [name, null])) as Searches<K>;
}

function readAnswers<K extends string>(names: K[], responses: RawAnswer[]): Asked<K> {
  const results = {} as Record<K, SearchAnswer>;
  const reasons: PartialReason[] = [];
  let [failed, forbidden] = [0, 0];
  names.forEach((name, i) => {
    const raw = responses[i] ?? {};
    if (raw.error) {
      failed++;
      if (isForbidden(raw)) forbidden++;
      const why = isForbidden(raw) ? 'your user may not read it.' : reasonOf(raw);
      reasons.push({ code: 'search_failed', message: `The part "${name}" is missing: ${why}` });
    }
    reasons.push(...partialReasons(name, raw));
    results[name] = {
      hits: raw.hits?.hits ?? [],
      total: totalOf(raw.hits?.total),
      aggregations: raw.aggregations ?? {},
    };
  });
  if (forbidden === names.length) throw Object.assign(new Error('forbidden'), { statusCode: 403 });
  if (failed === names.length && responses.every(lacksShard)) {
    throw new ApiError('search_unavailable', `Nothing can be read: ${LOST}`);
  }
  if (failed === names.length) {
    throw new ApiError('search_failed', `Elasticsearch refused the search: ${reasonOf(responses[0] ?? {})}`);
  }
  return { results, reasons };
}

function isForbidden({ status }: RawAnswer): boolean {
  return status === 401 || status === 403;
}

function partialReasons(name: string, raw: RawAnswer): PartialReason[] {
  const found: PartialReason[] = [];
  if (raw.timed_out) {
    found.push({ code: 'timed_out', message: `"${name}" ran out of time; its counts are lower bounds.` });
  }
  if (raw._shards && raw._shards.failed > 0) {
    const { failed, total } = raw._shards;
    found.push({
      code: 'shards_failed',
      message: `${failed} of ${total} shards failed for "${name}"; counts are lower bounds.`,
    });
  }
  return found;
}

const LOST = 'no node of Elasticsearch holds its lines; check the health of the cluster, then try again.';

function reasonOf(raw: RawAnswer): string {
  if (lacksShard(raw)) return LOST;
  return raw.error?.root_cause?.[0]?.reason ?? raw.error?.reason ?? 'no reason given';
}

function totalOf(total: number | { value: number } | undefined): number {
  return typeof total === 'number' ? total : (total?.value ?? 0);
}
