import moment from 'moment-timezone';
import type { ExportRequest } from '../../../common/api';
import { DATE_FIELDS, FIELDS } from '../../../common/ecs';
import { BYTE_ORDER_MARK, type CsvStyle, csvHeader, csvRow } from '../../../common/format/csv';
import type { Context } from '../../context';
import { loadDirectory } from '../../elasticsearch/directory';
import { ApiError } from '../../errors';
import { TooLargeError } from '../../search/bounded_client';
import type { Hit } from '../../search/msearch';
import { valuesOf } from '../../search/nested';
import { narrowDirectory } from '../../topology/selection';
import { matchingRequests } from './matching';
import { cellOf } from './rows';

const PAGE = 1000;
const KEEP_ALIVE = '1m';
const DEFAULT_COLUMNS = [
  FIELDS.timestamp,
  FIELDS.method,
  FIELDS.path,
  FIELDS.status,
  FIELDS.duration,
  FIELDS.host,
  FIELDS.upstreamAddress,
  FIELDS.upstreamStatus,
  FIELDS.requestId,
];

export interface Export {
  /** Requests that match, and how many of them the file will hold. */
  matching: number;
  rows: number;
  /** More inner hops matched than can be joined, so more requests match than these. */
  lowerBound: boolean;
  lines: AsyncGenerator<string>;
}

/**
 * Streams what matches, newest first, a page at a time on one point in time: what is written meanwhile stays out. The
 * first page is asked for before it answers. Throws ApiError `search_failed`, also in mid-stream, rather than leave out
 * what a shard does not tell.
 */
export async function exportRequests(query: ExportRequest, context: Context): Promise<Export> {
  const everyone = await loadDirectory(context, Date.parse(query.from), Date.parse(query.to));
  const directory = narrowDirectory(everyone, query);
  const { entry, filter, truncated } = await matchingRequests(query, directory, context, query.include_probes);
  const [reason] = context.reasons;
  if (reason)
    throw new ApiError('search_failed', `Nothing was exported, for it would lack requests. ${reason.message}`);
  const columns = query.columns.length > 0 ? query.columns : DEFAULT_COLUMNS;
  const whole = query.format === 'ndjson' && query.columns.length === 0;
  const found = pages(entry.index, filter, whole ? [] : columns, context);
  const first = await found.next();
  const matching = first.done ? 0 : first.value.total;
  const lines = linesOf(prepend(first, found), query, columns, whole);
  return { matching, rows: Math.min(matching, query.limit), lowerBound: truncated, lines };
}

async function* linesOf(
  found: AsyncGenerator<Page>,
  query: ExportRequest,
  columns: readonly string[],
  whole: boolean,
): AsyncGenerator<string> {
  const { format } = query;
  const write = format === 'csv' ? csvWriter(query) : null;
  if (write) yield BYTE_ORDER_MARK + csvHeader(columns, styleOf(query));
  let left = query.limit;
  for await (const { hits } of found) {
    const wanted = hits.slice(0, left);
    yield wanted.map((hit) => (write ? write(hit, columns) : lineOf(hit, columns, whole))).join('');
    left -= wanted.length;
    if (left <= 0) return;
  }
}

async function* prepend<T>(first: IteratorResult<T>, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    if (!first.done) yield first.value;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

interface Page {
  hits: Hit[];
  /** Of all pages; known on the first. */
  total: number;
}

async function* pages(
  index: string,
  filter: object[],
  columns: readonly string[],
  context: Context,
): AsyncGenerator<Page> {
  const opened = await context.send<{ id: string }>({
    method: 'POST',
    path: `/${encodeURIComponent(index)}/_pit`,
    querystring: { keep_alive: KEEP_ALIVE, ignore_unavailable: true },
  });
  let pit = opened.id;
  let after: unknown[] | undefined;
  let size = PAGE;
  try {
    for (;;) {
      const body = {
        size,
        track_total_hits: after === undefined,
        pit: { id: pit, keep_alive: KEEP_ALIVE },
        query: { bool: { filter } },
        sort: [{ [FIELDS.timestamp]: 'desc' }, { _shard_doc: 'asc' }],
        ...(columns.length > 0 ? { _source: false, fields: columns } : {}),
        ...(after ? { search_after: after } : {}),
      };
      const answer = await pageOf(context, body).catch((error: unknown) => {
        if (error instanceof TooLargeError && size > 1) return null;
        throw error;
      });
      if (!answer) {
        // Lines are long here: fewer at once.
        size = Math.max(1, Math.floor(size / 8));
        continue;
      }
      pit = answer.pit_id ?? pit;
      const { hits, total } = answer.hits;
      yield { hits, total: total?.value ?? 0 };
      if (hits.length < size) return;
      after = hits.at(-1)?.sort;
    }
  } finally {
    // Also when the browser left: the signal is spent then, and a point in time holds on to disk.
    await context.elasticsearch.transport
      .request({ method: 'DELETE', path: '/_pit', body: { id: pit } })
      .catch(() => undefined);
  }
}

function pageOf(context: Context, body: object) {
  return context.send<{ pit_id?: string; hits: { total?: { value: number }; hits: Hit[] } }>({
    method: 'POST',
    path: '/_search',
    querystring: { allow_partial_search_results: false },
    body: body as Record<string, unknown>,
  });
}

function styleOf({ csv: { separator, quote_values } }: ExportRequest): CsvStyle {
  return { separator, quoteValues: quote_values };
}

/** Writes a line's values; times as the reader's Kibana writes them. */
function csvWriter(query: ExportRequest): (hit: Hit, columns: readonly string[]) => string {
  const style = styleOf(query);
  const { date_format } = query.csv;
  const zone = query.zone ?? 'UTC';
  const time = (cell: ReturnType<typeof cellOf>) => {
    const at = date_format === undefined || cell === null ? null : moment.tz(cell as string | number, zone);
    return at?.isValid() ? at.format(date_format) : cell;
  };
  return (hit, columns) =>
    csvRow(
      columns.map((column) => {
        const cell = cellOf(valuesOf(hit.fields, column));
        return DATE_FIELDS.includes(column) ? time(cell) : cell;
      }),
      style,
    );
}

function lineOf(hit: Hit, columns: readonly string[], whole: boolean): string {
  if (whole) return `${JSON.stringify(hit._source)}\n`;
  const cells = columns.map((column) => cellOf(valuesOf(hit.fields, column)));
  return `${JSON.stringify(Object.fromEntries(columns.map((column, i) => [column, cells[i]])))}\n`;
}
