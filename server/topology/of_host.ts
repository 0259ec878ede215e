import type { Evidence } from './evidence';
import { groupBy } from './groups';

const HOSTS = new WeakMap<Evidence, (host: string) => Evidence>();

/**
 * The same evidence with nothing of any other host in what is kept by host: whoever asks of each host in turn then goes
 * through all of it once, not once for each.
 */
export function ofHost(evidence: Evidence, host: string): Evidence {
  const known = HOSTS.get(evidence) ?? parted(evidence);
  HOSTS.set(evidence, known);
  return known(host);
}

function parted(evidence: Evidence): (host: string) => Evidence {
  const { inventory } = evidence;
  const byHost = <T extends { host: string }>(items: readonly T[]) => groupBy(items, ({ host }) => host);
  const byPlace = <T extends { place: string }>(items: readonly T[]) => groupBy(items, ({ place }) => place);
  const [lives, probes, recorded] = [byHost(evidence.lives), byHost(evidence.probes), byHost(evidence.recorded)];
  const [writers, monitors] = [byHost(inventory.writers), byHost(inventory.monitors)];
  const [frontends, webapps] = [byPlace(evidence.ownFrontends), byPlace(evidence.ownWebapps)];
  const views = new Map<string, Evidence>();
  return (host) => {
    const known = views.get(host);
    if (known) return known;
    const view: Evidence = {
      ...evidence,
      inventory: { ...inventory, writers: writers.get(host) ?? [], monitors: monitors.get(host) ?? [] },
      ownFrontends: frontends.get(host) ?? [],
      ownWebapps: webapps.get(host) ?? [],
      lives: lives.get(host) ?? [],
      probes: probes.get(host) ?? [],
      recorded: recorded.get(host) ?? [],
    };
    views.set(host, view);
    return view;
  };
}
