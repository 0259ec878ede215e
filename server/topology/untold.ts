import { joinCells } from './cells';
import type { Counted } from './counted';
import type { Cell, Evidence, Turns } from './evidence';
import { groupBy } from './groups';
import { entryOf } from './hurt';
import { lacking } from './lacking';
import { type Place, reached, type Tier } from './places';

/** Hosts that wrote of more requests than all lines of the tier above tell of. */
export interface Untold {
  hosts: string[];
  /** Requests, at the least. */
  requests: number;
}

/**
 * A tier's own lines against the turns that it was given: what is over came by somebody who writes no lines, or whose lines
 * were lost; or it came past all of them. Whatever is counted above lacks it.
 */
export function untoldOf(site: Counted): Untold {
  const { frontends, webapps, evidence } = site;
  const all = [
    overIn(frontends, evidence.ownFrontends, evidence),
    overIn(webapps, evidence.ownWebapps, evidence),
    ...(entryOf(frontends, evidence) === 'frontends' ? [givenMore(site)] : []),
  ];
  return {
    hosts: [...new Set(all.flatMap(({ hosts }) => hosts))].sort(),
    requests: Math.max(0, ...all.map((one) => one.requests)),
  };
}

function overIn({ places, excess = 0 }: Tier, own: readonly Turns[], evidence: Evidence): Untold {
  const off = clocksOff(evidence);
  const ofHost = groupBy(places, ({ host }) => host);
  const told = own.filter(({ place }) => ofHost.get(place)?.every(isTold) && !off.has(place));
  const over = [...groupBy(told, ({ place }) => place)].map(([host, rows]) => ({
    host,
    n: lacking(
      joinCells(rows.map(({ cells }) => cells)),
      joinCells(ofHost.get(host)!.map(({ turns }) => turns.cells)),
      evidence.grid,
    ),
  }));
  const hosts = over.filter(({ n }) => n > 0).map(({ host }) => host);
  return {
    hosts: [...new Set([...hosts, ...(excess > 0 ? own.map(({ place }) => place) : [])])],
    requests: over.reduce((sum, { n }) => sum + n, 0) + excess,
  };
}

/** The frontends' lines are counted, and a balancer tells of turns of which no frontend wrote. */
function givenMore({ directory, evidence }: Counted): Untold {
  const off = clocksOff(evidence);
  const given = new Map<string, Cell[][]>();
  for (const { seen, owners, label } of directory.servers) {
    const rows = evidence.balancers.filter(
      ({ teller, pool, place }) => teller === seen.teller && pool === seen.pool && place === seen.place,
    );
    const host = owners.joins.length === 1 ? owners.joins[0]!.host : label;
    given.set(host, [...(given.get(host) ?? []), ...rows.map((row) => reached(row, evidence.answers))]);
  }
  const own = groupBy(evidence.ownFrontends, ({ place }) => place);
  const over = [...given].map(([host, cells]) => {
    const written = joinCells((own.get(host) ?? []).map((row) => row.cells));
    return { host, n: off.has(host) ? 0 : lacking(joinCells(cells), written, evidence.grid) };
  });
  return {
    hosts: over.filter(({ n }) => n > 0).map(({ host }) => host),
    requests: over.reduce((sum, { n }) => sum + n, 0),
  };
}

/** The clock of such a host puts other lines into the range. */
export function clocksOff({ skews }: Evidence): Set<string> {
  return new Set(skews.map(({ host }) => host));
}

/** Counted from the tier above, not from the host's own lines. */
function isTold({ teller, join }: Place): boolean {
  return teller !== null && join !== null;
}
