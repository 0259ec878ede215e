import type { Visits } from './evidence';

/** Of the pairs of visitor and place beyond one for each visitor: so many of what chance would make show that they move. */
const MOVES = 0.5;
/** Fewer pairs than this say nothing. */
const ENOUGH = 2.5;
/** So many users, of whom hardly any came again, are spread evenly whether they would stay or not. */
const MANY = 400;

/**
 * Whether users stay with their server (a cookie, `balance source`, `ip_hash`): hardly any address was given to two places,
 * though it came again and again. Who gets how much then follows from who comes, and nobody can say what was due. Of few
 * users who came again nobody knows; then, too, a skew may be one of users.
 */
export function staysOf({
  requests,
  places,
  visitors,
  visitorsOfPlaces,
  shares,
}: Visits): 'stay' | 'move' | 'not_known' {
  if (places < 2) return 'move';
  const again = requests / Math.max(1, visitors);
  const parts = shares ?? Array.from({ length: places }, () => 1 / places);
  const pairs = parts.reduce((sum, share) => sum + visitors * (1 - (1 - share) ** again), 0);
  const [byChance, found] = [pairs - visitors, visitorsOfPlaces - visitors];
  if (byChance < ENOUGH) return found >= ENOUGH || visitors >= MANY ? 'move' : 'not_known';
  return found >= MOVES * byChance ? 'move' : 'stay';
}
