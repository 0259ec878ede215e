import type { Directory } from '../topology/directory';

/** Lines that a count in steps may have: each tier's places, and the writers themselves. */
export function seriesCount({ servers, upstreams, inventory }: Directory): number {
  const writers = new Set(inventory.writers.map(({ host }) => host));
  return Math.max(servers.length, upstreams.length, writers.size) + writers.size + 1;
}
