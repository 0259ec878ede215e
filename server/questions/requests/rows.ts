import {
  type Attempt,
  type Cursor,
  MOST_MS,
  type RequestRow,
  type RequestsData,
  type RequestsRequest,
} from '../../../common/api';
import { type AttemptDoc, type EcsDocument, FIELDS, HEALTH_CHECK_TAG } from '../../../common/ecs';
import type { Dsl } from '../../host';
import { NANOS_PER_MS } from '../../search/aggregations';
import { bucketOf, numberOf } from '../../search/buckets';
import type { Hit, NamedSearch, SearchAnswer } from '../../search/msearch';
import { valuesOf } from '../../search/nested';
import { type Directory, namerOf } from '../../topology/directory';
import type { Matching } from './matching';

/** A line may become searchable a little after one that was ingested later: live asks again for these seconds. */
const LIVE_OVERLAP_MS = 5000;

export const ROW_FIELDS = [
  FIELDS.timestamp,
  FIELDS.ingested,
  FIELDS.dataset,
  FIELDS.host,
  FIELDS.requestId,
  FIELDS.traceId,
  FIELDS.method,
  FIELDS.path,
  FIELDS.status,
  FIELDS.duration,
  FIELDS.tags,
  FIELDS.upstreamAddress,
  FIELDS.upstreamStatus,
  FIELDS.upstreamDuration,
  FIELDS.haproxyServer,
  FIELDS.attempts,
  FIELDS.serverAddress,
];

/** A page of rows. `event.id` breaks ties, so that pages neither repeat nor skip. */
export function rowsSearch({ entry, filter }: Matching, query: RequestsRequest): NamedSearch {
  const since = query.live_after ? Number(query.live_after[0]) : null;
  const live = since === null ? [] : [ingestedAfter(since - LIVE_OVERLAP_MS)];
  const first: Dsl = since === null ? sortBy(query.sort) : { [FIELDS.ingested]: { order: 'desc' } };
  return {
    index: entry.index,
    readsOn: true,
    body: {
      size: query.size,
      track_total_hits: false,
      query: { bool: { filter: [...filter, ...live] } },
      sort: [first, { 'event.id': { order: 'asc', unmapped_type: 'keyword', missing: '_last' } }],
      ...(query.after ? { search_after: query.after } : {}),
      _source: ROW_FIELDS,
      fields: query.columns.map((field) => ({ field, format: dateFormat(field) })),
      aggs: {
        ingested: { max: { field: FIELDS.ingested } },
        newest: { max: { field: FIELDS.timestamp } },
        ...(since === null ? {} : { since: { filter: ingestedAfter(since) } }),
      },
    },
  };
}

/**
 * Lines without a value come last. A number stands for "none": Elasticsearch's own, the largest of 64 bits, is more than a cursor in
 * JSON can hold.
 */
function sortBy({ field, order }: RequestsRequest['sort']): Dsl {
  if (field === FIELDS.host) return { [field]: { order, unmapped_type: 'keyword', missing: '_last' } };
  const none = order === 'asc' ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
  return { [field]: { order, unmapped_type: 'long', missing: field === FIELDS.timestamp ? '_last' : none } };
}

function ingestedAfter(t: number): Dsl {
  return { range: { [FIELDS.ingested]: { gt: t, format: 'epoch_millis' } } };
}

function dateFormat(field: string): string | undefined {
  return field === FIELDS.timestamp || /^event\.(created|ingested|start|end)$/.test(field)
    ? 'strict_date_optional_time'
    : undefined;
}

export function rowsOf(
  answer: SearchAnswer,
  query: RequestsRequest,
  directory: Directory,
  /** Where a live tail of an empty list begins. */
  liveFrom: number,
): NonNullable<RequestsData['rows']> {
  const last = answer.hits.at(-1)?.sort as Cursor | undefined;
  const ingested = numberOf(answer.aggregations, 'ingested');
  const nameOf = namerOf(directory);
  return {
    rows: answer.hits.map((hit) => rowOf(hit, query.columns, nameOf)),
    after: (answer.hits.length === query.size || answer.shortened) && last ? last : null,
    live_cursor: ingested === null ? (query.live_after ?? [withinDates(liveFrom)]) : [withinDates(ingested)],
    live_new: query.live_after ? bucketOf(answer.aggregations, 'since').doc_count : null,
    newest: numberOf(answer.aggregations, 'newest'),
  };
}

/** A line may claim to have been ingested when no date is any more. */
function withinDates(t: number): number {
  return Math.min(MOST_MS, Math.max(-MOST_MS, t));
}

/** An attempt without an answer, or with a 5XX. What follows one that succeeded is an internal redirect, no retry. */
function isFailed({ status }: Attempt, isLast: boolean): boolean {
  return status === null ? !isLast : status >= 500;
}

type Namer = ReturnType<typeof namerOf>;

/** One line as a row. */
function rowOf(hit: Hit, columns: readonly string[], nameOf: Namer): RequestRow {
  const doc = hit._source as EcsDocument;
  const attempts = attemptsOf(doc, nameOf);
  const failed = attempts.filter((attempt, i) => isFailed(attempt, i === attempts.length - 1));
  const ms = (ns: number | undefined) => (ns === undefined ? null : ns / NANOS_PER_MS);
  return {
    index: hit._index,
    id: hit._id,
    t: Date.parse(doc['@timestamp'] ?? ''),
    ingested: doc.event?.ingested === undefined ? null : Date.parse(doc.event.ingested),
    request_id: doc.http?.request?.id ?? null,
    trace_id: doc.trace?.id ?? null,
    dataset: doc.event?.dataset ?? '',
    host: doc.host?.name ?? null,
    method: doc.http?.request?.method ?? null,
    path: doc.url?.path ?? null,
    status: doc.http?.response?.status_code ?? null,
    duration_ms: ms(doc.event?.duration),
    failed_ms: failed.reduce((sum, { duration_ms }) => sum + (duration_ms ?? 0), 0),
    attempts,
    probe: [doc.tags ?? []].flat().includes(HEALTH_CHECK_TAG),
    columns: cellsOf(hit, columns),
  };
}

function attemptsOf(doc: EcsDocument, nameOf: Namer): Attempt[] {
  const [teller, t] = [doc.host?.name ?? '', Date.parse(doc['@timestamp'] ?? '')];
  const listed = [doc.rota?.attempts ?? []].flat();
  const last = doc.rota?.upstream;
  const all: AttemptDoc[] = listed.length > 0 ? listed : last?.address === undefined ? [] : [last];
  return all.map((attempt, i) => ({
    n: attempt.n ?? i + 1,
    host:
      attempt.address === undefined
        ? 'no live upstream'
        : nameOf(teller, doc.haproxy?.server_name ?? attempt.address, t),
    address: attempt.address ?? null,
    status: attempt.status_code ?? null,
    duration_ms: attempt.duration === undefined ? null : attempt.duration / NANOS_PER_MS,
  }));
}

function cellsOf(hit: Hit, columns: readonly string[]): RequestRow['columns'] {
  const cells = columns.map((column) => [column, shown(cellOf(valuesOf(hit.fields, column)))] as const);
  return Object.fromEntries(cells.filter(([, cell]) => cell !== null));
}

/** A table shows no more of a text than this; the trace and the export have all of it. */
const MOST_CHARS = 2000;

function shown(cell: ReturnType<typeof cellOf>): ReturnType<typeof cellOf> {
  return typeof cell === 'string' && cell.length > MOST_CHARS ? `${cell.slice(0, MOST_CHARS)}…` : cell;
}

/** Several values are joined; objects (nested fields) are written as JSON. */
export function cellOf(values: readonly unknown[]): string | number | boolean | null {
  if (values.length === 0) return null;
  const [only] = values;
  if (values.length === 1 && (typeof only === 'string' || typeof only === 'number' || typeof only === 'boolean'))
    return only;
  return values.map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value))).join(', ');
}
