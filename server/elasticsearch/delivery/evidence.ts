import type { Context } from '../../context';
import type { Declared, DeliveryEvidence, Kept } from '../../delivery/evidence';
import { conflictsOf } from './conflicts';
import { namesOf } from './details';
import { dropsOf } from './drops';
import { keptIn } from './kept';
import { lettersOf } from './letters';
import { heardAfter } from './lines';
import { livesOf } from './lives';
import { countNumbers } from './numbers';
import { lastBefore, ownLinesOf } from './own_lines';
import { unreadable } from './readable';
import { repeatsOf } from './repeats';
import { failedSearches } from './typed_search';
import { waitingIn } from './waiting';

/** Searches that tell only what a run is called, or how it went on: without them its numbers can be judged. */
const BESIDE = new Set(['names of runs', 'heard later', 'runs']);
/** Searches of other parts of the page. */
const OTHERS = new Set(['last', 'originals', 'lag', 'queues', 'indexer', 'reports', 'letters']);

/** What Elasticsearch knows of process runs; what it does not answer is noted, for the verdict and for the page. */
export async function deliveryEvidence(context: Context): Promise<DeliveryEvidence> {
  const faults = await unreadable(context);
  context.reasons.push(...faults);
  let kept: Promise<Kept[]> | undefined;
  return {
    get unread() {
      const failed = [...failedSearches(context)];
      return {
        absences: faults.length > 0 || failed.some((name) => !BESIDE.has(name) && !OTHERS.has(name)),
        repeats: failed.includes('repeats'),
      };
    },
    lives: (ids) => livesOf(ids, context),
    repeats: (lives) => repeatsOf(lives, context),
    count: (asked) => countNumbers(asked, context),
    lastBefore: (asked) => lastBefore(asked, context),
    ownLines: (ids) => ownLinesOf(ids, context),
    names: (ids) => namesOf(ids, context),
    waiting: () => waitingIn(context),
    heardAfter: (time) => heardAfter(time, context),
    kept: () => {
      kept ??= keptIn(context);
      return kept;
    },
    declared: (ids) => declaredOf(ids, context),
  };
}

async function declaredOf(ids: readonly string[], context: Context): Promise<Map<string, Declared>> {
  if (ids.length === 0) return new Map();
  const [{ drops, cut: dropsCut }, { letters, cut }, { taken, cut: takenCut }] = await Promise.all([
    dropsOf(ids, context),
    lettersOf(ids, context),
    conflictsOf(ids, context),
  ]);
  const allCut = dropsCut || takenCut;
  if (allCut || cut.size > 0) {
    context.reasons.push({
      code: 'limit_reached',
      message:
        'There are more drops and dead letters than were read; of runs that they may explain nothing is called missing.',
    });
  }
  return new Map(
    ids.map((id) => [
      id,
      {
        drops: drops.get(id) ?? [],
        letters: [...new Set(letters.get(id)?.map(({ n }) => n))],
        taken: taken.get(id) ?? [],
        cut: allCut || cut.has(id),
      },
    ]),
  );
}
