import type { RequestsData, RequestsRequest } from '../../../common/api';
import { FIELDS } from '../../../common/ecs';
import { count, plural } from '../../../common/format';
import { withReplaced } from '../../elasticsearch/entry';
import { isAnswer } from '../../elasticsearch/lasting';
import type { Dsl } from '../../host';
import { classesAgg, classesOf, failedFilter, NANOS_PER_MS, timeAgg } from '../../search/aggregations';
import { bucketOf, bucketsOf, numberOf } from '../../search/buckets';
import type { NamedSearch, SearchAnswer } from '../../search/msearch';
import { addBuckets, type Timeline, zeros } from '../../search/timeline';
import { metFailure } from '../rotation/turns';
import type { Matching } from './matching';

type Summary = NonNullable<RequestsData['summary']>;

const GROUPS = 8;
/** RFC 9110, section 9.2.2: repeating these may do harm, so nginx does not retry them unless told to. */
const NOT_IDEMPOTENT = ['POST', 'PATCH', 'LOCK'];

export function summarySearches(
  { entry, filter, all, probe, text }: Matching,
  query: RequestsRequest,
  timeline: Timeline,
): Record<'matching' | 'total' | 'excluded' | 'replaced', NamedSearch> {
  const body = (clauses: Dsl[], aggs: Record<string, Dsl> = {}): Dsl => ({
    size: 0,
    track_total_hits: true,
    query: { bool: { filter: clauses } },
    aggs,
  });
  const tried: Dsl = { nested: { path: FIELDS.attempts, query: { match_all: {} } } };
  return {
    matching: {
      index: entry.index,
      body: body(filter, {
        classes: classesAgg(),
        slow: { filter: isAnswer() as Dsl, aggs: { slowest: { max: { field: FIELDS.duration } } } },
        met: { filter: metFailure() as Dsl },
        reached: {
          filter: failedFilter(),
          aggs: {
            never_retried: {
              filter: { bool: { filter: [{ terms: { [FIELDS.method]: NOT_IDEMPOTENT } }], must_not: [tried] } },
              aggs: { methods: { terms: { field: FIELDS.method, size: NOT_IDEMPOTENT.length } } },
            },
          },
        },
        ...histogramAggs(query.break_down, timeline.interval),
      }),
    },
    total: { index: entry.index, body: body(all) },
    excluded: {
      index: entry.index,
      body: body([...entry.base, query.include_probes ? { match_none: {} } : probe]),
    },
    replaced: {
      index: entry.replaced?.index ?? entry.index,
      body: body(entry.replaced ? [...entry.replaced.filter, ...text] : [{ match_none: {} }]),
    },
  };
}

function histogramAggs(field: string | undefined, interval: number): Record<string, Dsl> {
  if (field === undefined) return { time: timeAgg(interval, { classes: classesAgg() }) };
  return {
    time: timeAgg(interval),
    groups: { terms: { field, size: GROUPS }, aggs: { time: timeAgg(interval) } },
  };
}

export function summaryOf(
  answers: Record<'matching' | 'total' | 'excluded' | 'replaced', SearchAnswer>,
  { entry, truncated }: Matching,
  query: RequestsRequest,
  timeline: Timeline,
): Summary {
  const { matching, total, excluded, replaced } = answers;
  const classes = withReplaced(classesOf(matching.aggregations, 'classes', matching.total), replaced.total);
  // A 5XX that the balancer put in the place of a frontend's answer reached its user, too.
  const met = bucketOf(matching.aggregations, 'met').doc_count + replaced.total;
  const reached = classes.s5xx;
  const neverRetried = bucketsOf(bucketOf(bucketOf(matching.aggregations, 'reached'), 'never_retried'), 'methods');
  const slowest = numberOf(bucketOf(matching.aggregations, 'slow'), 'slowest');
  const figures = {
    matching: matching.total,
    total: total.total,
    lower_bound: truncated && matching.total < total.total,
    classes,
    met_5xx: met,
    covered_by_retry: met - reached,
    reached_client: reached,
    never_retried: neverRetried.map(({ key, doc_count }) => ({ method: String(key), count: doc_count })),
    probes_excluded: excluded.total,
    counted_at: entry.name,
    slowest_ms: slowest === null ? null : slowest / NANOS_PER_MS,
  };
  return { ...figures, ...wordsOf(figures), histogram: histogramOf(matching, query.break_down, timeline) };
}

type Figures = Pick<
  Summary,
  'matching' | 'total' | 'lower_bound' | 'met_5xx' | 'covered_by_retry' | 'reached_client' | 'never_retried'
>;

function wordsOf(figures: Figures): Pick<Summary, 'headline' | 'detail'> {
  const { matching, total, met_5xx, covered_by_retry, reached_client, lower_bound } = figures;
  const bound = lower_bound ? '≥ ' : '';
  const filtered = matching !== total || lower_bound;
  const headline =
    met_5xx === matching && matching > 0
      ? `${bound}${count(matching)} of ${count(total)} requests met a 5XX`
      : filtered
        ? `${bound}${count(matching)} of ${plural(total, 'request')} match`
        : plural(total, 'request');
  if (met_5xx === 0) return { headline, detail: 'None of them met a 5XX.' };
  const never = figures.never_retried.map(({ method, count: n }) => `${count(n)} ${method}`).join(', ');
  const some = met_5xx === matching ? '' : `${count(met_5xx)} met a 5XX: `;
  const detail = `${some}${count(covered_by_retry)} ${covered_by_retry === 1 ? 'was' : 'were'} covered by a retry; ${count(reached_client)} reached the client${never ? ` (${never}, never retried)` : ''}.`;
  return { headline, detail };
}

const CLASS_KEYS = ['s2xx', 's3xx', 's4xx', 's5xx', 'other'] as const;

function histogramOf(answer: SearchAnswer, field: string | undefined, timeline: Timeline): Summary['histogram'] {
  const groups = field === undefined ? classGroups(answer, timeline) : valueGroups(answer, timeline);
  const totals = groups.map(({ key, counts }) => ({ key, counts, total: counts.reduce((a, b) => a + b, 0) }));
  return { times: timeline.times, groups: totals.filter(({ total }) => total > 0) };
}

function classGroups(answer: SearchAnswer, timeline: Timeline) {
  const buckets = bucketsOf(answer.aggregations, 'time');
  return CLASS_KEYS.map((key) => {
    const counts = zeros(timeline);
    addBuckets(counts, timeline, buckets, (bucket) => classesOf(bucket, 'classes', bucket.doc_count)[key]);
    return { key: key === 'other' ? 'other' : key.slice(1), counts };
  });
}

function valueGroups(answer: SearchAnswer, timeline: Timeline) {
  const rest = zeros(timeline);
  addBuckets(rest, timeline, bucketsOf(answer.aggregations, 'time'), ({ doc_count }) => doc_count);
  const groups = bucketsOf(answer.aggregations, 'groups').map((group) => {
    const counts = zeros(timeline);
    addBuckets(counts, timeline, bucketsOf(group, 'time'), ({ doc_count }) => doc_count);
    counts.forEach((n, i) => {
      rest[i] = Math.max(0, rest[i]! - n);
    });
    return { key: String(group['key_as_string'] ?? group.key), counts };
  });
  return [...groups, { key: 'other', counts: rest }];
}
