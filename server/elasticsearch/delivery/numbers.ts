import { FIELDS } from '../../../common/ecs';
import type { Context } from '../../context';
import type { CountAsked } from '../../delivery/holes';
import { sizeOf, uniteRanges } from '../../delivery/ranges';
import { groupBy } from '../../topology/groups';
import { runStreams } from './streams';
import { askEach, chunks, type Query, type Search } from './typed_search';

/** Numbers that are read one by one in one search; Elasticsearch's own limit of buckets is 65,536. */
const NUMBERS = 50_000;
/** Ranges of one search. */
const RANGES = 400;

interface Buckets {
  buckets: { key: number; doc_count: number }[];
}

/** Lines by number, of several ranges. */
function readSearch(
  asked: readonly CountAsked[],
  namespace: string,
): Search<number[][], { runs: { buckets: { key: string; numbers: Buckets }[] } }> {
  const byRun = groupBy(asked, ({ run }) => run);
  return {
    index: runStreams(namespace),
    body: {
      size: 0,
      track_total_hits: false,
      query: {
        bool: {
          should: [...byRun].flatMap(([run, own]) => uniteRanges(own).map((range) => within({ run, ...range }))),
          minimum_should_match: 1,
        },
      },
      aggs: {
        runs: {
          terms: { field: FIELDS.run, size: byRun.size },
          aggs: { numbers: { histogram: { field: FIELDS.sequence, interval: 1, min_doc_count: 1 } } },
        },
      },
    },
    read: ({ aggregations }) => {
      const found = new Map(
        (aggregations.runs?.buckets ?? []).map(({ key, numbers }) => [
          key,
          new Map(numbers.buckets.map(({ key: n, doc_count }) => [n, doc_count])),
        ]),
      );
      return asked.map(({ run, first, last }) => {
        const own = found.get(run);
        return Array.from({ length: last - first + 1 }, (_, i) => own?.get(first + i) ?? 0);
      });
    },
  };
}

/** Lines by parts of one range. */
function partsSearch(asked: CountAsked, namespace: string): Search<number[], { parts: Buckets }> {
  const { first, width } = asked;
  return {
    index: runStreams(namespace),
    body: {
      size: 0,
      track_total_hits: false,
      query: within(asked),
      aggs: {
        parts: {
          histogram: { field: FIELDS.sequence, interval: width, offset: first % width, min_doc_count: 1 },
        },
      },
    },
    read: ({ aggregations }) => {
      const counts = Array.from({ length: Math.ceil(sizeOf(asked) / width) }, () => 0);
      for (const { key, doc_count } of aggregations.parts?.buckets ?? []) {
        counts[Math.round((key - first) / width)] = doc_count;
      }
      return counts;
    },
  };
}

function within({ run, first, last }: Pick<CountAsked, 'run' | 'first' | 'last'>): Query {
  return {
    bool: {
      filter: [{ term: { [FIELDS.run]: run } }, { range: { [FIELDS.sequence]: { gte: first, lte: last } } }],
    },
  };
}

/** Lines by parts of ranges: short ranges number by number, many in one search; long ones by wider parts, a search each. */
export async function countNumbers(asked: readonly CountAsked[], context: Context): Promise<number[][]> {
  const { namespace } = context.settings;
  const counts = new Map<CountAsked, number[]>();
  const short = chunks(
    asked.filter(({ width }) => width === 1),
    RANGES,
    sizeOf,
    NUMBERS,
  );
  const long = asked.filter(({ width }) => width > 1);
  const read = await askEach(
    context,
    'numbers',
    short.map((some) => readSearch(some, namespace)),
  );
  short.forEach((some, i) => {
    some.forEach((one, j) => {
      counts.set(one, read[i]![j]!);
    });
  });
  const parted = await askEach(
    context,
    'parts',
    long.map((one) => partsSearch(one, namespace)),
  );
  long.forEach((one, i) => {
    counts.set(one, parted[i]!);
  });
  return asked.map((one) => counts.get(one)!);
}
