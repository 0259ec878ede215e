import type { Counters } from './counters';
import { DEAD_LETTER_DATASET } from './dead_letter';
import { conflictItem, conflictOf, movedLetter } from './id_conflict';
import type { Item } from './item';
import type { Status } from './status';
import type { StoredDocuments } from './streams';

export interface SettleParts {
  counters: Counters;
  status: Status;
  namespace: string;
  /** Takes addresses out of a line that becomes a dead letter, where the site wants that. */
  anonymize(line: Buffer): Buffer;
}

/**
 * Counts items whose id is there already as the repeats that they are.
 * @param stored what has their ids
 * @returns dead letters for those whose id another event has
 */
export function settle(items: readonly Item[], stored: StoredDocuments, parts: SettleParts): Item[] {
  const { counters, anonymize, namespace, status } = parts;
  const stream = `logs-${DEAD_LETTER_DATASET}-${namespace}`;
  const same: Item[] = [];
  const letters: Item[] = [];
  let conflicts = 0;
  for (const item of items) {
    const fields = conflictOf(item, stored.get(item.id) ?? []);
    if (fields === undefined) same.push(item);
    else if (item.dataset === DEAD_LETTER_DATASET) letters.push(movedLetter(item));
    else {
      conflicts += 1;
      letters.push(conflictItem(item, fields, stream, anonymize(item.line), new Date().toISOString()));
    }
  }
  counters.repeated(same);
  counters.add('id_conflicts', conflicts);
  if (conflicts > 0)
    status.note(`${conflicts} events have the ids of others; they are kept as dead letters (id_conflict)`);
  return letters;
}
