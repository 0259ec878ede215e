import type { estypes } from '@elastic/elasticsearch';
import { DATASETS, streamOf } from '../../../common/ecs';
import type { Context } from '../../context';
import type { Hit } from '../../search/msearch';
import { askEach, chunks, type Search } from './typed_search';

/** Runs of one search: a clause each. */
const RUNS = 500;
/** Elasticsearch's own limit of hits. */
const PAGE = 10_000;
/** Of one search for some runs: a quarter of a million dead letters. */
const MAX_PAGES = 25;

const EVENT_ID = 'event.id';

/** A dead letter that would have been a line of a run. */
export interface Letter {
  run: string;
  n: number;
}

interface Page {
  letters: Letter[];
  /** The last id that was read; null after the last page. */
  after: string | null;
}

/** Dead letters that bear a number of one of the runs, run after run: their ids begin with the run. */
function lettersSearch(runs: readonly string[], after: string | null, namespace: string, size: number): Search<Page> {
  return {
    index: streamOf(DATASETS.deadLetter, namespace),
    body: {
      size,
      track_total_hits: false,
      query: {
        bool: { should: runs.map((run) => ({ prefix: { [EVENT_ID]: `${run}-` } })), minimum_should_match: 1 },
      },
      sort: [{ [EVENT_ID]: 'asc' }],
      _source: false,
      docvalue_fields: [EVENT_ID],
      ...(after === null ? {} : { search_after: [after] as estypes.SortResults }),
    },
    read: ({ hits }) => ({
      letters: hits.flatMap(letterOf),
      after: hits.length === size ? String(hits.at(-1)?.sort?.[0] ?? '') : null,
    }),
  };
}

function letterOf({ fields }: Hit): Letter[] {
  const id = String(fields?.[EVENT_ID]?.[0] ?? '');
  const [, run, n] = /^(.*)-(\d+)$/.exec(id) ?? [];
  return run === undefined ? [] : [{ run, n: Number(n) }];
}

/** Dead letters by run. @returns `cut`: the runs of which more may be there than was read */
export async function lettersOf(
  runs: readonly string[],
  context: Context,
  page = PAGE,
  pages = MAX_PAGES,
): Promise<{ letters: Map<string, Letter[]>; cut: Set<string> }> {
  const { namespace } = context.settings;
  const letters = new Map<string, Letter[]>();
  const cut = new Set<string>();
  let open = chunks(runs, RUNS).map((some) => ({ runs: some, after: null as string | null }));
  for (let n = 0; open.length > 0; n++) {
    if (n === pages) {
      // After a run's dash come digits only, and all ids of it that were read stand before the last one.
      for (const { runs: some, after } of open) for (const run of some) if (`${run}-:` > after!) cut.add(run);
      break;
    }
    const found = await askEach(
      context,
      'dead letters of runs',
      open.map((one) => lettersSearch(one.runs, one.after, namespace, page)),
    );
    for (const letter of found.flatMap((one) => one.letters)) {
      const own = letters.get(letter.run);
      if (own) own.push(letter);
      else letters.set(letter.run, [letter]);
    }
    open = open.flatMap((one, i) => (found[i]!.after === null ? [] : [{ runs: one.runs, after: found[i]!.after }]));
  }
  return { letters, cut };
}
