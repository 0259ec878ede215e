import type { JoinInfo, NotKnown } from '../../common/api';
import { type Said, say } from '../sentences/english';
import { turnsIn } from '../topology/cells';
import type { Entry } from '../topology/directory';
import { unnamedTurns } from '../topology/places';
import type { Site } from '../topology/site';

const MINUTE = 60_000;

/** What cannot be said of this site, why, and the line of configuration that would make it known. */
export function notKnownOf(site: Site): NotKnown[] {
  const { webapps, states, evidence, dues, doubts } = site;
  const found: NotKnown[] = [];
  const told = new Set<string>();
  const add = (why: Said, mend: Said | null) => {
    const because = say(why);
    if (told.has(because)) return;
    told.add(because);
    found.push({ id: why.id, because, mend: mend === null ? null : say(mend) });
  };
  const tellers = [...new Set(unnamedTurns(evidence, evidence.inventory).map(({ teller }) => teller!))].sort();
  if (tellers.length > 0 && (webapps.unplaced.turns > 0 || webapps.source !== 'frontends')) {
    add({ id: 'unknown.upstreams', values: { tellers } }, { id: 'mend.upstreams', values: {} });
  }
  const { servers, hosts } = unjoined(site);
  if (servers.length > 0 && hosts.length > 0) {
    add({ id: 'unknown.names', values: { servers, hosts } }, { id: 'mend.names', values: {} });
  }
  for (const { place, said } of states.workerLocal) {
    const values = { host: place.host, by: place.teller ?? '', said };
    add({ id: 'unknown.worker_local', values }, { id: 'mend.worker_local', values: {} });
  }
  for (const { place } of dues.filter(({ idle, place: { turns } }) => idle && turnsIn(turns) === 0)) {
    add({ id: 'unknown.idle', values: { host: place.host } }, { id: 'mend.idle', values: { host: place.host } });
  }
  const skewed = states.sticky.filter(
    ({ certain, teller, pool }) =>
      certain || dues.some((one) => one.place.teller === teller && one.place.pool === pool && isBeyondChance(one)),
  );
  for (const { teller, pool, certain } of skewed)
    add({ id: 'unknown.sticky', values: { teller, pool, certain } }, { id: 'mend.sticky', values: {} });
  const unpooled = webapps.unpooled ?? [];
  if (unpooled.length > 0)
    add({ id: 'unknown.pools', values: { tellers: [...unpooled] } }, { id: 'mend.pools', values: {} });
  for (const { source, path, foreign } of states.monitors) {
    if (foreign !== null) add({ id: 'unknown.foreign_probes', values: { source, path, by: foreign } }, null);
  }
  if (!states.frontendsKnown && site.frontends.places.length > 1) {
    add({ id: 'unknown.frontends_pool', values: {} }, { id: 'mend.frontends_pool', values: {} });
  }
  const { untold, lossy, unmatched } = doubts;
  if (untold.hosts.length > 0)
    add(
      { id: 'unknown.untold', values: { hosts: untold.hosts, requests: untold.requests } },
      { id: 'mend.untold', values: {} },
    );
  for (const { teller, since } of states.ended)
    add({ id: 'unknown.ended', values: { teller, since } }, { id: 'mend.ended', values: { teller } });
  for (const { teller, server, renamed } of states.forgotten)
    add({ id: 'unknown.forgotten', values: { teller, server, renamed } }, { id: 'mend.forgotten', values: {} });
  for (const { host } of states.gone) add({ id: 'unknown.gone', values: { host } }, { id: 'mend.gone', values: {} });
  for (const { place, host, elsewhere } of doubts.behind)
    add({ id: 'unknown.behind', values: { place, host, elsewhere } }, { id: 'mend.behind', values: { place, host } });
  if (lossy.length > 0) {
    const values = {
      hosts: lossy.map(({ host }) => host).sort(),
      requests: lossy.reduce((n, one) => n + one.requests, 0),
    };
    add({ id: 'unknown.lossy', values }, { id: 'mend.lossy', values: {} });
  }
  if (unmatched.hosts.length > 0)
    add({ id: 'unknown.unmatched', values: unmatched }, { id: 'mend.unmatched', values: unmatched });
  if (doubts.tried.length > 0)
    add({ id: 'unknown.tried', values: { hosts: doubts.tried } }, { id: 'mend.tried', values: {} });
  for (const values of doubts.handedOver)
    add({ id: 'unknown.handed_over', values }, { id: 'mend.handed_over', values: {} });
  const off = evidence.skews.filter(({ from, to }) => from < evidence.window.to && to > evidence.window.from);
  if (off.length > 0) {
    const hosts = [...new Set(off.map(({ host }) => host))].sort();
    add({ id: 'unknown.clock', values: { hosts } }, { id: 'mend.clock', values: {} });
  }
  const delays = evidence.delays ?? [];
  if (delays.length > 0) {
    const ms = Math.max(...delays.map((one) => one.ms));
    const hosts = [...new Set(delays.map(({ host }) => host))].sort();
    add({ id: 'unknown.late', values: { hosts, ms } }, { id: 'mend.late', values: { ms } });
  }
  if (evidence.grid.interval > MINUTE) {
    add({ id: 'unknown.steps', values: { ms: evidence.grid.interval } }, { id: 'mend.steps', values: {} });
  }
  return found;
}

/** Four standard deviations of a fair draw. */
function isBeyondChance({ got, due, poolTurns }: Site['dues'][number]): boolean {
  const p = poolTurns > 0 ? Math.min(1, due / poolTurns) : 0;
  return Math.abs(got - due) > 4 * Math.sqrt(poolTurns * p * (1 - p));
}

/** Servers of a balancer that no host was joined with, and frontends that no server was joined with. */
function unjoined({ directory, frontends }: Site): { servers: string[]; hosts: string[] } {
  const entries = directory.servers.filter(({ tier }) => tier === 'frontend');
  const joined = new Set(entries.flatMap(({ owners }) => owners.joins.map(({ host }) => host)));
  const writers = directory.inventory.writers.filter(({ tier, host }) => tier === 'frontend' && !joined.has(host));
  const servers = frontends.source === 'balancer' ? entries.filter(({ owners }) => owners.joins.length === 0) : [];
  return {
    servers: [...new Set(servers.map(({ label }) => label))].sort(),
    hosts: [...new Set(writers.map(({ host }) => host))].sort(),
  };
}

/** Why names and addresses are taken for hosts, where the two differ. */
export function joinsOf({ directory }: Site): JoinInfo[] {
  const seen = new Set<string>();
  return [...directory.servers, ...directory.upstreams].flatMap(joinsOfEntry).filter(({ reason }) => {
    if (seen.has(reason)) return false;
    seen.add(reason);
    return true;
  });
}

function joinsOfEntry({ seen: { place: name }, owners }: Entry): JoinInfo[] {
  if (owners.several.length > 0) {
    const hosts = [...owners.several];
    const reason = say({ id: 'join.several', values: { name, hosts } });
    return [{ name, host: hosts.join(', '), kind: 'several', certainty: 'proven', reason }];
  }
  return owners.joins
    .filter(({ host }) => host !== name)
    .map(({ host, kind, certainty }) => ({
      name,
      host,
      kind,
      certainty,
      reason: say({ id: `join.${kind}`, values: { name, host } }),
    }));
}

/** Servers that only the tier above writes of: said once, in a quiet place. */
export function quietWriters(site: Site): string | null {
  const { frontends, webapps, directory } = site;
  const writers = new Set(directory.inventory.writers.map(({ host }) => host));
  const silent = [...frontends.places, ...webapps.places].filter(
    ({ writes, host, turns }) => !writes && !writers.has(host) && turnsIn(turns) > 0,
  );
  const { hosts } = unjoined(site);
  // Frontends that write, but under names which nobody joined, are no silent ones.
  const named = silent.filter(({ tier }) => tier === 'webapp' || hosts.length === 0).map(({ host }) => host);
  const unique = [...new Set(named)].sort();
  if (unique.length === 0) return null;
  const shown = unique.length > 6 ? [...unique.slice(0, 5), `${unique.length - 5} others`] : unique;
  return say({ id: 'quiet.writers', values: { hosts: shown } });
}
