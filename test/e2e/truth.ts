import { Client, type estypes } from '@elastic/elasticsearch';
import { MORNING } from '../fixtures/morning/story';
import { askElasticsearch } from '../support/elasticsearch';

export type Query = estypes.QueryDslQueryContainer;
// biome-ignore lint/suspicious/noExplicitAny: documents are read as they are, by nobody's schema
export type Doc = Record<string, any>;

const NAMESPACE = 'rota';
const PAGE = 10_000;
const BULK = 4000;

/** Every request line of the frontends that a user caused. */
export const BY_USERS: Query = { bool: { must_not: { term: { tags: 'health_check' } } } };
export const FAILED: Query = { range: { 'http.response.status_code': { gte: 500, lt: 600 } } };

/**
 * What the data set really holds, by plain searches that share nothing with the plugin: no query builder, no model, no
 * schema. Expectations are taken from here, so that another recording of the same story needs no other specs.
 */
export class Truth {
  private readonly client: Client;

  constructor(private readonly node = process.env['ROTA_E2E_ELASTICSEARCH'] ?? '') {
    if (node === '') throw new Error('ROTA_E2E_ELASTICSEARCH must name the Elasticsearch that holds the morning.');
    this.client = new Client({ node });
  }

  close(): Promise<void> {
    return this.client.close();
  }

  /** Documents of some data sets from `from` until before `to`, ms after the story's begin. */
  async count(datasets: string, query: Query = { match_all: {} }, span?: Span, namespace?: string): Promise<number> {
    const body = { query: within(span, query) };
    return (await this.ask<{ count: number }>('_count', indexOf(datasets, namespace), body)).count;
  }

  /** Values of a field with their documents, most first. */
  async terms(datasets: string, field: string, query: Query = { match_all: {} }, span?: Span) {
    const { aggregations } = await this.ask<{
      aggregations?: { found: { buckets: { key: string; doc_count: number }[] } };
    }>('_search', indexOf(datasets), {
      size: 0,
      query: within(span, query),
      aggs: { found: { terms: { field, size: PAGE } } },
    });
    return (aggregations?.found.buckets ?? []).map(({ key, doc_count }) => ({ value: String(key), n: doc_count }));
  }

  /** Documents by time, oldest first; all of them, a page at a time. */
  async documents(datasets: string, query: Query, options: { span?: Span; fields?: string[]; most?: number } = {}) {
    const found: { id: string; index: string; doc: Doc }[] = [];
    let after: estypes.SortResults | undefined;
    for (;;) {
      const { hits } = await this.ask<estypes.SearchResponse<Doc>>('_search', indexOf(datasets), {
        size: Math.min(PAGE, options.most ?? PAGE),
        query: within(options.span, query),
        sort: [{ '@timestamp': 'asc' }, { 'event.id': { order: 'asc', unmapped_type: 'keyword' } }],
        ...(options.fields ? { _source: options.fields } : {}),
        ...(after ? { search_after: after } : {}),
      });
      found.push(
        ...hits.hits.map(({ _id, _index, _source }) => ({ id: String(_id), index: _index, doc: _source ?? {} })),
      );
      after = hits.hits.at(-1)?.sort;
      if (!after || hits.hits.length < PAGE || found.length >= (options.most ?? Number.POSITIVE_INFINITY)) return found;
    }
  }

  private ask<T>(endpoint: '_search' | '_count', index: string, body: object): Promise<T> {
    const path = `/${index}/${endpoint}?ignore_unavailable=true&allow_no_indices=true`;
    return askElasticsearch<T>(this.node, 'POST', path, body);
  }

  /** Writes documents as they are, and makes them searchable. */
  async write(documents: { dataset: string; id: string; doc: Doc }[], namespace = NAMESPACE): Promise<void> {
    for (let i = 0; i < documents.length; i += BULK) {
      const operations = documents
        .slice(i, i + BULK)
        .flatMap(({ dataset, id, doc }) => [{ create: { _index: `logs-${dataset}-${namespace}`, _id: id } }, doc]);
      const { errors, items } = await this.client.bulk({ operations, refresh: true });
      if (errors) throw new Error(`Elasticsearch refused a document: ${JSON.stringify(items[0])}`);
    }
  }
}

/** Milliseconds after the story's begin. */
export interface Span {
  from: number;
  to: number;
}

/** The half hour and what belongs to it but was logged a little before or after. */
export const ALL: Span = { from: -180_000, to: MORNING.length + 120_000 };

function within({ from, to }: Span = { from: 0, to: MORNING.length }, query: Query): Query {
  const range = { gte: MORNING.start + from, lt: MORNING.start + to, format: 'epoch_millis' };
  return { bool: { filter: [{ range: { '@timestamp': range } }, query] } };
}

function indexOf(datasets: string, namespace = NAMESPACE): string {
  return datasets
    .split(' ')
    .map((dataset) => `logs-${dataset}-${namespace}`)
    .join(',');
}
