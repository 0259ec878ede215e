import type { ExportRequest } from '../../../common/api';
import { FIELDS } from '../../../common/ecs';
import { csvRow } from '../../../common/model/csv';
import type { Context } from '../../context';
import type { Hit } from '../../search/msearch';
import { loadLandscape } from '../landscape';
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

/** Streams what matches, newest first, a page at a time on one point in time: what is written meanwhile stays out. */
export async function* exportRequests(query: ExportRequest, context: Context): AsyncGenerator<string> {
  const landscape = await loadLandscape(context, Date.parse(query.from), Date.parse(query.to));
  const { door, filter } = await matchingRequests(query, landscape, context, query.include_probes);
  const columns = query.columns.length > 0 ? query.columns : DEFAULT_COLUMNS;
  const whole = query.format === 'ndjson' && query.columns.length === 0;
  if (query.format === 'csv') yield csvRow(columns);
  let left = query.limit;
  for await (const hits of pages(door.index, filter, whole ? [] : columns, context)) {
    const wanted = hits.slice(0, left);
    yield wanted.map((hit) => lineOf(hit, columns, query.format, whole)).join('');
    left -= wanted.length;
    if (left <= 0) return;
  }
}

async function* pages(index: string, filter: object[], columns: readonly string[], { elasticsearch, signal }: Context) {
  const options = { signal, meta: false } as const;
  const opened = (await elasticsearch.transport.request(
    {
      method: 'POST',
      path: `/${encodeURIComponent(index)}/_pit`,
      querystring: { keep_alive: KEEP_ALIVE, ignore_unavailable: true },
    },
    options,
  )) as { id: string };
  let pit = opened.id;
  let after: unknown[] | undefined;
  try {
    for (;;) {
      const body = {
        size: PAGE,
        track_total_hits: false,
        pit: { id: pit, keep_alive: KEEP_ALIVE },
        query: { bool: { filter } },
        sort: [{ [FIELDS.timestamp]: 'desc' }, { _shard_doc: 'asc' }],
        ...(columns.length > 0 ? { _source: false, fields: columns } : {}),
        ...(after ? { search_after: after } : {}),
      };
      const answer = (await elasticsearch.transport.request({ method: 'POST', path: '/_search', body }, options)) as {
        pit_id?: string;
        hits: { hits: Hit[] };
      };
      pit = answer.pit_id ?? pit;
      const { hits } = answer.hits;
      if (hits.length > 0) yield hits;
      if (hits.length < PAGE) return;
      after = hits.at(-1)?.sort;
    }
  } finally {
    // Also when the browser left: the signal is spent then, and a point in time holds on to disk.
    await elasticsearch.transport
      .request({ method: 'DELETE', path: '/_pit', body: { id: pit } })
      .catch(() => undefined);
  }
}

function lineOf(hit: Hit, columns: readonly string[], format: 'csv' | 'ndjson', whole: boolean): string {
  if (whole) return `${JSON.stringify(hit._source)}\n`;
  const cells = columns.map((column) => cellOf(hit.fields?.[column] ?? []));
  if (format === 'csv') return csvRow(cells);
  return `${JSON.stringify(Object.fromEntries(columns.map((column, i) => [column, cells[i]])))}\n`;
}
