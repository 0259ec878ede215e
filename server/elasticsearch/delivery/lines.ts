import { DATASETS, type Dataset, type EcsDocument, FIELDS } from '../../../common/ecs';
import type { Context } from '../../context';
import type { Range } from '../../delivery/ranges';
import { RUN_DATASETS, runStreams, streamsOf } from './streams';
import { askEach, type Query, type Search, type SearchBody } from './typed_search';

function ofRun(run: string, numbers: Query[]): Query {
  return { bool: { filter: [{ term: { [FIELDS.run]: run } }, ...numbers] } };
}

function linesSearch<Answer>(
  query: Query,
  namespace: string,
  body: Pick<SearchBody, 'size' | '_source'> & { order: 'asc' | 'desc' },
  read: (docs: EcsDocument[]) => Answer,
): Search<Answer> {
  const { order, ...rest } = body;
  return {
    index: runStreams(namespace),
    body: { ...rest, track_total_hits: false, query, sort: [{ [FIELDS.sequence]: order }] },
    read: ({ hits }) => read(hits.map(({ _source }) => (_source ?? {}) as EcsDocument)),
  };
}

/** Numbers of one run: when the lines before and after them were written, by the run's clock. */
export interface Gap {
  run: string;
  range: Range;
}

export interface Around {
  from: number | null;
  to: number | null;
}

/** When gaps happened, by the lines before and after each. */
export async function timesAround(gaps: readonly Gap[], context: Context): Promise<Around[]> {
  const { namespace } = context.settings;
  const neighbour = (run: string, bound: object, order: 'asc' | 'desc') =>
    linesSearch(
      ofRun(run, [{ range: { [FIELDS.sequence]: bound } }]),
      namespace,
      { size: 1, order, _source: [FIELDS.timestamp] },
      ([doc]) => (doc?.['@timestamp'] === undefined ? null : Date.parse(doc['@timestamp'])),
    );
  const times = await askEach(
    context,
    'times of gaps',
    gaps.flatMap(({ run, range }) => [
      neighbour(run, { lt: range.first }, 'desc'),
      neighbour(run, { gt: range.last }, 'asc'),
    ]),
  );
  return gaps.map((_, i) => ({ from: times[2 * i]!, to: times[2 * i + 1]! }));
}

/** A run's lines with some numbers, by number. */
export async function linesIn(
  run: string,
  ranges: readonly Range[],
  size: number,
  context: Context,
): Promise<Map<number, EcsDocument>> {
  const numbers: Query = {
    bool: {
      should: ranges.map(({ first, last }) => ({ range: { [FIELDS.sequence]: { gte: first, lte: last } } })),
      minimum_should_match: 1,
    },
  };
  const search = linesSearch(
    ofRun(run, [numbers]),
    context.settings.namespace,
    { size, order: 'asc', _source: [FIELDS.timestamp, FIELDS.sequence, FIELDS.created, FIELDS.ingested] },
    (docs) => new Map(docs.map((doc) => [doc.event?.sequence ?? 0, doc])),
  );
  const [lines] = await askEach(context, 'lines of the run', [search]);
  return lines!;
}

const HOUR_MS = 3_600_000;

/** Whether any run or indexer was heard of in the hour after a time. */
export async function heardAfter(time: number, context: Context): Promise<boolean> {
  const datasets: Dataset[] = [...RUN_DATASETS, DATASETS.pipeline];
  const [heard] = await askEach(context, 'heard later', [
    {
      index: streamsOf(datasets, context.settings.namespace),
      body: {
        size: 1,
        terminate_after: 1,
        track_total_hits: false,
        _source: false,
        query: {
          range: {
            [FIELDS.timestamp]: { gte: time, lt: Math.min(time + HOUR_MS, context.now), format: 'epoch_millis' },
          },
        },
      },
      read: ({ hits }) => hits.length > 0,
    } satisfies Search<boolean>,
  ]);
  return heard!;
}
