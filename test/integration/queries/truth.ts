import {
  END,
  FRONTENDS,
  type FrontendName,
  START,
  WEBAPPS,
  type WebappName,
  type World,
  type WorldRequest,
} from './world';

/** Counts in the simulated morning, by plain loops: what the API's answers are held against. */
export const SCOPE = { from: new Date(START).toISOString(), to: new Date(END).toISOString() };

export const inWindow = (t: number, from = START, to = END) => t >= from && t < to;

/** Lines lie at the request's end (nginx) or begin (HAProxy); those near the window's edge may fall outside. */
export function nginxLines(world: World): WorldRequest[] {
  return world.requests.filter(({ end }) => inWindow(end));
}

export function balancerLines(world: World): WorldRequest[] {
  return world.requests.filter(({ t }) => inWindow(t));
}

export function countBy<T>(list: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of list) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}

export const attemptsOf = (requests: readonly WorldRequest[]) => requests.flatMap(({ attempts }) => attempts);

const isOut = (t: number, words: World['words'], frontend: FrontendName) =>
  words.filter((word) => word.frontend === frontend && word.t <= t).at(-1)?.up === false;

/** Absences of a webapp: ten seconds after each "temporarily disabled". */
const isDisabled = (t: number, world: World, webapp: WebappName) =>
  world.disabled.some((d) => d.webapp === webapp && t >= d.t && t < d.t + 10_000);

/**
 * The expected share of each webapp by going through the window in steps of a tenth of a second: all turns even, then
 * equal shares of the frontends in the pool, then of their webapps in theirs.
 */
export function dueByStepping(world: World): Record<string, number> {
  const sums: Record<string, number> = {};
  let steps = 0;
  for (let t = START; t < END; t += 100) {
    steps++;
    const up = FRONTENDS.filter((frontend) => !isOut(t, world.words, frontend));
    for (const frontend of up) {
      const own = (Object.keys(WEBAPPS) as WebappName[]).filter((name) => WEBAPPS[name].frontend === frontend);
      const free = own.filter((name) => !isDisabled(t, world, name));
      for (const name of free) sums[name] = (sums[name] ?? 0) + 1 / up.length / free.length;
    }
  }
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / steps]));
}
