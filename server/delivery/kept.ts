import type { Dataset } from '../../common/ecs';
import type { Kept } from './evidence';

/** A backing index of a data set's data stream. Times are ms since 1970. */
export interface BackingIndex {
  name: string;
  /** null where the user may not see it. */
  created: number | null;
  /** When its first line was indexed; null while it holds none. */
  oldest: number | null;
}

const DAY_MS = 86_400_000;
/** Clocks of an indexer and of Elasticsearch differ by less. */
const CLOCKS_MS = 300_000;
/** `.ds-<stream>-<day of creation, UTC>-<generation>`, whatever ILM puts before it (`shrink-…`, `partial-…`). */
const BACKING = /-(\d{4})\.(\d\d)\.(\d\d)-(\d{6,})$/;

interface Generation {
  generation: number;
  /** It was created at this time or later, and before `by`. */
  from: number;
  by: number;
  oldest: number | null;
}

/**
 * What a data set really keeps. Its data stream gives each backing index the next generation, and whatever deletes (a data
 * stream's lifecycle, ILM, a person) deletes whole indices: where the first generation is still there, nothing was deleted;
 * where it is not, all is there that was indexed since the oldest unbroken row of generations began.
 */
export function keptOf(
  dataset: Dataset,
  indices: readonly BackingIndex[],
  retention: number | null,
  now: number,
): Kept {
  const rows = indices.flatMap(generationOf).sort((a, b) => a.generation - b.generation);
  // The last generation before which one is gone.
  let broken = -1;
  rows.forEach(({ generation }, i) => {
    if (generation !== (i === 0 ? 1 : rows[i - 1]!.generation + 1)) broken = i;
  });
  const row = rows.slice(Math.max(0, broken));
  const begin = Math.min(now, ...row.slice(0, 1).map(({ by }) => by), ...row.flatMap(({ oldest }) => oldest ?? []));
  const since = broken === -1 ? Number.NEGATIVE_INFINITY : begin;
  const lines = indices.flatMap(({ oldest }) => oldest ?? []);
  // Lines that are older than their index came there by another way than the indexer's.
  const copied = rows.some(({ from, oldest }) => oldest !== null && oldest < from);
  const told = !copied && rows.length === indices.length;
  return {
    dataset,
    from: told || retention === null ? since : Math.max(since, now - retention),
    oldest: told || lines.length === 0 ? null : Math.min(...lines),
    retention,
  };
}

/** None where the name does not tell: a plain index in the place of a data stream. */
function generationOf({ name, created, oldest }: BackingIndex): Generation[] {
  const [, year, month, day, generation] = BACKING.exec(name) ?? [];
  if (generation === undefined) return [];
  const midnight = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  const from = (created ?? midnight) - CLOCKS_MS;
  return [{ generation: Number(generation), from, by: created ?? midnight + DAY_MS, oldest }];
}
