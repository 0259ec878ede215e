import type { Filter, Scope } from '../../common/api';
import { FIELDS, HEALTH_CHECK_TAG } from '../../common/ecs';
import type { Dsl } from '../host';
import type { Landscape } from '../queries/landscape';
import { existsQuery, inNested } from './nested';

const NOTHING: Dsl = { match_none: {} };

export type ScopedTier = 'lb' | 'frontend' | 'webapp';

/** The clauses of a question for the lines of one tier, for `bool.filter`. Probes are left out unless asked for. */
export function scopeFilter(
  scope: Scope,
  tier: ScopedTier,
  landscape: Landscape,
  kql: Dsl,
  options: { probes?: 'exclude' | 'only' | 'include' } = {},
): Dsl[] {
  // Which lines belong to a choice depends on what was not chosen, too.
  const everyone = landscape.whole ?? landscape;
  return [
    timeFilter(scope.from, scope.to),
    ...textFilters(scope, kql),
    ...selectorFilters(scope, tier, everyone),
    ...probeFilters(options.probes ?? 'exclude'),
  ];
}

export function timeFilter(from: string | number, to: string | number): Dsl {
  return { range: { [FIELDS.timestamp]: { gte: iso(from), lt: iso(to) } } };
}

function iso(t: string | number): string {
  return new Date(t).toISOString();
}

/** KQL and the pills of the filter bar. */
export function textFilters(scope: Scope, kql: Dsl): Dsl[] {
  const query = 'match_all' in kql ? [] : [kql];
  return [...query, ...scope.filters.map(pillToQuery)];
}

function pillToQuery({ field, op, value }: Filter): Dsl {
  if (op === 'exists') return existsQuery(field);
  if (op === 'not_exists') return not(existsQuery(field));
  const match = inNested(field, { match_phrase: { [field]: value ?? '' } });
  return op === 'is' ? match : not(match);
}

export function not(clause: Dsl): Dsl {
  return { bool: { must_not: [clause] } };
}

export function anyOf(clauses: Dsl[]): Dsl {
  return clauses.length === 1 ? clauses[0]! : { bool: { should: clauses, minimum_should_match: 1 } };
}

export function probeFilters(probes: 'exclude' | 'only' | 'include'): Dsl[] {
  const tagged: Dsl = { term: { [FIELDS.tags]: HEALTH_CHECK_TAG } };
  if (probes === 'include') return [];
  return [probes === 'only' ? tagged : not(tagged)];
}

/** Service, environment and pool, each in the terms that the tier's lines know. */
export function selectorFilters(scope: Scope, tier: ScopedTier, landscape: Landscape): Dsl[] {
  return [
    ...nameFilter(FIELDS.service, scope.service, tier, landscape, (app) => app.services),
    ...nameFilter(FIELDS.environment, scope.environment, tier, landscape, (app) => app.environments),
    ...poolFilter(scope.pool, tier, landscape),
  ];
}

/**
 * Only webapps know their service and environment. A frontend's line belongs to a service when its upstream does; a
 * balancer's line names neither, so it counts only when every webapp is of the chosen ones.
 */
function nameFilter(
  field: string,
  chosen: string[],
  tier: ScopedTier,
  landscape: Landscape,
  namesOf: (app: Landscape['webapps'][number]) => string[],
): Dsl[] {
  if (chosen.length === 0) return [];
  const own: Dsl = { terms: { [field]: chosen } };
  if (tier === 'webapp') return [own];
  const fits = (app: Landscape['webapps'][number]) => namesOf(app).some((name) => chosen.includes(name));
  const unnamed = not({ exists: { field } });
  if (tier === 'lb') {
    return [landscape.webapps.every(fits) ? anyOf([own, unnamed]) : own];
  }
  const hosts = new Set(landscape.webapps.filter(fits).map(({ host }) => host));
  const byUpstream = addressFilter(landscape, (host) => hosts.has(host));
  return [anyOf([own, { bool: { filter: [unnamed, byUpstream] } }])];
}

/** Lines whose last upstream is one of the wanted hosts. */
export function addressFilter(landscape: Landscape, wanted: (host: string) => boolean): Dsl {
  const addresses = landscape.upstreams.map(({ address }) => address).filter((a) => wanted(landscape.book.name(a)));
  return addresses.length === 0 ? NOTHING : { terms: { [FIELDS.upstreamAddress]: [...new Set(addresses)] } };
}

/** A balancer's pool takes its frontends and their webapps along; an upstream's pool its frontends and webapps. */
function poolFilter(chosen: string[], tier: ScopedTier, landscape: Landscape): Dsl[] {
  if (chosen.length === 0) return [];
  const servers = landscape.balancers.filter(({ pool }) => pool !== null && chosen.includes(pool));
  const members = new Set(servers.map(({ server }) => server));
  const upstreams = landscape.upstreams.filter(
    ({ pool, frontend }) => (pool !== null && chosen.includes(pool)) || members.has(frontend),
  );
  if (tier === 'lb') {
    if (servers.length > 0) return [{ terms: { [FIELDS.pool]: chosen } }];
    return [{ terms: { [FIELDS.haproxyServer]: [...new Set(upstreams.map(({ frontend }) => frontend))] } }];
  }
  if (tier === 'frontend') {
    const byPool: Dsl = { terms: { [FIELDS.pool]: chosen } };
    return [members.size > 0 ? anyOf([byPool, { terms: { [FIELDS.host]: [...members] } }]) : byPool];
  }
  const hosts = new Set(upstreams.map(({ address }) => landscape.book.name(address)));
  return [{ terms: { [FIELDS.host]: [...hosts] } }];
}
