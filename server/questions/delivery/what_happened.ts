import type { Declared, DeliveryEvidence, Held, Kept, LastBefore, OwnLines, RunLife } from '../../delivery/evidence';
import { expiredTo, inferredExpiredTo, keptSince } from '../../delivery/expiry';
import type { Hole, Repeat } from '../../delivery/holes';
import { heldOf } from '../../delivery/waiting';
import type { Moments } from './alive';

/** A run of which numbers are absent. */
export interface Suspect {
  life: RunLife;
  declared: Declared;
  repeats: readonly Repeat[];
  highest: number;
  absent: number;
}

/** What may have become of a run's absent numbers. */
export interface Happened {
  /** Up to which number absent ones may have been deleted. */
  expiredTo(holes: readonly Hole[]): number;
  /** From which number on absent ones may still be on their way; null: none. */
  youngFrom: number | null;
  held: Held | null;
}

interface Deleted {
  kept: readonly Kept[];
  own: readonly OwnLines[];
  /** All is kept since then; −Infinity: all is there. */
  since: number;
}

interface Late {
  held: Held | null;
  /** What was received before is there, or lost. */
  settled: number;
}

/** By run. */
export async function whatHappened(
  suspects: readonly Suspect[],
  moments: Moments,
  evidence: DeliveryEvidence,
): Promise<Map<string, Happened>> {
  if (suspects.length === 0) return new Map();
  const lives = suspects.map(({ life }) => life);
  const [deleted, late] = await Promise.all([deletedOf(lives, evidence), lateOf(lives, moments, evidence)]);
  const asked = lives.flatMap(({ id }): LastBefore[] => {
    const { since } = deleted.get(id)!;
    const young = late.get(id);
    return [
      ...(since > Number.NEGATIVE_INFINITY ? [{ run: id, clock: 'indexed' as const, before: since }] : []),
      ...(young ? [{ run: id, clock: 'received' as const, before: young.settled }] : []),
    ];
  });
  const answers = await evidence.lastBefore(asked);
  const byRun = { indexed: new Map<string, number | null>(), received: new Map<string, number | null>() };
  asked.forEach(({ run, clock }, i) => {
    byRun[clock].set(run, answers[i] ?? null);
  });
  return new Map(
    lives.map((life): [string, Happened] => {
      const { kept, own, since } = deleted.get(life.id)!;
      const young = late.get(life.id);
      const before = byRun.indexed.get(life.id) ?? null;
      return [
        life.id,
        {
          expiredTo: (holes) => Math.max(expiredTo(life, since, before, holes), inferredExpiredTo(life, kept, own)),
          youngFrom: young ? (byRun.received.get(life.id) ?? 0) + 1 : null,
          held: young?.held ?? null,
        },
      ];
    }),
  );
}

async function deletedOf(lives: readonly RunLife[], evidence: DeliveryEvidence): Promise<Map<string, Deleted>> {
  const kept = await evidence.kept();
  const told = kept.every(({ oldest }) => oldest === null);
  const lines = told ? new Map<string, OwnLines[]>() : await evidence.ownLines(lives.map(({ id }) => id));
  return new Map(
    lives.map((life) => {
      const own = lines.get(life.id) ?? [];
      return [life.id, { kept, own, since: keptSince(life, kept) }];
    }),
  );
}

async function lateOf(
  lives: readonly RunLife[],
  { now, inFlightMs }: Moments,
  evidence: DeliveryEvidence,
): Promise<Map<string, Late>> {
  const waiting = await evidence.waiting();
  const names = await evidence.names(waiting.agents.size > 0 ? lives.map(({ id }) => id) : []);
  return new Map(
    lives.flatMap((life): [string, Late][] => {
      const held = heldOf(waiting, names.get(life.id)?.host ?? null);
      const settled = Math.min(now, held?.since ?? now) - inFlightMs;
      return life.received >= settled ? [[life.id, { held, settled }]] : [];
    }),
  );
}
