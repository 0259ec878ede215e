import { DATASETS, type EcsDocument, FIELDS, streamOf } from '../../../common/ecs';
import { findMissing, type SequenceIndex } from '../../../common/model/delivery/missing';
import type { Range } from '../../../common/model/delivery/ranges';
import type { Context } from '../../context';
import type { Dsl } from '../../host';
import { type Bucket, bucketOf, bucketsOf, numberOf } from '../../search/buckets';
import type { Hit, NamedSearch, SearchAnswer, Searches } from '../../search/msearch';

const MAX_DROPS = 2000;
const MAX_DEAD = 1000;
const SAMPLE = 60;
const PARTS = 1000;
const READ_AT_MOST = 2000;

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
  drops: { cause: string; count: number; ranges: Range[] }[];
  deadLetters: number[];
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

/** Whole lives of some runs, what they declared as dropped, and dead letters that bear one of their numbers. */
export function lifeSearches(
  runs: readonly string[],
  to: string,
  namespace: string,
): Searches<'lives' | 'drops' | 'dead'> {
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
    drops: {
      index: streamOf(DATASETS.sdk, namespace),
      body: {
        size: MAX_DROPS,
        track_total_hits: true,
        query: { bool: { filter: [before, mine, { term: { 'event.action': 'drop' } }] } },
        sort: [{ [FIELDS.timestamp]: 'asc' }],
        _source: [FIELDS.run, 'rota.drop'],
      },
    },
    dead: {
      index: streamOf(DATASETS.deadLetter, namespace),
      body: {
        size: MAX_DEAD,
        track_total_hits: true,
        query: {
          bool: {
            filter: [
              before,
              { bool: { should: runs.map((run) => ({ prefix: { 'event.id': `${run}-` } })), minimum_should_match: 1 } },
            ],
          },
        },
        sort: [{ [FIELDS.timestamp]: 'asc' }],
        _source: ['event.id'],
      },
    },
  };
}

export function readLives(answers: Record<'lives' | 'drops' | 'dead', SearchAnswer>): RunLife[] {
  const drops = answers.drops.hits.map((hit) => hit._source as EcsDocument);
  const dead = answers.dead.hits.map((hit) => /^(.*)-(\d+)$/.exec((hit._source as EcsDocument).event?.id ?? ''));
  return bucketsOf(answers.lives.aggregations, 'runs').map((run) => {
    const id = String(run.key);
    const own = drops.filter((doc) => doc.agent?.ephemeral_id === id);
    const letters = dead.flatMap((found) => (found?.[1] === id ? [Number(found[2])] : []));
    return lifeOf(run, id, dropsOf(own), letters);
  });
}

function lifeOf(run: Bucket, id: string, drops: RunLife['drops'], deadLetters: number[]): RunLife {
  const stats = run['sequences'] as { count: number; max: number | null; sum: number };
  const declared = [...drops.flatMap(({ ranges }) => ranges.map(({ last }) => last)), ...deadLetters];
  const highest = Math.max(stats.max ?? 0, ...declared);
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
    lags: lagsOf((run['sample'] as { hits?: { hits: Hit[] } } | undefined)?.hits?.hits ?? []),
  };
}

function topOf(run: Bucket, name: string): string | null {
  const [first] = bucketsOf(run, name);
  return first ? String(first.key) : null;
}

/** From a line's own time until the indexer sent it, ms. Elasticsearch's refresh comes on top. */
export function lagsOf(hits: readonly Hit[]): number[] {
  return hits.flatMap(({ _source }) => {
    const doc = _source as EcsDocument;
    if (!doc['@timestamp'] || !doc.event?.ingested) return [];
    return [Date.parse(doc.event.ingested) - Date.parse(doc['@timestamp'])];
  });
}

function dropsOf(docs: readonly EcsDocument[]): RunLife['drops'] {
  const byCause = new Map<string, RunLife['drops'][number]>();
  for (const { rota } of docs) {
    const { cause = 'unknown', count = 0, first_sequence: first, last_sequence: last } = rota?.drop ?? {};
    const known = byCause.get(cause) ?? { cause, count: 0, ranges: [] };
    known.count += count;
    if (first !== undefined && last !== undefined) known.ranges.push({ first, last });
    byCause.set(cause, known);
  }
  return [...byCause.values()];
}

/** The numbers that a run's index lacks. Costs nothing for a complete run, a few rounds for another. */
export async function absentOf(
  life: RunLife,
  to: string,
  context: Context,
): Promise<{ ranges: Range[]; truncated: boolean }> {
  if (life.complete) return { ranges: [], truncated: false };
  const index = sequenceIndex(life.id, to, context);
  return findMissing({ first: 1, last: life.highest }, index, {
    readAtMost: READ_AT_MOST,
    parts: PARTS,
    perRound: 20,
    rounds: 4,
  });
}

function sequenceIndex(run: string, to: string, context: Context): SequenceIndex {
  const streams = sdkStreams(context.settings.namespace);
  const within = ({ first, last }: Range): Dsl => ({
    bool: {
      filter: [
        { term: { [FIELDS.run]: run } },
        { range: { [FIELDS.timestamp]: { lt: to } } },
        { range: { [FIELDS.sequence]: { gte: first, lte: last } } },
      ],
    },
  });
  const ask = async (bodies: Dsl[]) => {
    const named = Object.fromEntries(bodies.map((body, i) => [`part ${i}`, { index: streams, body }]));
    const answers = await context.askAll(named);
    return bodies.map((_, i) => answers[`part ${i}`]!);
  };
  return {
    counts: async (asked) => {
      const bodies = asked.map(({ range, width }) => ({
        size: 0,
        track_total_hits: false,
        query: within(range),
        aggs: {
          parts: {
            histogram: { field: FIELDS.sequence, interval: width, offset: range.first % width, min_doc_count: 1 },
          },
        },
      }));
      const answers = await ask(bodies);
      return asked.map(({ range, width }, i) => {
        const counts = Array.from({ length: Math.ceil((range.last - range.first + 1) / width) }, () => 0);
        for (const { key, doc_count } of bucketsOf(answers[i]!.aggregations, 'parts')) {
          counts[Math.round((Number(key) - range.first) / width)] = doc_count;
        }
        return counts;
      });
    },
    list: async (ranges) => {
      const bodies = ranges.map((range) => ({
        size: READ_AT_MOST * 2,
        track_total_hits: false,
        query: within(range),
        sort: [{ [FIELDS.sequence]: 'asc' }],
        _source: false,
        docvalue_fields: [FIELDS.sequence],
      }));
      const answers = await ask(bodies);
      return answers.map(({ hits }) => hits.map((hit) => Number(hit.fields?.[FIELDS.sequence]?.[0])));
    },
  };
}

/** The lines before and after each gap: when it happened. */
export async function timesAround(
  gaps: readonly { run: string; range: Range }[],
  to: string,
  context: Context,
): Promise<{ from: number | null; to: number | null }[]> {
  if (gaps.length === 0) return [];
  const streams = sdkStreams(context.settings.namespace);
  const neighbour = (run: string, bound: Dsl, order: 'asc' | 'desc'): NamedSearch => ({
    index: streams,
    body: {
      size: 1,
      track_total_hits: false,
      query: {
        bool: {
          filter: [
            { term: { [FIELDS.run]: run } },
            { range: { [FIELDS.timestamp]: { lt: to } } },
            { range: { [FIELDS.sequence]: bound } },
          ],
        },
      },
      sort: [{ [FIELDS.sequence]: order }],
      _source: [FIELDS.timestamp],
    },
  });
  const searches = Object.fromEntries(
    gaps.flatMap(({ run, range }, i) => [
      [`before ${i}`, neighbour(run, { lt: range.first }, 'desc')],
      [`after ${i}`, neighbour(run, { gt: range.last }, 'asc')],
    ]),
  );
  const answers = await context.askAll(searches);
  const time = (name: string) => {
    const stamp = (answers[name]?.hits[0]?._source as EcsDocument | undefined)?.['@timestamp'];
    return stamp === undefined ? null : Date.parse(stamp);
  };
  return gaps.map((_, i) => ({ from: time(`before ${i}`), to: time(`after ${i}`) }));
}

/** Numbers older than what is kept are not missing, they are gone by rule. */
export function expiredTo(life: RunLife, absent: readonly Range[], now: number, retentionDays: number): number {
  const head = absent[0];
  const old = life.started < now - (retentionDays - 2) * 86_400_000;
  return head && head.first === 1 && old ? head.last : 0;
}
