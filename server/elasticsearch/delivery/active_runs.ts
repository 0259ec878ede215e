import type { estypes } from '@elastic/elasticsearch';
import { FIELDS } from '../../../common/ecs';
import type { Context } from '../../context';
import { runStreams } from './streams';
import { askEach, type Query, type Search } from './typed_search';

/** Buckets of one answer; Elasticsearch's own limit is 65,536. */
const PAGE = 10_000;
/** Pages of an answer: a million runs. */
const MAX_PAGES = 100;

interface Page {
  ids: string[];
  after: estypes.AggregationsCompositeAggregateKey | undefined;
}

interface Runs {
  runs: estypes.AggregationsCompositeAggregate & { buckets: { key: { run: string }; doc_count: number }[] };
}

function pageSearch(
  filter: readonly Query[],
  after: Page['after'],
  namespace: string,
  size: number,
): Search<Page, Runs> {
  return {
    index: runStreams(namespace),
    body: {
      size: 0,
      track_total_hits: false,
      query: { bool: { filter: [...filter, { exists: { field: FIELDS.sequence } }] } },
      aggs: {
        runs: {
          composite: { size, sources: [{ run: { terms: { field: FIELDS.run } } }], ...(after ? { after } : {}) },
        },
      },
    },
    read: ({ aggregations: { runs } }) => ({
      ids: (runs?.buckets ?? []).map(({ key }) => key.run),
      after: runs && runs.buckets.length === size ? runs.after_key : undefined,
    }),
  };
}

/** All runs that wrote something that the filters find, page after page. What is more than a million is said to be left out. */
export async function activeRuns(filter: readonly Query[], context: Context, size = PAGE): Promise<string[]> {
  const ids: string[] = [];
  let after: Page['after'];
  for (let pages = 0; pages === 0 || after !== undefined; pages++) {
    if (pages === MAX_PAGES) {
      context.reasons.push({
        code: 'limit_reached',
        message: `There are more than ${ids.length.toLocaleString('en-US')} process runs; the others were not read. Choose a shorter time range.`,
      });
      break;
    }
    const [page] = await askEach(context, 'runs', [pageSearch(filter, after, context.settings.namespace, size)]);
    ids.push(...page!.ids);
    after = page!.after;
  }
  return ids;
}
