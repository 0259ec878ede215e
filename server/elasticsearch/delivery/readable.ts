import type { PartialReason } from '../../../common/api';
import { DATASETS, FIELDS, streamOf } from '../../../common/ecs';
import type { Context } from '../../context';
import { RUN_DATASETS } from './streams';

/** What each data set must be mapped as for its lines to be found at all. */
const NEEDED_OF_LINES: Readonly<Record<string, readonly string[]>> = {
  [FIELDS.timestamp]: ['date', 'date_nanos'],
  [FIELDS.run]: ['keyword', 'constant_keyword', 'wildcard'],
  [FIELDS.sequence]: ['long', 'integer', 'unsigned_long', 'short', 'byte'],
};
const NEEDED_OF_LETTERS: Readonly<Record<string, readonly string[]>> = { 'event.id': ['keyword', 'wildcard'] };

/** A mapping seldom changes: so long those that were right are taken to be. */
const REMEMBERED_MS = 30_000;

/**
 * Data streams that are closed, forbidden or mapped so that nothing is found in them. A search over several streams passes
 * these by without a word, and their lines would seem to be missing. A stream that is not there lacks nothing.
 */
export async function unreadable(context: Context): Promise<PartialReason[]> {
  const { namespace } = context.settings;
  const needed = new Map(
    [...RUN_DATASETS, DATASETS.deadLetter].map((dataset) => [
      streamOf(dataset, namespace),
      dataset === DATASETS.deadLetter ? NEEDED_OF_LETTERS : NEEDED_OF_LINES,
    ]),
  );
  const states = await statesOf([...needed.keys()], context);
  const open = states.flatMap(({ stream, fault, there }) => (there && fault === null ? [stream] : []));
  const key = context.principal === null ? null : JSON.stringify(['mapped', context.principal, open]);
  const mapped = key === null ? undefined : context.cache.get<boolean>(key);
  const wrong = mapped ? [] : await mappingFaults(open, needed, context);
  if (key !== null && wrong.length === 0) context.cache.set(key, true, REMEMBERED_MS);
  return [...states.flatMap(({ fault }) => fault ?? []), ...wrong];
}

interface State {
  stream: string;
  there: boolean;
  fault: PartialReason | null;
}

interface Probe {
  error?: { type?: string; reason?: string; index?: string; root_cause?: { index?: string; reason?: string }[] };
  status?: number;
}

/** Each stream by a search of its own that passes nothing by. */
async function statesOf(streams: readonly string[], context: Context): Promise<State[]> {
  const { responses } = (await context.elasticsearch.transport.request(
    {
      method: 'POST',
      path: '/_msearch',
      bulkBody: streams.flatMap((index) => [
        { index, ignore_unavailable: false, allow_no_indices: true },
        { size: 0, terminate_after: 1, track_total_hits: false },
      ]),
    },
    { signal: context.signal, maxRetries: 0, meta: false },
  )) as { responses: Probe[] };
  return streams.map((stream, i) => stateOf(stream, responses[i] ?? {}));
}

function stateOf(stream: string, { error, status }: Probe): State {
  if (!error) return { stream, there: true, fault: null };
  if (status === 404) return { stream, there: false, fault: null };
  const failed = (why: string): State => ({
    stream,
    there: true,
    fault: { code: 'search_failed', message: `${stream} cannot be read: ${why}` },
  });
  if (status === 401 || status === 403) return failed('your user may not read it. Ask for the privilege "read" on it.');
  const index = error.root_cause?.[0]?.index ?? error.index;
  if (error.type === 'index_closed_exception')
    return failed(`its index ${index} is closed. Open it: POST /${index}/_open`);
  return failed(error.root_cause?.[0]?.reason ?? error.reason ?? 'Elasticsearch gives no reason.');
}

interface FieldCaps {
  indices: string[];
  fields: Record<string, Record<string, { indices?: string[] }>>;
}

type Needed = Readonly<Record<string, readonly string[]>>;

async function mappingFaults(
  streams: readonly string[],
  needed: ReadonlyMap<string, Needed>,
  context: Context,
): Promise<PartialReason[]> {
  if (streams.length === 0) return [];
  const fields = [...new Set(streams.flatMap((stream) => Object.keys(needed.get(stream)!)))];
  const caps = (await context.elasticsearch.transport.request(
    {
      method: 'GET',
      path: `/${streams.join(',')}/_field_caps`,
      querystring: { fields: fields.join(','), include_unmapped: true, ignore_unavailable: true },
    },
    { signal: context.signal, maxRetries: 0, meta: false },
  )) as FieldCaps;
  return fields.flatMap((field) => {
    const found = Object.entries(caps.fields[field] ?? { unmapped: {} });
    return found.flatMap(([type, { indices = caps.indices }]) =>
      indices.flatMap((index) => {
        const wanted = needed.get(streams.find((stream) => index.includes(stream)) ?? '')?.[field];
        return wanted === undefined || wanted.includes(type) ? [] : [mappingFault(field, type, wanted[0]!, index)];
      }),
    );
  });
}

function mappingFault(field: string, type: string, wanted: string, index: string): PartialReason {
  const is = type === 'unmapped' ? 'not mapped' : `mapped as ${type}`;
  return {
    code: 'no_mapping',
    message: `Lines in ${index} cannot be told apart: ${field} is ${is}, not as ${wanted}. Run rota-setup, which puts the index template and rolls the data stream over.`,
  };
}
