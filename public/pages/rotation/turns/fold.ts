import type { Turns } from '../../../../common/api';

/** With more lanes than this, those with nothing to tell are folded away until the user asks for all. */
const FOLD_FROM = 24;
const OPEN_WHEN_FOLDED = 12;

/** Under so many turns a lane, chance alone gives one half of its share. */
const ENOUGH_TURNS = 10;

type Lane = Turns['lanes'][number];

/** Far under an equal share of the turns under the lens, where there were enough to say so. */
export function isShort(lane: Lane, lanes: readonly Lane[]): boolean {
  const all = lanes.reduce((sum, { turns }) => sum + turns, 0);
  return all >= ENOUGH_TURNS * lanes.length && lane.share < 0.5 / lanes.length;
}

/**
 * Which lanes are open: all, or of many the ones that tell something, worst first: 5XX, then time out of the pool, then few
 * turns. They keep the order of the answer, so that a frontend's lanes stay together.
 */
export function openLanes(turns: Pick<Turns, 'lanes' | 'marks'>): Lane[] {
  const { lanes, marks } = turns;
  if (lanes.length <= FOLD_FROM) return lanes;
  const failed = new Map<string, number>();
  for (const { host, status } of marks) {
    if ((status ?? 0) >= 500) failed.set(host, (failed.get(host) ?? 0) + 1);
  }
  const badness = (lane: Lane) =>
    (failed.get(lane.host) ?? 0) * 1e9 + Math.min(lane.out_of_pool_ms, 1e8) * 10 + (isShort(lane, lanes) ? 1 : 0);
  const worst = [...lanes].sort((a, b) => badness(b) - badness(a)).slice(0, OPEN_WHEN_FOLDED);
  const open = new Set(worst.map(({ host }) => host));
  return lanes.filter(({ host }) => open.has(host));
}
