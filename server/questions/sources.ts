import type { Said } from '../sentences/english';
import type { Tier } from '../topology/places';
import type { Site } from '../topology/site';

/** Whose lines a tier's numbers come from, when it is not the first choice, and what is not counted. */
export function sourceOf(tier: Tier, { directory, evidence }: Site): Said[] {
  return tier.tier === 'frontend'
    ? frontendSource(tier, directory.servers.length > 0, evidence.balancersUnnamed, namesOf(directory))
    : webappSource(tier);
}

function namesOf(directory: Site['directory']): string[] {
  return [...new Set((directory.whole ?? directory).servers.map(({ seen }) => seen.teller))].sort();
}

function frontendSource(tier: Tier, balanced: boolean, unnamed: boolean, balancers: string[]): Said[] {
  if (tier.source !== 'frontends' || tier.places.length === 0) return [];
  if (unnamed && balancers.length > 0) return [{ id: 'source.unnamed_service', values: {} }];
  if (balanced && tier.coverage !== null) {
    return [{ id: 'source.balancer_partial', values: { balancers, share: Math.min(1, tier.coverage) } }];
  }
  return [{ id: 'source.silent_balancer', values: {} }];
}

function webappSource({ source, places, shared, unplaced }: Tier): Said[] {
  const own = [...new Set(places.filter(({ join, writes }) => join === null && writes).map(({ host }) => host))].sort();
  const said: Said[] = [];
  if (shared.length > 0) {
    const names = [...new Set(shared.map(({ place }) => place))].sort();
    said.push({ id: 'source.shared', values: { places: names, hosts: own } });
  } else if (source === 'webapps' && places.length > 0) said.push({ id: 'source.own_lines', values: {} });
  else if (source === 'mixed') said.push({ id: 'source.mixed', values: { hosts: own } });
  if (unplaced.turns > 0) {
    const tellers = [...new Set(unplaced.tellers)].sort();
    said.push({ id: 'source.unplaced', values: { turns: Math.round(unplaced.turns), tellers } });
  }
  return said;
}
