import { turnsIn } from './cells';
import type { Evidence, Turns } from './evidence';
import type { Place, Tier } from './places';

/** Hosts that wrote of more requests than all lines of the tier above tell of. */
export interface Untold {
  hosts: string[];
  /** Requests, at the least. */
  requests: number;
}

/** At the range's edges a line of one tier may be inside and the other's outside. */
const HARDLY = 3;
const HARDLY_OF_ALL = 0.01;

/**
 * A tier's own lines against the turns that it was given: what is over came by somebody who writes no lines, or whose lines
 * were lost; or it came past all of them. Whatever is counted above lacks it.
 */
export function untoldOf(tiers: readonly Tier[], evidence: Evidence): Untold {
  const all = tiers.map((tier) =>
    tier.tier === 'frontend'
      ? overIn(tier, evidence.ownFrontends, evidence)
      : overIn(tier, evidence.ownWebapps, evidence),
  );
  return { hosts: all.flatMap(({ hosts }) => hosts).sort(), requests: Math.max(0, ...all.map((one) => one.requests)) };
}

function overIn({ places, excess = 0 }: Tier, own: readonly Turns[], { skews }: Evidence): Untold {
  // The clock of such a host puts other lines into the range.
  const off = new Set(skews.map(({ host }) => host));
  const given = new Map<string, { turns: number; told: boolean }>();
  for (const place of places) {
    const known = given.get(place.host) ?? { turns: 0, told: true };
    given.set(place.host, { turns: known.turns + turnsIn(place.turns), told: known.told && isTold(place) });
  }
  const told = own.filter(({ place }) => given.get(place)?.told && !off.has(place));
  const over = told.map((row) => ({ host: row.place, n: turnsIn(row) - given.get(row.place)!.turns }));
  const requests = over.reduce((sum, { n }) => sum + n, 0) + excess;
  const written = told.reduce((sum, row) => sum + turnsIn(row), 0);
  if (requests <= Math.max(HARDLY, HARDLY_OF_ALL * written)) return { hosts: [], requests: 0 };
  const hosts = over.filter(({ n }) => n > 0).map(({ host }) => host);
  return { hosts: [...new Set([...hosts, ...(excess > 0 ? own.map(({ place }) => place) : [])])], requests };
}

/** Counted from the tier above, not from the host's own lines. */
function isTold({ teller, join }: Place): boolean {
  return teller !== null && join !== null;
}
