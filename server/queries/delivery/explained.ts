import { FIELDS } from '../../../common/ecs';
import { countOf, type Range, subtractRanges, uniteRanges } from '../../../common/model/delivery/ranges';
import type { Context } from '../../context';
import type { Dsl } from '../../host';
import { keyedBucketsOf } from '../../search/buckets';
import type { NamedSearch } from '../../search/msearch';
import { anyOf } from '../../search/scope';
import { type RunLife, sdkStreams } from './runs';

/** Runs in one search, and clauses about one run: Elasticsearch takes at least 1,024 of either. */
const RUNS_EACH = 200;
const MAX_RANGES = 500;
const MAX_LETTERS = 20_000;

/** How many absent numbers of a run are dead letters, and how many are dropped; together they are all that are absent. */
export interface Explained {
  dead: number;
  dropped: number;
}

/**
 * The runs whose absences are all declared, found without looking for a single number: of the declared ones it is counted
 * how many arrived after all, and the others must be as many as the index lacks. One request for all runs.
 */
export async function explainedRuns(
  lives: readonly RunLife[],
  to: string,
  context: Context,
): Promise<Map<string, Explained>> {
  const asked = lives.flatMap((life) => {
    const dead = uniteRanges(life.deadLetters.map((n) => ({ first: n, last: n })));
    const drops = subtractRanges(
      life.drops.flatMap(({ ranges }) => ranges),
      dead,
    );
    const enough = countOf(dead) + countOf(drops) >= life.highest - life.indexed;
    const fits = drops.length <= MAX_RANGES && life.deadLetters.length <= MAX_LETTERS;
    return enough && fits && !life.cut ? [{ life, dead, drops }] : [];
  });
  const searches: Record<string, NamedSearch> = {};
  for (let i = 0; i < asked.length; i += RUNS_EACH) {
    const filters: Record<string, Dsl> = {};
    const some = asked.slice(i, i + RUNS_EACH);
    const runs = some.map(({ life }) => life.id);
    for (const { life, drops } of some) {
      if (life.deadLetters.length > 0) filters[`dead ${life.id}`] = presentOf(life.id, letters(life.deadLetters));
      if (drops.length > 0) filters[`drops ${life.id}`] = presentOf(life.id, anyOf(drops.map(within)));
    }
    searches[`declared ${i}`] = {
      index: sdkStreams(context.settings.namespace),
      body: {
        size: 0,
        track_total_hits: false,
        query: {
          bool: { filter: [{ range: { [FIELDS.timestamp]: { lt: to } } }, { terms: { [FIELDS.run]: runs } }] },
        },
        aggs: { present: { filters: { filters } } },
      },
    };
  }
  const answers = asked.length > 0 ? await context.askAll(searches) : {};
  const present = Object.assign(
    {},
    ...Object.values(answers).map((one) => keyedBucketsOf(one.aggregations, 'present')),
  );
  return new Map(
    asked.flatMap(({ life, dead, drops }): [string, Explained][] => {
      const found = {
        dead: countOf(dead) - (present[`dead ${life.id}`]?.doc_count ?? 0),
        dropped: countOf(drops) - (present[`drops ${life.id}`]?.doc_count ?? 0),
      };
      return found.dead + found.dropped === life.highest - life.indexed ? [[life.id, found]] : [];
    }),
  );
}

function presentOf(run: string, numbers: Dsl): Dsl {
  return { bool: { filter: [{ term: { [FIELDS.run]: run } }, numbers] } };
}

function letters(numbers: readonly number[]): Dsl {
  return { terms: { [FIELDS.sequence]: numbers } };
}

function within({ first, last }: Range): Dsl {
  return { range: { [FIELDS.sequence]: { gte: first, lte: last } } };
}
