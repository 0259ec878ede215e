import { type EcsDocument, FIELDS } from '../../../common/ecs';
import { findMissing, type SequenceIndex } from '../../../common/model/delivery/missing';
import type { Range } from '../../../common/model/delivery/ranges';
import type { Context } from '../../context';
import type { Dsl } from '../../host';
import { bucketsOf } from '../../search/buckets';
import type { NamedSearch } from '../../search/msearch';
import { type RunLife, sdkStreams } from './runs';

const PARTS = 1000;
const READ_AT_MOST = 2000;

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
