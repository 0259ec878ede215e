import { expect } from 'vitest';
import type { Answers } from './case';

const DAY = '2026-11-26T';
export const at = (time: string) => Date.parse(`${DAY}${time}Z`);

type Rotation = NonNullable<Answers['rotation']['overview']>;
type Health = NonNullable<Answers['health']['overview']>;

export const rotation = (a: Answers): Rotation => a.rotation.overview!;
export const health = (a: Answers): Health => a.health.overview!;
export const delivery = (a: Answers) => a.delivery.overview!;
export const runs = (a: Answers) => delivery(a).runs;
export const tier = (a: Answers, name: 'frontend' | 'webapp') => rotation(a).tiers.find((one) => one.tier === name)!;

/** Shares within half a point. */
export function dueIs(a: Answers, name: 'frontend' | 'webapp', due: Record<string, number>, with_ = '') {
  const hosts = tier(a, name).hosts;
  const key = ({ host, frontend }: (typeof hosts)[number]) => (with_ === 'frontend' ? `${frontend}>${host}` : host);
  expect(hosts.map(key).sort()).toEqual(Object.keys(due).sort());
  for (const host of hosts) expect(Math.abs(host.due - due[key(host)]!), key(host)).toBeLessThan(0.005);
}

export function shareIs(a: Answers, name: 'frontend' | 'webapp', share: Record<string, number>) {
  const hosts = tier(a, name).hosts;
  expect(hosts.map(({ host }) => host).sort()).toEqual(Object.keys(share).sort());
  for (const one of hosts) expect(Math.abs(one.share - share[one.host]!), one.host).toBeLessThan(0.005);
}

export function isEven(a: Answers) {
  expect(rotation(a).verdict.headline).toBe('Rotation is even.');
  expect(rotation(a).tiers.flatMap(({ hosts }) => hosts.filter(({ marked }) => marked))).toEqual([]);
}

export const events = (a: Answers) =>
  health(a).events.map(({ kind, hosts, since, until }) => [kind, hosts.join(), since, until]);
