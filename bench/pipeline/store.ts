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

  /** Resolves when so many documents are indexed. @throws after `timeoutMs` */
  async untilIndexed(stream: string, count: number, timeoutMs = 300_000): Promise<void> {
    const end = Date.now() + timeoutMs;
    for (let have = 0; have < count; have = await this.indexed(stream)) {
      if (Date.now() > end) throw new Error(`${stream}: ${have} of ${count} events after ${timeoutMs / 1000} s`);
      await sleep(50);
    }
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
