import { setTimeout as sleep } from 'node:timers/promises';

export interface FinishedDocument {
  _id: string;
  _source: Record<string, unknown>;
}

/** What the benchmark asks of Elasticsearch; nothing that would cost it much. */
export class BenchStore {
  constructor(readonly url: string) {}

  /** Documents indexed so far, whether searchable yet or not. */
  async indexed(stream: string): Promise<number> {
    const path = `/${stream}/_stats/indexing?filter_path=_all.primaries.indexing.index_total&ignore_unavailable=true`;
    const stats = await this.get<{ _all?: { primaries?: { indexing?: { index_total?: number } } } }>(path);
    return stats?._all?.primaries?.indexing?.index_total ?? 0;
  }

  async count(stream: string): Promise<number> {
    const answer = await this.get<{ count: number }>(`/${stream}/_count?ignore_unavailable=true`);
    return answer?.count ?? 0;
  }

  async documents(stream: string, count: number): Promise<FinishedDocument[]> {
    await this.refresh(stream);
    const documents: FinishedDocument[] = [];
    let after: unknown[] | undefined;
    while (documents.length < count) {
      const body = { size: 5_000, sort: [{ 'event.id': 'asc' }], ...(after ? { search_after: after } : {}) };
      const answer = await this.get<{ hits: { hits: (FinishedDocument & { sort: unknown[] })[] } }>(
        `/${stream}/_search`,
        'POST',
        body,
      );
      const hits = answer?.hits.hits ?? [];
      if (hits.length === 0) break;
      after = hits.at(-1)!.sort;
      documents.push(...hits.map(({ _id, _source }) => ({ _id, _source })));
    }
    return documents;
  }

  async refresh(stream: string): Promise<void> {
    await this.get(`/${stream}/_refresh`, 'POST');
  }

  private async get<T>(path: string, method = 'GET', body?: unknown): Promise<T | undefined> {
    const response = await fetch(this.url + path, {
      method,
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    });
    return response.ok ? ((await response.json()) as T) : undefined;
  }
}

/**
 * Resolves when `done` has come from `before` to `goal`. Each question costs what is measured some milliseconds, so the
 * next one comes when half of the rest should be done: few at first, every 20 ms at the end.
 * @throws Error after five minutes
 */
export async function untilCount(
  done: () => Promise<number>,
  before: number,
  goal: number,
  what: string,
): Promise<void> {
  const start = performance.now();
  for (let have = before; have < goal; ) {
    const elapsed = performance.now() - start;
    if (elapsed > 300_000)
      throw new Error(`${what}: ${goal - have} of ${goal - before} events missing after 5 minutes`);
    const rest = have === before ? 200 : ((goal - have) * elapsed) / (have - before);
    await sleep(Math.max(20, Math.min(rest / 2, 2_000)));
    have = await done();
  }
}
