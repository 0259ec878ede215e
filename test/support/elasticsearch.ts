import { setTimeout as sleep } from 'node:timers/promises';

export interface Hit {
  _index: string;
  _id: string;
  _source: Record<string, unknown>;
}

/** Long enough for any machine: what is there is told at once. */
const PATIENCE_MS = 300_000;

interface Answer {
  error?: unknown;
  _shards?: { failed: number };
}

/**
 * Asks Elasticsearch, and asks again while a shard that is needed has no node yet: a stream that is just being made is not
 * there yet, which is no failure. Without it a search answers 503 or leaves lines out, and a count is too low.
 * @returns the answer; of an index that does not exist (404) what Elasticsearch says of that. Throws on every other refusal.
 */
export async function askElasticsearch<T>(url: string, method: string, path: string, body?: unknown): Promise<T> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(200)) {
    const response = await fetch(url + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    const answer = JSON.parse(text) as T & Answer;
    const isWhole = response.ok && (answer._shards?.failed ?? 0) === 0;
    if (isWhole || response.status === 404) return answer;
    if ((!response.ok && response.status !== 503) || Date.now() > deadline) {
      throw new Error(`${method} ${path}: ${response.status} ${text}`);
    }
  }
}

/** All documents of a data stream that match a query, at most 10,000. A stream that is not there yet has none. */
export async function documents(url: string, stream: string, query: object = { match_all: {} }): Promise<Hit[]> {
  await askElasticsearch(url, 'POST', `/${stream}/_refresh?ignore_unavailable=true`);
  const path = `/${stream}/_search?ignore_unavailable=true&size=10000`;
  return (await askElasticsearch<{ hits: { hits: Hit[] } }>(url, 'POST', path, { query })).hits.hits;
}

/** Asks again until `enough` holds or the time is over; returns the last answer either way, for the test to judge. */
export async function eventually<T>(
  ask: () => Promise<T>,
  enough: (answer: T) => boolean,
  timeoutMs = PATIENCE_MS,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (enough(answer) || Date.now() > deadline) return answer;
    await sleep(300);
  }
}

/** The value at a dotted ECS path of a document, whether its objects are nested or its keys are dotted. */
export function at(source: Record<string, unknown>, path: string): unknown {
  if (path in source) return source[path];
  const [head = '', ...rest] = path.split('.');
  const inner = source[head];
  if (rest.length === 0 || typeof inner !== 'object' || inner === null) return undefined;
  return at(inner as Record<string, unknown>, rest.join('.'));
}
