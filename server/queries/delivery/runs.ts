import { DATASETS, type EcsDocument, FIELDS, streamOf } from '../../../common/ecs';
import type { Dsl } from '../../host';
import { type Bucket, bucketOf, bucketsOf, numberOf } from '../../search/buckets';
import type { Hit, NamedSearch, SearchAnswer, Searches } from '../../search/msearch';
import { anyOf } from '../../search/scope';
import { type Declared, declaredOf } from './declared';

const SAMPLE = 60;

/** Streams whose lines carry a run and a sequence. nginx's and HAProxy's do not and are not judged. */
export function sdkStreams(namespace: string): string {
  return [DATASETS.app, DATASETS.access, DATASETS.sdk].map((dataset) => streamOf(dataset, namespace)).join(',');
}

/** What is known of one run, over its whole life up to the window's end. */
export interface RunLife {
  id: string;
  host: string | null;
  service: string | null;
  version: string | null;
  started: number;
  lastSeen: number;
  closed: boolean;
  highest: number;
  indexed: number;
  /** Count and sum of the sequences are those of 1…highest: then none is absent. */
  complete: boolean;
  drops: Declared['drops'];
  deadLetters: number[];
  /** Not all of its drops and dead letters were read. */
  cut: boolean;
  /** Repeats that an indexer refused; null when none has told. */
  refused: number | null;
  lags: number[];
}

/** The runs that wrote in the window, by the filters of the page. */
export function runsInWindow(filter: Dsl[], namespace: string, size: number): NamedSearch {
  return {
    index: sdkStreams(namespace),
    body: {
      size: 0,
      track_total_hits: false,
      query: { bool: { filter: [...filter, { exists: { field: FIELDS.sequence } }] } },
      aggs: { runs: { terms: { field: FIELDS.run, size } } },
    },
  };
}

type LifeSearch = 'lives' | 'refused';

/** Whole lives of some runs, and the repeats of theirs that were refused. */
export function lifeSearches(runs: readonly string[], to: string, namespace: string): Searches<LifeSearch> {
  const before: Dsl = { range: { [FIELDS.timestamp]: { lt: to } } };
  const mine: Dsl = { terms: { [FIELDS.run]: runs } };
  const top = (field: string): Dsl => ({ terms: { field, size: 1 } });
  return {
    lives: {
      index: sdkStreams(namespace),
      body: {
        size: 0,
        track_total_hits: false,
        query: {
          function_score: {
            query: { bool: { filter: [before, mine, { exists: { field: FIELDS.sequence } }] } },
            // Which lines of a run are its sample for the lag: the same ones each time.
            random_score: { seed: 1, field: '_seq_no' },
            boost_mode: 'replace',
          },
        },
        aggs: {
          runs: {
            terms: { field: FIELDS.run, size: runs.length },
            aggs: {
              sequences: { stats: { field: FIELDS.sequence } },
              first: { min: { field: FIELDS.timestamp } },
              last: { max: { field: FIELDS.timestamp } },
              hosts: top(FIELDS.host),
              services: top(FIELDS.service),
              versions: { ...top(FIELDS.version), aggs: {} },
              closing: { filter: { term: { 'event.action': 'close' } } },
              sample: { top_hits: { size: SAMPLE, _source: [FIELDS.timestamp, FIELDS.ingested] } },
            },
          },
        },
      },
    },
    refused: {
      index: streamOf(DATASETS.pipeline, namespace),
      body: {
        size: 0,
        track_total_hits: false,
        query: {
          bool: {
            filter: [before, anyOf([exists('rota.indexer.indexed'), { bool: { filter: [mine, exists(REFUSED)] } }])],
          },
        },
        aggs: {
          told: { filter: exists('rota.indexer.indexed') },
          runs: {
            terms: { field: FIELDS.run, size: runs.length, include: runs },
            aggs: { refused: { sum: { field: REFUSED } } },
          },
        },
      },
    },
  };
}

/** Repeats of a run that an indexer refused, in one report. */
const REFUSED = 'rota.indexer.refused';

function exists(field: string): Dsl {
  return { exists: { field } };
}

/** By run; null when no indexer has told of anything. */
function refusedOf(answer: SearchAnswer, run: string): number | null {
  const found = bucketsOf(answer.aggregations, 'runs').find(({ key }) => key === run);
  if (found) return numberOf(found, 'refused');
  return bucketOf(answer.aggregations, 'told').doc_count > 0 ? 0 : null;
}

export function readLives(
  answers: Record<LifeSearch, SearchAnswer>,
  declared: ReadonlyMap<string, Declared>,
): RunLife[] {
  return bucketsOf(answers.lives.aggregations, 'runs').map((run) => {
    const id = String(run.key);
    return lifeOf(run, id, declaredOf(declared, id), refusedOf(answers.refused, id));
  });
}

function lifeOf(run: Bucket, id: string, { drops, deadLetters, cut }: Declared, refused: number | null): RunLife {
  const stats = run['sequences'] as { count: number; max: number | null; sum: number };
  const declared = [...drops.flatMap(({ ranges }) => ranges.map(({ last }) => last)), ...deadLetters];
  const highest = declared.reduce((most, n) => Math.max(most, n), stats.max ?? 0);
  return {
    id,
    host: topOf(run, 'hosts'),
    service: topOf(run, 'services'),
    version: topOf(run, 'versions'),
    started: numberOf(run, 'first') ?? 0,
    lastSeen: numberOf(run, 'last') ?? 0,
    closed: bucketOf(run, 'closing').doc_count > 0,
    highest,
    indexed: stats.count,
    complete: stats.count === highest && stats.sum === (highest * (highest + 1)) / 2,
    drops,
    deadLetters,
    cut,
    refused,
    lags: lagsOf((run['sample'] as { hits?: { hits: Hit[] } } | undefined)?.hits?.hits ?? []),
  };
}

function topOf(run: Bucket, name: string): string | null {
  const [first] = bucketsOf(run, name);
  return first ? String(first.key) : null;
}

/** From a line's own time until the indexer sent it, ms. Until it is searchable, Elasticsearch's refresh comes on top. */
export function lagsOf(hits: readonly Hit[]): number[] {
  return hits.flatMap(({ _source }) => {
    const doc = _source as EcsDocument;
    if (!doc['@timestamp'] || !doc.event?.ingested) return [];
    return [Date.parse(doc.event.ingested) - Date.parse(doc['@timestamp'])];
  });
}
