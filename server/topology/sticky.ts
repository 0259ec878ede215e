import type { Visits } from './evidence';

/** Visitors who stay with a server change it where it falls. */
const HARDLY_MORE = 1.15;
/** So many more pairs of visitor and place there would be by chance. */
const BY_CHANCE = 1.5;
const ENOUGH = 20;

/**
 * Users stay with their server (a cookie, `balance source`, `ip_hash`): hardly any address was given to two places, though it
 * came again and again. Who gets how much then follows from who comes, and nobody can say what was due.
 */
export function isSticky({ requests, places, visitors, visitorsOfPlaces }: Visits): boolean {
  if (places < 2 || visitors < 2 || requests < ENOUGH) return false;
  const pairs = visitors * places * (1 - (1 - 1 / places) ** (requests / visitors));
  return visitorsOfPlaces <= HARDLY_MORE * visitors && pairs >= BY_CHANCE * visitors;
}
