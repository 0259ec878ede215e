import type { Dsl, SearchClient } from '../host';
import type { Aggregations, Hit, NamedSearch } from './answers';
import { MOST_BYTES, TooLargeError } from './bounded_client';
import { weightOf } from './weight';

/** How long Elasticsearch may work on one search before it answers with what it has. */
const SEARCH_TIMEOUT = '10s';
/** What the answers of one question may weigh together when they do not fit into one. */
const MOST_TOGETHER = 4 * MOST_BYTES;
/** Where lines are too long, so many times fewer are asked for. */
const FEWER = 8;

export interface RawAnswer {
  error?: { type?: string; reason?: string | null; root_cause?: { reason?: string | null }[] };
  status?: number;
  timed_out?: boolean;
  _shards?: { total: number; failed: number; failures?: { reason?: { type?: string } }[] };
  hits?: { total?: number | { value: number }; hits: Hit[] };
  aggregations?: Aggregations;
  /** Fewer lines than were asked for, because they are long. */
  shortened?: true;
  readsOn?: true;
  /** Too long to be read at all. */
  tooLong?: true;
}

/**
 * The answers to all searches, by one `_msearch`. Where they are too long together, each is asked for by itself, and where
 * one's lines are too long, for fewer of them: so no line, however long, keeps the rest of a page from being answered.
 */
export async function sendAll(
  client: SearchClient,
  searches: readonly NamedSearch[],
  signal: AbortSignal,
): Promise<RawAnswer[]> {
  const together = await send(client, searches, signal, MOST_BYTES);
  if (together) return together;
  const answers: RawAnswer[] = [];
  let left = MOST_TOGETHER;
  for (const search of searches) {
    const answer = await sendOne(client, search, signal, Math.min(MOST_BYTES, left));
    left = Math.max(0, left - weightOf(answer, left));
    answers.push(answer);
  }
  return answers;
}

/** null when the answer is longer than `most` bytes. */
async function send(
  client: SearchClient,
  searches: readonly NamedSearch[],
  signal: AbortSignal,
  most: number,
): Promise<RawAnswer[] | null> {
  const bulkBody = searches.flatMap(({ index, body }) => [
    { index, ignore_unavailable: true, allow_no_indices: true },
    { timeout: SEARCH_TIMEOUT, ...body },
  ]);
  const options = { signal, maxRetries: 0, meta: false, maxResponseSize: most } as const;
  try {
    const asked = client.transport.request({ method: 'POST', path: '/_msearch', bulkBody }, options);
    return ((await asked) as { responses: RawAnswer[] }).responses;
  } catch (error) {
    if (error instanceof TooLargeError) return null;
    throw error;
  }
}

async function sendOne(
  client: SearchClient,
  search: NamedSearch,
  signal: AbortSignal,
  most: number,
): Promise<RawAnswer> {
  const wanted = linesOf(search.body);
  for (let lines = wanted; ; lines = Math.floor(lines / FEWER)) {
    const body = { ...search.body, size: lines };
    const [answer] = (most > 0 && (await send(client, [{ ...search, body }], signal, most))) || [];
    if (answer && lines === wanted) return answer;
    if (answer && (lines > 0 || search.body['aggs'])) return { ...answer, shortened: true, readsOn: search.readsOn };
    if (lines === 0 || most === 0) return { tooLong: true };
  }
}

/** Elasticsearch gives ten lines where nobody says how many. */
function linesOf({ size }: Dsl): number {
  return typeof size === 'number' ? size : 10;
}
