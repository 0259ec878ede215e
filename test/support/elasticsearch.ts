import { setTimeout as sleep } from 'node:timers/promises';

export interface Hit {
  _index: string;
  _id: string;
  _source: Record<string, unknown>;
}

/** All documents of a data stream that match a query, at most 10,000. A stream that is not there yet has none. */
export async function documents(url: string, stream: string, query: object = { match_all: {} }): Promise<Hit[]> {
  await fetch(`${url}/${stream}/_refresh?ignore_unavailable=true`, { method: 'POST' });
  const response = await fetch(`${url}/${stream}/_search?ignore_unavailable=true&size=10000`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  if (!response.ok) throw new Error(`${stream}: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { hits: { hits: Hit[] } }).hits.hits;
}

/** Asks again until `enough` holds or the time is over; returns the last answer either way, for the test to judge. */
export async function eventually<T>(
  ask: () => Promise<T>,
  enough: (answer: T) => boolean,
  timeoutMs = 30_000,
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
