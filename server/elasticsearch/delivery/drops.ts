import type { estypes } from '@elastic/elasticsearch';
import { DATASETS, FIELDS, streamOf } from '../../../common/ecs';
import type { Context } from '../../context';
import type { Drop } from '../../delivery/evidence';
import { askEach, type Search } from './typed_search';

/** Ranges of one answer; Elasticsearch's own limit of buckets is 65,536. */
const PAGE = 10_000;
/** A million ranges. */
const MAX_PAGES = 100;

interface Bucket {
  key: { run: string; cause: string | null; first: number; last: number };
  count: estypes.AggregationsStatsAggregate;
}

interface Found {
  drops: estypes.AggregationsCompositeAggregate & { buckets: Bucket[] };
}

interface Page {
  drops: [string, Drop][];
  after: estypes.AggregationsCompositeAggregateKey | undefined;
}

/** What runs declared that they did not send. The same range told twice (a report that came again) counts once. */
function dropsSearch(
  runs: readonly string[],
  after: Page['after'],
  namespace: string,
  size: number,
): Search<Page, Found> {
  return {
    index: streamOf(DATASETS.sdk, namespace),
    body: {
      size: 0,
      track_total_hits: false,
      query: { bool: { filter: [{ terms: { [FIELDS.run]: [...runs] } }, { term: { 'event.action': 'drop' } }] } },
      aggs: {
        drops: {
          composite: {
            size,
            sources: [
              { run: { terms: { field: FIELDS.run } } },
              { cause: { terms: { field: 'rota.drop.cause', missing_bucket: true } } },
              { first: { terms: { field: 'rota.drop.first_sequence' } } },
              { last: { terms: { field: 'rota.drop.last_sequence' } } },
            ],
            ...(after ? { after } : {}),
          },
          aggs: { count: { stats: { field: 'rota.drop.count' } } },
        },
      },
    },
    read: ({ aggregations: { drops } }) => ({
      drops: (drops?.buckets ?? []).map(({ key, count }) => {
        // Numbers below 1 stand for other processes' events (a spool that was taken over): those are told one by one.
        const lost = (key.first < 1 ? count.sum : count.max) ?? 0;
        return [key.run, { cause: key.cause ?? 'unknown', count: lost, first: key.first, last: key.last }];
      }),
      after: drops && drops.buckets.length === size ? drops.after_key : undefined,
    }),
  };
}

/** Drops by run. @returns `cut` when there are more than were read */
export async function dropsOf(
  runs: readonly string[],
  context: Context,
  page = PAGE,
  pages = MAX_PAGES,
): Promise<{ drops: Map<string, Drop[]>; cut: boolean }> {
  const drops = new Map<string, Drop[]>();
  let after: Page['after'];
  for (let n = 0; n === 0 || after !== undefined; n++) {
    if (n === pages) return { drops, cut: true };
    const [found] = await askEach(context, 'drops', [dropsSearch(runs, after, context.settings.namespace, page)]);
    for (const [run, drop] of found!.drops) {
      const own = drops.get(run);
      if (own) own.push(drop);
      else drops.set(run, [drop]);
    }
    after = found!.after;
  }
  return { drops, cut: false };
}
