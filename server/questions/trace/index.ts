import type { TraceData, TraceRequest } from '../../../common/api';
import { ACCESS_DATASETS, type EcsDocument, FIELDS, streamOf } from '../../../common/ecs';
import { clock, plural } from '../../../common/format';
import type { Context } from '../../context';
import { loadDirectory } from '../../elasticsearch/directory';
import type { Dsl } from '../../host';
import type { Hit, NamedSearch } from '../../search/msearch';
import { anyOf } from '../../search/scope';
import { namerOf } from '../../topology/directory';
import { lineOf, rawLine } from '../raw_line';
import { buildTrace, isFailed, type NameOf } from './build';
import { flatten } from './flatten';
import { durationOf, hostOf, kindOf, statusOf, type TraceLine, timeOf } from './lines';
import { nginxErrorsOf } from './nginx_errors';
import { requestsOf } from './same_id';
import { traceVerdict } from './verdict';

const MAX_LINES = 500;
const NEAR_MS = 3_600_000;
const GUESS_MS = 1000;
const MAX_GUESSES = 50;

/**
 * `POST trace`: one search by id (and one everywhere, when it is not where it was looked for), and one for nginx's error lines of the same connection; a line without an id takes one
 * search more, for those near it in time.
 */
export async function answerTrace(query: TraceRequest, context: Context): Promise<TraceData> {
  const { namespace } = context.settings;
  if (query.request_id === undefined && query.trace_id === undefined) return traceOfLine(query, context);
  const ids: Dsl[] = [
    ...(query.request_id === undefined ? [] : [{ term: { [FIELDS.requestId]: query.request_id } }]),
    ...(query.trace_id === undefined ? [] : [{ term: { [FIELDS.traceId]: query.trace_id } }]),
  ];
  const search = (bounds: Dsl[]) => context.askAll({ lines: linesSearch([anyOf(ids), ...bounds], namespace) });
  const bounds = timeBounds(query);
  let { lines } = await search(bounds);
  // A link may name another time than the request's: an id is found wherever it is.
  if (lines.hits.length === 0 && bounds.length > 0) ({ lines } = await search([]));
  const joinedBy = query.request_id === undefined ? 'trace.id' : 'http.request.id';
  return traceOf(lines.hits, lines.total > lines.hits.length, joinedBy, context, query.near);
}

function timeBounds({ from, to, near }: TraceRequest): Dsl[] {
  if (near !== undefined) {
    const t = Date.parse(near);
    return [
      {
        range: {
          [FIELDS.timestamp]: { gte: new Date(t - NEAR_MS).toISOString(), lte: new Date(t + NEAR_MS).toISOString() },
        },
      },
    ];
  }
  if (from === undefined && to === undefined) return [];
  return [{ range: { [FIELDS.timestamp]: { gte: from, lte: to } } }];
}

function linesSearch(filter: Dsl[], namespace: string, size = MAX_LINES): NamedSearch {
  return {
    index: `logs-*-${namespace}`,
    body: { size, track_total_hits: true, query: { bool: { filter } }, sort: [{ [FIELDS.timestamp]: 'asc' }] },
  };
}

/** A line of a stock format: it is all that is known for sure; lines near in time with the same path are a guess. */
async function traceOfLine({ line }: TraceRequest, context: Context): Promise<TraceData> {
  const { namespace } = context.settings;
  const { found } = await context.askAll({
    found: { index: line!.index, body: { size: 1, query: { ids: { values: [line!.id] } } } },
  });
  const hit = found.hits[0];
  if (!hit) return nothing();
  const doc = hit._source as EcsDocument;
  const id = doc.http?.request?.id;
  if (id !== undefined) {
    const { lines } = await context.askAll({ lines: linesSearch([{ term: { [FIELDS.requestId]: id } }], namespace) });
    return traceOf(lines.hits, lines.total > lines.hits.length, 'http.request.id', context);
  }
  const t = Date.parse(doc['@timestamp'] ?? '');
  const near = { gte: new Date(t - GUESS_MS).toISOString(), lte: new Date(t + GUESS_MS).toISOString() };
  const { lines } = await context.askAll({
    lines: {
      ...linesSearch(
        [
          { range: { [FIELDS.timestamp]: near } },
          ...(doc.url?.path === undefined ? [] : [{ term: { [FIELDS.path]: doc.url.path } }]),
        ],
        namespace,
        MAX_GUESSES,
      ),
      index: [...ACCESS_DATASETS.lb, ...ACCESS_DATASETS.frontend, ...ACCESS_DATASETS.webapp]
        .map((d) => streamOf(d, namespace))
        .join(','),
    },
  });
  const hits = [hit, ...lines.hits.filter(({ _id }) => _id !== hit._id)];
  return traceOf(hits, false, 'near_in_time', context);
}

async function traceOf(
  hits: Hit[],
  truncated: boolean,
  joinedBy: NonNullable<TraceData['joined_by']>,
  context: Context,
  near?: string,
): Promise<TraceData> {
  if (hits.length === 0) return nothing();
  const all = hits.map(lineOf);
  const asked = near === undefined ? undefined : Date.parse(near);
  const { lines: byId, others } = joinedBy === 'http.request.id' ? requestsOf(all, asked) : { lines: all, others: [] };
  const { errors, truncated: more } =
    joinedBy === 'near_in_time' ? { errors: [], truncated: false } : await nginxErrorsOf(byId, context);
  const lines = [...byId, ...errors];
  const times = lines.map(timeOf);
  const directory = await loadDirectory(context, Math.min(...times), Math.max(...times) + 1);
  const nameOf = namerOf(directory);
  if (joinedBy === 'near_in_time') return guessOf(lines, nameOf);
  const entry = entryOf(lines);
  const built = buildTrace(lines, nameOf);
  const status = entry ? statusOf(entry) : null;
  const duration = entry ? durationOf(entry) : null;
  const failed = built.tries.filter((one, i) => isFailed(one, i === built.tries.length - 1));
  const again = built.tries.filter((_, i) => i > 0 && isFailed(built.tries[i - 1]!, false));
  return {
    ...common(lines, entry ?? lines[0]!, truncated || more || built.cut),
    lines: [...byId.map(rawLine), ...errors.map((line) => ({ ...rawLine(line), by_connection: true }))],
    joined_by: joinedBy,
    verdict: withOthers(traceVerdict(status, duration, built), built.start, others.length),
    t: built.start,
    failed_ms: failed.reduce((sum, { ms }) => sum + ms, 0),
    retries: again.length,
    same_id: others.map((line) => ({ t: timeOf(line), path: line.doc.url?.path ?? null, status: statusOf(line) })),
    open: status === null,
    hops: built.hops,
    clocks: built.clocks,
    clock_note: clockNote(built, lines),
  };
}

/** An id that a client sent with several requests: the trace is of one of them. */
function withOthers(verdict: NonNullable<TraceData['verdict']>, t: number, others: number): TraceData['verdict'] {
  if (others === 0) return verdict;
  const note = `${plural(others + 1, 'request')} bear this id; this is the one of ${clock(t)} UTC.`;
  return { ...verdict, detail: verdict.detail === '' ? note : `${verdict.detail} ${note}` };
}

/** The line that stands for the request: the outermost. */
function entryOf(lines: readonly TraceLine[]): TraceLine | undefined {
  const first = (kind: ReturnType<typeof kindOf>) => lines.find((line) => kindOf(line) === kind);
  return first('balancer') ?? first('frontend') ?? first('event');
}

function common(lines: readonly TraceLine[], entry: TraceLine, truncated: boolean) {
  const known = (read: (line: TraceLine) => string | undefined) =>
    lines.map(read).find((value) => value !== undefined) ?? null;
  return {
    found: true,
    request_id: known(({ doc }) => doc.http?.request?.id),
    trace_id: known(({ doc }) => doc.trace?.id),
    method: entry.doc.http?.request?.method ?? null,
    path: entry.doc.url?.path ?? null,
    status: statusOf(entry),
    duration_ms: durationOf(entry),
    client: known(({ doc }) => doc.source?.ip ?? doc.source?.address),
    user_agent: known(({ doc }) => doc.user_agent?.name ?? doc.user_agent?.original),
    lines: lines.map(rawLine),
    fields: flatten(entry.doc),
    truncated,
    same_id: [],
  };
}

function guessOf(lines: readonly TraceLine[], nameOf: NameOf): TraceData {
  const [own] = lines;
  const { hops, start } = buildTrace([own!], nameOf);
  return {
    ...common(lines, own!, false),
    joined_by: 'near_in_time',
    verdict: {
      tone: 'neutral',
      headline: 'This line carries no request id, so it cannot be joined.',
      detail:
        'Stock log formats have none. The other lines are near in time and have the same path: a guess. Rota’s nginx format writes the id.',
      action: null,
    },
    t: start,
    failed_ms: 0,
    retries: 0,
    open: false,
    hops,
    clocks: [],
    clock_note: null,
  };
}

function clockNote({ clocks }: { clocks: TraceData['clocks'] }, lines: readonly TraceLine[]): string | null {
  const frontend = lines.find((line) => kindOf(line) === 'frontend');
  if (!frontend) return null;
  const placed = `Attempts are placed by ${hostOf(frontend)}’s own times.`;
  if (clocks.length === 0) return `${placed} All clocks agree.`;
  const signed = (ms: number) => `${ms > 0 ? '+' : '−'}${Math.abs(ms)} ms`;
  return `${placed} Clocks corrected: ${clocks.map(({ host, correction_ms }) => `${host} ${signed(correction_ms)}`).join(', ')}.`;
}

function nothing(): TraceData {
  return {
    found: false,
    request_id: null,
    trace_id: null,
    joined_by: null,
    verdict: null,
    t: null,
    method: null,
    path: null,
    status: null,
    duration_ms: null,
    failed_ms: 0,
    retries: 0,
    client: null,
    user_agent: null,
    open: false,
    hops: [],
    clocks: [],
    clock_note: null,
    lines: [],
    fields: [],
    truncated: false,
    same_id: [],
  };
}
