import { WATCHERS } from '../../common/probes';

const NAMES = WATCHERS.map((name) => name.toLowerCase());

/** Whether a User-Agent is that of a program that watches the site from outside. */
export function isWatcher(agent: string | null): boolean {
  return agent !== null && NAMES.some((name) => agent.toLowerCase().includes(name));
}
