import { ACCESS_DATASETS, type Dataset, FIELDS } from '../../common/ecs';
import { classesAgg, classesOf, durationAggs, durationOf } from '../search/aggregations';
import { type Bucket, bucketOf, bucketsOf, numberOf } from '../search/buckets';
import type { NamedSearch, SearchAnswer } from '../search/msearch';
import type { Cell, Turns } from '../topology/evidence';
import { emptyCell, TurnsBuilder } from '../topology/turns_builder';
import { isAnswer } from './lasting';
import {
  type Aggregation,
  type Aggs,
  exists,
  failed,
  firstAndLast,
  type Query,
  searchOf,
  steps,
  terms,
} from './search';

const MAX_HOSTS = 1000;
const MAX_PLACES = 500;

export type TurnsName = 'balancer' | 'frontend' | 'webapp';

export interface TurnFilters {
  balancer: Query[];
  frontend: Query[];
  webapp: Query[];
}

/** Turns by teller, pool, place and step: as balancers and frontends gave them, and as each writer tells of itself. */
export function turnSearches(
  filters: TurnFilters,
  interval: number,
  namespace: string,
): Record<TurnsName, NamedSearch> {
  const body = (datasets: readonly Dataset[], filter: Query[], aggs: Aggs) =>
    searchOf(datasets, namespace, {
      size: 0,
      track_total_hits: true,
      query: { bool: { filter: [...filter, exists(FIELDS.status)] } },
      aggs,
    });
  const servers = terms(FIELDS.haproxyServer, MAX_PLACES, counts(interval, FIELDS.status, FIELDS.duration));
  const pools = terms(FIELDS.pool, 50, { servers }, '');
  return {
    balancer: body(ACCESS_DATASETS.lb, filters.balancer, { hosts: terms(FIELDS.host, 50, { pools }) }),
    frontend: body(ACCESS_DATASETS.frontend, filters.frontend, {
      hosts: terms(FIELDS.host, MAX_HOSTS, {
        ...counts(interval, FIELDS.status, FIELDS.duration),
        pools: terms(FIELDS.pool, 30, { upstreams: upstreamsAgg(interval), ...triedAggs(interval) }, ''),
      }),
    }),
    webapp: body(ACCESS_DATASETS.webapp, filters.webapp, {
      hosts: terms(FIELDS.host, MAX_HOSTS, counts(interval, FIELDS.status, FIELDS.duration)),
    }),
  };
}

/** Classes, durations and steps of one place; `hurt` where the user may have got another answer than the place gave. */
function counts(interval: number, status: string, duration: string): Aggs {
  const hurt: Aggs = status === FIELDS.status ? {} : { hurt: { filter: failed() } };
  return {
    classes: classesAgg(status) as Aggregation,
    ...timed(duration, status),
    time: steps(interval, { ...firstAndLast(), failed: { filter: failed(status), aggs: firstAndLast() }, ...hurt }),
  };
}

function upstreamsAgg(interval: number): Aggregation {
  return terms(
    FIELDS.upstreamAddress,
    MAX_PLACES,
    counts(interval, FIELDS.upstreamStatus, FIELDS.upstreamDuration),
    '',
  );
}

/** Durations of answers: connections that are meant to last are left out. */
function timed(field: string, status: string): Aggs {
  return { timed: { filter: isAnswer(status), aggs: durationAggs(field) as Aggs } };
}

const ATTEMPT_STATUS = `${FIELDS.attempts}.status_code`;
const ATTEMPT_ADDRESS = `${FIELDS.attempts}.address`;

/** An attempt without an answer, or with a 5XX. What follows one that succeeded is an internal redirect, no retry. */
const FAILED_ATTEMPT: Query = {
  bool: { should: [failed(ATTEMPT_STATUS), { bool: { must_not: [exists(ATTEMPT_STATUS)] } }], minimum_should_match: 1 },
};

/** Lines of several attempts: the last stands in `rota.upstream` too, so what is counted twice is taken off. */
function triedAggs(interval: number): Aggs {
  const several: Query = { nested: { path: FIELDS.attempts, query: { match_all: {} } } };
  const again: Query = { nested: { path: FIELDS.attempts, query: FAILED_ATTEMPT } };
  const last = terms(FIELDS.upstreamAddress, MAX_PLACES, {
    classes: classesAgg(FIELDS.upstreamStatus) as Aggregation,
    ...timed(FIELDS.upstreamDuration, FIELDS.upstreamStatus),
    time: steps(interval, { failed: { filter: failed(FIELDS.upstreamStatus) } }),
  });
  const all: Aggregation = {
    nested: { path: FIELDS.attempts },
    aggs: {
      upstreams: terms(ATTEMPT_ADDRESS, MAX_PLACES, {
        classes: classesAgg(ATTEMPT_STATUS) as Aggregation,
        ...timed(`${FIELDS.attempts}.duration`, ATTEMPT_STATUS),
        later: { filter: { range: { [`${FIELDS.attempts}.n`]: { gte: 2 } } } },
      }),
    },
  };
  const inTime = steps(interval, {
    all: {
      nested: { path: FIELDS.attempts },
      aggs: {
        upstreams: terms(ATTEMPT_ADDRESS, MAX_PLACES, {
          lines: { reverse_nested: {}, aggs: firstAndLast() },
          failed: { filter: failed(ATTEMPT_STATUS), aggs: { lines: { reverse_nested: {}, aggs: firstAndLast() } } },
        }),
      },
    },
  });
  const lines = { last, all, time: inTime };
  return {
    again: { filter: { bool: { filter: [several, again] } }, aggs: lines },
    redirected: { filter: { bool: { filter: [several], must_not: [again] } }, aggs: lines },
  };
}

export function readBalancers({ aggregations }: SearchAnswer): Turns[] {
  return bucketsOf(aggregations, 'hosts').flatMap((teller) =>
    bucketsOf(teller, 'pools').flatMap((pool) =>
      bucketsOf(pool, 'servers').map((server) => rowOf(server, String(teller.key), nameOf(pool), String(server.key))),
    ),
  );
}

export function readOwn({ aggregations }: SearchAnswer): Turns[] {
  return bucketsOf(aggregations, 'hosts').map((host) => rowOf(host, null, null, String(host.key)));
}

/** Requests by last upstream, minus the last attempts of those of several, plus all their attempts. */
export function readFrontends({ aggregations }: SearchAnswer): Turns[] {
  return bucketsOf(aggregations, 'hosts').flatMap((teller) =>
    bucketsOf(teller, 'pools').flatMap((pool) => {
      const rows = new TurnsBuilder(String(teller.key), nameOf(pool));
      for (const upstream of bucketsOf(pool, 'upstreams')) {
        rows.put(rowOf(upstream, String(teller.key), nameOf(pool), String(upstream.key)));
      }
      for (const kind of ['again', 'redirected'] as const) correct(rows, bucketOf(pool, kind), kind);
      return rows.build();
    }),
  );
}

function correct(rows: TurnsBuilder, tried: Bucket, kind: 'again' | 'redirected'): void {
  for (const bucket of bucketsOf(tried, 'last')) {
    rows.add(String(bucket.key), -1, totalsOf(bucket));
    for (const step of bucketsOf(bucket, 'time')) {
      const cell = { ...emptyCell(Number(step.key)), n: step.doc_count, failed: bucketOf(step, 'failed').doc_count };
      rows.addCell(String(bucket.key), -1, cell);
    }
  }
  for (const bucket of bucketsOf(bucketOf(tried, 'all'), 'upstreams')) {
    const later = bucketOf(bucket, 'later').doc_count;
    rows.add(String(bucket.key), 1, {
      ...totalsOf(bucket),
      retries: kind === 'again' ? later : 0,
      redirected: kind === 'redirected' ? later : 0,
    });
  }
  for (const step of bucketsOf(tried, 'time')) {
    for (const bucket of bucketsOf(bucketOf(step, 'all'), 'upstreams')) {
      const [lines, broken] = [bucketOf(bucket, 'lines'), bucketOf(bucket, 'failed')];
      rows.addCell(String(bucket.key), 1, {
        ...emptyCell(Number(step.key)),
        n: bucket.doc_count,
        failed: broken.doc_count,
        first: numberOf(lines, 'first') ?? Number(step.key),
        last: numberOf(lines, 'last') ?? Number(step.key),
        firstFailed: numberOf(bucketOf(broken, 'lines'), 'first'),
        lastFailed: numberOf(bucketOf(broken, 'lines'), 'last'),
      });
    }
  }
}

function nameOf(bucket: Bucket): string | null {
  return String(bucket.key) === '' ? null : String(bucket.key);
}

function totalsOf(bucket: Bucket) {
  const { ms, count } = durationOf(bucketOf(bucket, 'timed'));
  const classes = classesOf(bucket, 'classes', bucket.doc_count);
  return { classes, durationMs: ms, durations: count, retries: 0, redirected: 0 };
}

function rowOf(bucket: Bucket, teller: string | null, pool: string | null, place: string): Turns {
  return { teller, pool, place, cells: bucketsOf(bucket, 'time').map(cellOf), ...totalsOf(bucket) };
}

function cellOf(step: Bucket): Cell {
  const broken = bucketOf(step, 'failed');
  const asked = step['hurt'] !== undefined;
  return {
    t: Number(step.key),
    n: step.doc_count,
    failed: broken.doc_count,
    // Where the search asks for no `hurt`, what it answered is what the users got.
    hurt: asked ? bucketOf(step, 'hurt').doc_count : broken.doc_count,
    first: numberOf(step, 'first') ?? Number(step.key),
    last: numberOf(step, 'last') ?? Number(step.key),
    firstFailed: numberOf(broken, 'first'),
    lastFailed: numberOf(broken, 'last'),
  };
}
