import type { PartialReason } from '../../common/api';
import { ApiError } from '../errors';
import type { SearchClient } from '../host';
import type { Hit, NamedSearch, SearchAnswer } from './answers';
import { TooLargeError } from './bounded_client';
import { type RawAnswer, sendAll } from './send';
import { lacksShard, Patience } from './shards';
import { readSource } from './source';

export type { Aggregations, Hit, NamedSearch, SearchAnswer } from './answers';

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
    const responses = await sendAll(
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

/** Keeps the searches of a part of the page, or asks none of them (their answers are then empty). */
export function onlyIf<K extends string>(wanted: boolean, searches: Record<K, NamedSearch>): Searches<K> {
  if (wanted) return searches;
  return Object.fromEntries(Object.keys(searches).map((name) => [name, null])) as Searches<K>;
}

function readAnswers<K extends string>(names: K[], responses: RawAnswer[]): Asked<K> {
  const results = {} as Record<K, SearchAnswer>;
  const reasons: PartialReason[] = [];
  let [failed, forbidden, tooLong] = [0, 0, 0];
  names.forEach((name, i) => {
    const raw = responses[i] ?? {};
    if (raw.error) {
      failed++;
      if (isForbidden(raw)) forbidden++;
      const why = isForbidden(raw) ? 'your user may not read it.' : reasonOf(raw);
      reasons.push({ code: 'search_failed', message: `The part "${name}" is missing: ${why}` });
    }
    if (raw.tooLong) tooLong++;
    reasons.push(...partialReasons(name, raw));
    results[name] = {
      hits: (raw.hits?.hits ?? []).flatMap(readHit),
      total: totalOf(raw.hits?.total),
      aggregations: raw.aggregations ?? {},
      ...(raw.shortened ? { shortened: true } : {}),
    };
  });
  if (forbidden === names.length) throw Object.assign(new Error('forbidden'), { statusCode: 403 });
  if (failed === names.length && responses.every(lacksShard)) {
    throw new ApiError('search_unavailable', `Nothing can be read: ${LOST}`);
  }
  if (tooLong === names.length) throw new TooLargeError();
  if (failed === names.length) {
    throw new ApiError('search_failed', `Elasticsearch refused the search: ${reasonOf(responses[0] ?? {})}`);
  }
  return { results, reasons };
}

function readHit(hit: Hit): Hit[] {
  if (!hit._source) return [hit];
  const source = readSource(hit._source);
  return source ? [{ ...hit, _source: source }] : [];
}

function isForbidden({ status }: RawAnswer): boolean {
  return status === 401 || status === 403;
}

function partialReasons(name: string, raw: RawAnswer): PartialReason[] {
  const found: PartialReason[] = [];
  if (raw.tooLong) {
    const message = `The part "${name}" is missing: it is too long to be read. Choose a shorter time range.`;
    found.push({ code: 'search_failed', message });
  }
  if (raw.shortened && !raw.readsOn) {
    const message = `Of the lines of "${name}" only ${raw.hits?.hits.length ?? 0} were read: they are long.`;
    found.push({ code: 'search_failed', message });
  }
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
