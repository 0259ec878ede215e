import { type NamedSearch, NO_ANSWER, type SearchAnswer } from '../search/msearch';
import type { Directory } from '../topology/directory';
import type { Passing } from '../topology/evidence';
import { between } from './search';
import { readBalancers, readFrontends, type TurnFilters, turnSearches } from './turns';

/** Moments of one range; each costs two searches over less than a step. */
const MOST = 20;

type Moment = Pick<Passing, 'at' | 't'>;

/** When places passed from one host to another, with the begin of the step in which they did. */
export function momentsOf({ servers, upstreams }: Directory, times: readonly number[], interval: number): Moment[] {
  const begin = times[0] ?? 0;
  const all = [...servers, ...upstreams].flatMap(({ owners }) => owners.joins.slice(0, -1).map(({ to }) => to));
  const inside = all.filter((at) => at > begin && at < (times.at(-1) ?? begin) + interval);
  return [...new Set(inside)]
    .sort((a, b) => a - b)
    .slice(0, MOST)
    .map((at) => ({ at, t: begin + Math.floor((at - begin) / interval) * interval }));
}

/** The turns of each such step up to its moment, so that a place's turns are given to the host that took them. */
export function passingSearches(
  moments: readonly Moment[],
  filters: TurnFilters,
  interval: number,
  namespace: string,
): Record<string, NamedSearch> {
  return Object.fromEntries(
    moments.flatMap(({ at, t }, i) => {
      const until = [between(t, at)];
      const { balancer, frontend } = turnSearches(
        { ...filters, balancer: [...filters.balancer, ...until], frontend: [...filters.frontend, ...until] },
        interval,
        namespace,
      );
      return [
        [`passing.${i}.balancer`, balancer],
        [`passing.${i}.frontend`, frontend],
      ];
    }),
  );
}

export function readPassings(moments: readonly Moment[], answers: Readonly<Record<string, SearchAnswer>>): Passing[] {
  return moments.map((moment, i) => ({
    ...moment,
    rows: [
      ...readBalancers(answers[`passing.${i}.balancer`] ?? NO_ANSWER),
      ...readFrontends(answers[`passing.${i}.frontend`] ?? NO_ANSWER),
    ],
  }));
}
