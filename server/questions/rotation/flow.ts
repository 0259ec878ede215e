import type { RotationData } from '../../../common/api';
import { turnsIn } from '../../topology/cells';
import type { Directory } from '../../topology/directory';
import type { Place, Tier } from '../../topology/places';

type Flow = NonNullable<RotationData['overview']>['flow'];
type Node = Flow['nodes'][number];

/** A machine that is frontend and webapp is two nodes. */
const idOf = (tier: Node['tier'], name: string) => `${tier}:${name}`;

/** Balancer → frontend → webapp as nodes and ribbons; a missing tier is left out. */
export function flowOf(frontends: Tier, webapps: Tier, balancers: readonly string[]): Flow {
  const nodes: Node[] = [];
  const links: Flow['links'] = [];
  const front = frontends.places.filter(({ turns }) => turnsIn(turns) > 0);
  const back = webapps.places.filter(({ turns }) => turnsIn(turns) > 0);
  const told = [...front, ...back].filter(({ teller }) => teller !== null && balancers.includes(teller));
  const balancer = told.length > 0 ? idOf('lb', balancers.join(', ')) : null;
  const total = sum(front).requests || sum(back).requests;
  if (balancer !== null) nodes.push({ id: balancer, tier: 'lb', name: balancers.join(', '), ...figures(told, total) });
  for (const [host, places] of byHost(front)) {
    nodes.push({ id: idOf('frontend', host), tier: 'frontend', name: host, ...figures(places, total) });
    if (balancer !== null) links.push({ from: balancer, to: idOf('frontend', host), ...link(places) });
  }
  const turns = sum(back).requests;
  for (const [host, places] of byHost(back)) {
    nodes.push({ id: idOf('webapp', host), tier: 'webapp', name: host, ...figures(places, turns) });
    for (const teller of new Set(places.map((place) => place.teller))) {
      if (teller === null) continue;
      const from = balancers.includes(teller) ? balancer! : idOf('frontend', teller);
      links.push({ from, to: idOf('webapp', host), ...link(places.filter((place) => place.teller === teller)) });
    }
  }
  const known = new Set(nodes.map(({ id }) => id));
  return { nodes, links: links.filter(({ from }) => known.has(from)) };
}

function link(places: readonly Place[]) {
  const { requests, failed } = sum(places);
  return { requests, failed, retries: places.reduce((total, { turns }) => total + turns.retries, 0) };
}

function byHost(places: readonly Place[]): Map<string, Place[]> {
  const map = new Map<string, Place[]>();
  for (const place of places) {
    const known = map.get(place.host);
    if (known) known.push(place);
    else map.set(place.host, [place]);
  }
  return map;
}

function sum(places: readonly Place[]) {
  return {
    requests: places.reduce((total, { turns }) => total + turnsIn(turns), 0),
    failed: places.reduce((total, { turns }) => total + turns.classes.s5xx, 0),
  };
}

function figures(places: readonly Place[], of: number) {
  const { requests, failed } = sum(places);
  return { requests, share: of > 0 ? requests / of : 0, failed, failed_share: requests > 0 ? failed / requests : 0 };
}

/** The label of a tier: "lb-1 → frontends". */
export function tierLabel({ tier, places }: Tier, { servers }: Directory): string {
  const balancers = [...new Set(servers.map(({ seen }) => seen.teller))];
  const above = balancers.length === 1 ? balancers[0]! : balancers.length > 1 ? 'balancers' : 'clients';
  if (tier === 'frontend') return `${above} → frontends`;
  const direct = places.length > 0 && places.every(({ teller }) => teller !== null && balancers.includes(teller));
  return direct ? `${above} → webapps` : 'frontends → webapps';
}
