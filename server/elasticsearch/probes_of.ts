import { FIELDS, HEALTH_CHECK_TAG } from '../../common/ecs';
import { PROBES } from '../../common/probes';
import type { Inventory, MonitorSeen } from '../topology/evidence';
import { anyOf, exists, not, type Query } from './search';

export const AGENT = 'user_agent.original';
export const SOURCE = 'source.ip';

/** One source that asked one path so often, and no slower than this, watches; a visitor comes and goes. */
const OFTEN = 5;
const SLOWEST_MS = 10 * 60_000;
/** Lines at the edges of what is looked at. */
const HARDLY_MORE = 1.05;

/** What may be a probe: it bears the tag or, in lines that another pipeline has made, an agent that is known. Who asks without an agent must be seen to watch. */
export function candidates(): Query {
  return anyOf([
    { term: { [FIELDS.tags]: HEALTH_CHECK_TAG } },
    ...PROBES.agents.map((agent): Query => ({ prefix: { [AGENT]: agent } })),
  ]);
}

export function watchersOf({ monitors, passedOn = [] }: Pick<Inventory, 'monitors' | 'passedOn'>): string[] {
  const watching = monitors.filter(watches);
  // What frontends pass on of what they are asked is no more than that.
  const asked = (path: string) => sumOf(watching.filter((one) => one.path === path));
  const passing = passedOn.filter(
    (one) => watches(one) && sumOf(passedOn.filter(({ path }) => path === one.path)) <= HARDLY_MORE * asked(one.path),
  );
  return [...new Set([...watching, ...passing].map(({ source }) => source))].sort();
}

const watches = ({ n, first, last, agent }: MonitorSeen) =>
  agent === null && n >= OFTEN && (last - first) / (n - 1) <= SLOWEST_MS;
const sumOf = (seen: readonly MonitorSeen[]) => seen.reduce((sum, { n }) => sum + n, 0);

/**
 * Probes, by who asks what from where, never by a field that is missing: with a known agent; with the pipeline's tag and some
 * agent; with its tag and none, from a source that was seen to ask again and again.
 */
export function isProbe(watchers: readonly string[]): Query {
  const tagged: Query = { term: { [FIELDS.tags]: HEALTH_CHECK_TAG } };
  const known = anyOf([
    exists(AGENT),
    not(exists(SOURCE)),
    ...(watchers.length > 0 ? [{ terms: { [SOURCE]: [...watchers] } } satisfies Query] : []),
  ]);
  return anyOf([
    { bool: { filter: [tagged, known] } },
    ...PROBES.agents.map((agent): Query => ({ prefix: { [AGENT]: agent } })),
  ]);
}
