import type { estypes } from '@elastic/elasticsearch';
import { DATASETS, FIELDS, streamOf } from '../../../common/ecs';
import type { Context } from '../../context';
import { askEach, chunks, type Search } from './typed_search';

/** Runs of one search. */
const RUNS = 1000;
/** Ids of one answer; Elasticsearch's own limit of buckets is 65,536. */
const PAGE = 10_000;
/** Of one search for some runs: a quarter of a million ids. */
const MAX_PAGES = 25;

interface Found {
  ids: estypes.AggregationsCompositeAggregate & { buckets: { key: { run: string; id: string } }[] };
}

interface Page {
  taken: [run: string, n: number][];
  after: estypes.AggregationsCompositeAggregateKey | undefined;
}

/** Ids of runs under which a second event came, with other words than the one that is indexed: the indexer's `id_conflict`. */
function conflictsSearch(
  runs: readonly string[],
  after: Page['after'],
  namespace: string,
  size: number,
): Search<Page, Found> {
  return {
    index: streamOf(DATASETS.deadLetter, namespace),
    body: {
      size: 0,
      track_total_hits: false,
      query: { bool: { filter: [{ terms: { [FIELDS.run]: [...runs] } }, { term: { 'event.code': 'id_conflict' } }] } },
      aggs: {
        ids: {
          composite: {
            size,
            sources: [{ run: { terms: { field: FIELDS.run } } }, { id: { terms: { field: 'rota.claimed_id' } } }],
            ...(after ? { after } : {}),
          },
        },
      },
    },
    read: ({ aggregations: { ids } }) => ({
      taken: (ids?.buckets ?? []).map(({ key: { run, id } }) => [run, Number(id.slice(run.length + 1))]),
      after: ids && ids.buckets.length === size ? ids.after_key : undefined,
    }),
  };
}

/** Numbers, by run, of which two events differ. @returns `cut` when there are more than were read */
export async function conflictsOf(
  runs: readonly string[],
  context: Context,
  page = PAGE,
  pages = MAX_PAGES,
): Promise<{ taken: Map<string, number[]>; cut: boolean }> {
  const { namespace } = context.settings;
  const taken = new Map<string, number[]>();
  let open = chunks(runs, RUNS).map((some) => ({ runs: some, after: undefined as Page['after'] }));
  for (let n = 0; open.length > 0; n++) {
    if (n === pages) return { taken, cut: true };
    const found = await askEach(
      context,
      'conflicts',
      open.map((one) => conflictsSearch(one.runs, one.after, namespace, page)),
    );
    for (const [run, number] of found.flatMap((one) => one.taken)) {
      const own = taken.get(run);
      if (own) own.push(number);
      else taken.set(run, [number]);
    }
    open = open.flatMap((one, i) => (found[i]!.after ? [{ runs: one.runs, after: found[i]!.after }] : []));
  }
  return { taken, cut: false };
}
