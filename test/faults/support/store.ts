import { askElasticsearch } from '../../support/elasticsearch';

/** Asks the real Elasticsearch what it holds, by the data stream and over all its backing indices. */
export class Store {
  constructor(readonly url: string) {}

  /** `event.id` of every document of one dataset, repeats included. */
  async ids(stream: string): Promise<string[]> {
    await this.send('POST', `/${stream}/_refresh?ignore_unavailable=true`);
    // By document: a merge between two pages can show the last one of a page again.
    const ids = new Map<string, string>();
    let after: unknown[] | undefined;
    for (;;) {
      const answer = await this.send<Hits>('POST', `/${stream}/_search?ignore_unavailable=true`, {
        size: 10_000,
        _source: ['event.id'],
        sort: [{ 'event.id': 'asc' }, '_doc'],
        ...(after ? { search_after: after } : {}),
      });
      const hits = answer.hits?.hits ?? [];
      for (const hit of hits) ids.set(`${hit._index} ${hit._id}`, hit._source.event?.id ?? '');
      after = hits.at(-1)?.sort;
      if (hits.length < 10_000) return [...ids.values()];
    }
  }

  async search(stream: string, query: unknown, size = 10): Promise<Record<string, unknown>[]> {
    await this.send('POST', `/${stream}/_refresh?ignore_unavailable=true`);
    const answer = await this.send<Hits>('POST', `/${stream}/_search?ignore_unavailable=true`, { size, query });
    return (answer.hits?.hits ?? []).map((hit) => hit._source as Record<string, unknown>);
  }

  async rollOver(stream: string): Promise<void> {
    await this.send('POST', `/${stream}/_rollover`);
  }

  async backingIndices(stream: string): Promise<string[]> {
    return Object.keys(await this.send<Record<string, unknown>>('GET', `/${stream}/_settings`));
  }

  async setReadOnly(stream: string, readOnly: boolean): Promise<void> {
    await this.send('PUT', `/${stream}/_settings`, { 'index.blocks.write': readOnly ? true : null });
  }

  send<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    return askElasticsearch<T>(this.url, method, path, body);
  }
}

interface Hits {
  hits?: { hits: { _index: string; _id: string; _source: { event?: { id?: string } }; sort?: unknown[] }[] };
}
