import { FIELDS } from '../../../common/ecs';
import type { Context } from '../../context';
import type { RunLife } from '../../delivery/evidence';
import type { Repeat } from '../../delivery/holes';
import { groupBy } from '../../topology/groups';
import { runStreams } from './streams';
import { askEach, chunks, type Query, type Search } from './typed_search';

/** Numbers of one search. Half as many can stand twice, and Elasticsearch answers with 65,536 buckets at most. */
const NUMBERS = 60_000;
/** Runs of one search. */
const RUNS = 1000;

interface Slice {
  run: string;
  first: number;
  last: number;
  /** At most so many numbers of it are there. */
  weight: number;
  /** It is all that the run has. */
  whole: boolean;
}

interface Found {
  runs: { buckets: { key: string; numbers: { buckets: { key: number; doc_count: number }[] } }[] };
}

/**
 * Numbers that stand on more than one line. A count of lines proves nothing while a repeat may stand in for a gap, and
 * neither do sums (1, 1, 4, 4, 5); a histogram with a bucket for each number, of which only those with two lines come back, does.
 */
function repeatsSearch(slices: readonly Slice[], namespace: string): Search<Map<string, Repeat[]>, Found> {
  const runs = slices.map(({ run }) => run);
  return {
    index: runStreams(namespace),
    body: {
      size: 0,
      track_total_hits: false,
      query: {
        bool: {
          should: [
            { terms: { [FIELDS.run]: slices.filter(({ whole }) => whole).map(({ run }) => run) } },
            ...slices.filter(({ whole }) => !whole).map(within),
          ],
          minimum_should_match: 1,
        },
      },
      aggs: {
        runs: {
          terms: { field: FIELDS.run, size: runs.length },
          aggs: { numbers: { histogram: { field: FIELDS.sequence, interval: 1, min_doc_count: 2 } } },
        },
      },
    },
    read: ({ aggregations }) =>
      new Map(
        (aggregations.runs?.buckets ?? []).map(({ key, numbers }) => [
          key,
          numbers.buckets.map(({ key: n, doc_count }) => ({ n, extra: doc_count - 1 })),
        ]),
      ),
  };
}

function within({ run, first, last }: Slice): Query {
  return {
    bool: {
      filter: [{ term: { [FIELDS.run]: run } }, { range: { [FIELDS.sequence]: { gte: first, lte: last } } }],
    },
  };
}

export async function repeatsOf(lives: readonly RunLife[], context: Context): Promise<Map<string, Repeat[]>> {
  const slices = lives.flatMap(slicesOf);
  const searches = chunks(slices, RUNS, ({ weight }) => weight, NUMBERS).map((some) =>
    repeatsSearch(some, context.settings.namespace),
  );
  const found = (await askEach(context, 'repeats', searches)).flatMap((some) => [...some]);
  return new Map(
    [...groupBy(found, ([run]) => run)].map(([run, own]) => [
      run,
      own.flatMap(([, repeats]) => repeats).sort((a, b) => a.n - b.n),
    ]),
  );
}

/** A run of many lines is read in ranges of its numbers; one with one line cannot repeat itself. */
function slicesOf({ id, lines, lowest, highest }: RunLife): Slice[] {
  if (lines < 2) return [];
  const whole = { run: id, first: lowest, last: highest, weight: Math.min(lines, highest - lowest + 1), whole: true };
  if (whole.weight <= NUMBERS) return [whole];
  const slices: Slice[] = [];
  for (let first = lowest; first <= highest; first += NUMBERS) {
    const last = Math.min(highest, first + NUMBERS - 1);
    slices.push({ run: id, first, last, weight: last - first + 1, whole: false });
  }
  return slices;
}
