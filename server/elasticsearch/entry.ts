import type { Classes } from '../../common/api';
import { ACCESS_DATASETS, type Dataset, FIELDS } from '../../common/ecs';
import { classesAgg, classesOf } from '../search/aggregations';
import { bucketsOf } from '../search/buckets';
import type { NamedSearch, SearchAnswer } from '../search/msearch';
import type { Entry } from '../topology/hurt';
import { neverReached, replacedAnswer } from './answers';
import type { Asking } from './evidence';
import { linesOf } from './evidence';
import { type Aggregation, type Aggs, anyOf, exists, failed, type Query, searchOf, steps, terms } from './search';

const MAX_PATHS = 1000;
const MAX_FAILED_PATHS = 300;

export type EntryName = 'balancerEntry' | 'frontendsEntry' | 'webappsEntry' | 'replaced';

const inStream = (dataset: Dataset): Query => ({ term: { [FIELDS.dataset]: dataset } });

/** The frontends' lines, and what no frontend ever saw: only the balancer's lines tell of it. */
export function frontendsOrRefused(frontend: Query[], balancer: Query[]): Query {
  return anyOf([
    { bool: { filter: [inStream('nginx.access'), ...frontend] } },
    { bool: { filter: [inStream('haproxy.log'), ...balancer, neverReached()] } },
  ]);
}

/**
 * What users got, at each tier that may tell it: the model says which of them does (`Site.entry`). One line stands for a
 * request, so that totals, classes and 5XX are the same numbers on every page.
 */
export function entrySearches(asking: Asking, withRoutes: boolean): Record<EntryName, NamedSearch> {
  const { timeline } = asking;
  const lines = (tier: 'lb' | 'frontend' | 'webapp') => [...linesOf(asking, tier, true), exists(FIELDS.status)];
  const aggs: Aggs = {
    classes: classesAgg() as Aggregation,
    time: steps(timeline.interval, { classes: classesAgg() as Aggregation }),
    ...(withRoutes ? routesAggs() : {}),
  };
  const body = (datasets: readonly Dataset[], filter: Query[], own: Aggs = aggs) =>
    searchOf(datasets, asking.namespace, {
      size: 0,
      track_total_hits: true,
      query: { bool: { filter } },
      aggs: { ...own, tellers: terms(FIELDS.host, 50) },
    });
  return {
    balancerEntry: body(ACCESS_DATASETS.lb, lines('lb')),
    frontendsEntry: body(
      [...ACCESS_DATASETS.frontend, ...ACCESS_DATASETS.lb],
      [frontendsOrRefused(lines('frontend'), lines('lb'))],
    ),
    webappsEntry: body(ACCESS_DATASETS.webapp, lines('webapp')),
    replaced: body(ACCESS_DATASETS.lb, [...lines('lb'), replacedAnswer()], { time: steps(timeline.interval, {}) }),
  };
}

function routesAggs(): Aggs {
  const methods = (aggs?: Aggs) => terms(FIELDS.method, 8, aggs);
  return {
    paths: terms(FIELDS.path, MAX_PATHS, { methods: methods() }),
    failed: {
      filter: failed(),
      aggs: {
        paths: terms(FIELDS.path, MAX_FAILED_PATHS, { methods: methods({ statuses: terms(FIELDS.status, 5) }) }),
      },
    },
  };
}

export interface EntryCounts {
  answer: SearchAnswer;
  /** "lb-1, lb-2", "frontends" or "webapps". */
  at: string;
  total: number;
  classes: Classes;
  /** Classes by begin of step. */
  steps: Map<number, Classes>;
}

/** Counts at the tier that tells; where that is the frontends, answers that the balancer put in place of theirs are 5XX. */
export function readEntry(entry: Entry, answers: Record<EntryName, SearchAnswer>): EntryCounts {
  const answer = answers[`${entry}Entry`];
  const tellers = bucketsOf(answer.aggregations, 'tellers').map(({ key }) => String(key));
  const classes = classesOf(answer.aggregations, 'classes', answer.total);
  const inTime = new Map(
    bucketsOf(answer.aggregations, 'time').map((step) => [
      Number(step.key),
      classesOf(step, 'classes', step.doc_count),
    ]),
  );
  const at = entry === 'balancer' ? tellers.sort().join(', ') : entry;
  if (entry !== 'frontends') return { answer, at, total: answer.total, classes, steps: inTime };
  for (const step of bucketsOf(answers.replaced.aggregations, 'time')) {
    const known = inTime.get(Number(step.key));
    if (known) inTime.set(Number(step.key), withReplaced(known, step.doc_count));
  }
  return { answer, at, total: answer.total, classes: withReplaced(classes, answers.replaced.total), steps: inTime };
}

/** The frontend's line says what it answered, the user got a 5XX. */
export function withReplaced(classes: Classes, n: number): Classes {
  const from2xx = Math.min(n, classes.s2xx);
  const fromOther = Math.min(n - from2xx, classes.other);
  return {
    ...classes,
    s2xx: classes.s2xx - from2xx,
    other: classes.other - fromOther,
    s5xx: classes.s5xx + from2xx + fromOther,
  };
}
