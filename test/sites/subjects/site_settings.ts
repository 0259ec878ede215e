import type { Truth } from '../truth/truth';

/** Points of deviation from which the page calls a host of a small site uneven. */
export const DEVIATION_POINTS = 8;
/** Turns from which it judges. */
export const MIN_REQUESTS = 40;

/** What an operator of the site would have set (`rota.*` in kibana.yml). */
export function settingsOf({ site, pools, processes }: Truth): object {
  const { check } = site.backend;
  const { maxFails, failTimeout } = site.upstream;
  return {
    ...(check ? { monitor: { interval_s: check.interval, rise: check.rise, fall: check.fall } } : {}),
    passive: { max_fails: maxFails, fail_timeout_s: failTimeout },
    weights: Object.fromEntries(
      pools.flatMap(({ kind, members }) => {
        if (!(kind === 'nginx' ? site.upstream : site.backend).weightsDeclared) return [];
        return members.flatMap(({ place, serverName, weight }) => {
          // A machine of several tiers has no weight: each of its places has one.
          const behind = processes.filter(
            ({ address, machine }) =>
              address === place && processes.every((one) => one.machine !== machine || one.address === address),
          );
          return [place, serverName, ...behind.flatMap(({ name, machine }) => [name, machine])].map((name) => [
            name,
            weight,
          ]);
        });
      }),
    ),
    judge: { min_requests: MIN_REQUESTS, deviation_points: DEVIATION_POINTS },
  };
}
