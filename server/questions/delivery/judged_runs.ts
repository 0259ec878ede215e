import type { Declared, DeliveryEvidence, Held, RunLife } from '../../delivery/evidence';
import { findHoles, type Repeat, SEARCH_LIMITS, type SearchLimits } from '../../delivery/holes';
import { canBeCounted, highestOf, type Judgement, judgeRun } from '../../delivery/judge';
import { aliveAt, type Moments } from './alive';
import { type Suspect, whatHappened } from './what_happened';

/** A run with all that is known of its numbers. */
export interface JudgedRun {
  life: RunLife;
  declared: Declared;
  /** Lines that bear a number which another line bears, too. */
  repeated: number;
  judgement: Judgement;
  /** Where lines that are absent may wait; null: nowhere, as far as is known. */
  held: Held | null;
}

const NOTHING: Declared = { drops: [], letters: [], taken: [], cut: false };

/**
 * Judges runs, worst first. All of them are counted; only where numbers are absent it is asked which, what was declared of
 * them, what has been deleted, and where lines may still wait. `asked` is searched before the others.
 */
export async function judgedRuns(
  ids: readonly string[],
  asked: string | undefined,
  moments: Moments,
  evidence: DeliveryEvidence,
  limits: SearchLimits = SEARCH_LIMITS,
): Promise<JudgedRun[]> {
  if (ids.length === 0) return [];
  const lives = await evidence.lives(ids);
  const [repeats, declared, alive] = await Promise.all([
    evidence.repeats(lives.filter(canBeCounted)),
    evidence.declared(lives.map(({ id }) => id)),
    aliveAt(lives, moments, evidence),
  ]);
  const suspects = lives
    .filter(canBeCounted)
    .map((life) => suspectOf(life, declared.get(life.id), repeats.get(life.id)))
    .filter(({ absent }) => absent > 0)
    .sort((a, b) => Number(b.life.id === asked) - Number(a.life.id === asked) || openOf(b) - openOf(a));
  const incomplete = suspects.map(({ life: { id: run }, ...rest }) => ({ run, ...rest }));
  const [holes, happened] = await Promise.all([
    findHoles(incomplete, evidence.count, limits),
    whatHappened(suspects, moments, evidence),
  ]);
  // Where a search failed, what it would have found may explain any absence, and absences may be none.
  const unread = { ...evidence.unread };
  const judged = lives.map((life): JudgedRun => {
    const own = declared.get(life.id) ?? NOTHING;
    const known = holes.get(life.id) ?? [];
    const happenedTo = happened.get(life.id);
    return {
      life,
      declared: own,
      repeated: extraOf(repeats.get(life.id)),
      held: happenedTo?.held ?? null,
      judgement: judgeRun({
        life,
        declared: own,
        holes: known,
        expiredTo: happenedTo?.expiredTo(known) ?? 0,
        youngFrom: happenedTo?.youngFrom ?? null,
        unread,
        alive: alive(life),
      }),
    };
  });
  return judged.sort(worstFirst);
}

function suspectOf(life: RunLife, declared: Declared = NOTHING, repeats: readonly Repeat[] = []): Suspect {
  const highest = highestOf(life, declared);
  return { life, declared, repeats, highest, absent: highest - (life.lines - extraOf(repeats)) };
}

function extraOf(repeats: readonly Repeat[] = []): number {
  return repeats.reduce((sum, { extra }) => sum + extra, 0);
}

/** How many absences nothing declared can explain, at the least. */
function openOf({ absent, declared }: Suspect): number {
  return absent - declared.drops.reduce((sum, { count }) => sum + count, 0) - declared.letters.length;
}

const ORDER: Record<Judgement['state'], number> = { missing: 0, unsearched: 1, unproven: 2, running: 3, proven: 4 };

function worstFirst(a: JudgedRun, b: JudgedRun): number {
  const trouble = ({ declared }: JudgedRun) =>
    declared.drops.reduce((sum, { count }) => sum + count, 0) + declared.letters.length + declared.taken.length;
  return (
    ORDER[a.judgement.state] - ORDER[b.judgement.state] ||
    b.judgement.missingCount - a.judgement.missingCount ||
    b.judgement.unsearched - a.judgement.unsearched ||
    trouble(b) - trouble(a) ||
    b.life.started - a.life.started
  );
}
