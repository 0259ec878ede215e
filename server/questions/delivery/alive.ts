import type { DeliveryEvidence, RunLife } from '../../delivery/evidence';

/** The SDK reports every 30 s; three reports missed is silence. */
const ALIVE_MS = 95_000;

/** Moments in ms since 1970. */
export interface Moments {
  now: number;
  /** The end of what was asked for. */
  to: number;
  /** A line may take so long before it counts as missing. */
  inFlightMs: number;
}

/**
 * Whether a run was going on at the end of what was asked for. One that wrote until then and nothing since was not, if others
 * were heard of later: it ended without a word.
 */
export async function aliveAt(
  lives: readonly RunLife[],
  { now, to }: Moments,
  evidence: DeliveryEvidence,
): Promise<(life: RunLife) => boolean> {
  const end = Math.min(now, to);
  const heardBy = (time: number) => (life: RunLife) => life.received >= time - ALIVE_MS;
  const [atTheEnd, now_] = [heardBy(end), heardBy(now)];
  const doubtful = lives.some((life) => life.closedAt !== life.highest && atTheEnd(life) && !now_(life));
  const othersWentOn = doubtful && (await evidence.heardAfter(end + ALIVE_MS));
  return (life) => atTheEnd(life) && (now_(life) || !othersWentOn);
}
