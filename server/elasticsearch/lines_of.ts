import { FIELDS } from '../../common/ecs';
import { type Directory, type Entry, hostsOf } from '../topology/directory';
import type { WriterSeen } from '../topology/evidence';
import { groupBy } from '../topology/groups';
import { fits, isNarrowed, type Selectors } from '../topology/selection';
import { anyOf, exists, not, type Query } from './search';

export type LinesOf = 'lb' | 'frontend' | 'webapp';

/** Which lines of a tier belong to the chosen services, environments and pools, for `bool.filter`. */
export function selectedLines(wanted: Selectors, tier: LinesOf, narrowed: Directory): Query[] {
  if (!isNarrowed(wanted)) return [];
  if (tier === 'webapp') return webappLines(wanted, narrowed);
  return tier === 'frontend' ? frontendLines(wanted, narrowed) : balancerLines(wanted, narrowed);
}

/** A balancer's line names no service: it counts only where every webapp is of the chosen ones. */
export function balancersTell(wanted: Selectors, { whole, inventory }: Directory): boolean {
  if (wanted.service.length === 0 && wanted.environment.length === 0) return true;
  return webappsOf((whole ?? { inventory }).inventory.writers).every((writer) => fits(writer, wanted));
}

function webappsOf(writers: readonly WriterSeen[]): WriterSeen[] {
  return writers.filter(({ tier }) => tier === 'webapp');
}

function named(wanted: Selectors): Query[] {
  return [
    ...(wanted.service.length > 0 ? [{ terms: { [FIELDS.service]: wanted.service } }] : []),
    ...(wanted.environment.length > 0 ? [{ terms: { [FIELDS.environment]: wanted.environment } }] : []),
  ];
}

function unnamed(wanted: Selectors): Query[] {
  return [
    ...(wanted.service.length > 0 ? [not(exists(FIELDS.service))] : []),
    ...(wanted.environment.length > 0 ? [not(exists(FIELDS.environment))] : []),
  ];
}

function webappLines(wanted: Selectors, { upstreams, servers }: Directory): Query[] {
  const hosts = [...upstreams, ...servers.filter(({ tier }) => tier === 'webapp')].flatMap(hostsOf);
  return [...named(wanted), ...(wanted.pool.length > 0 ? [{ terms: { [FIELDS.host]: [...new Set(hosts)] } }] : [])];
}

/** A frontend's line belongs to a service when its upstream does. */
function frontendLines(wanted: Selectors, { upstreams, servers }: Directory): Query[] {
  const own = named(wanted);
  const byUpstream: Query[] =
    own.length === 0
      ? []
      : [anyOf([{ bool: { filter: own } }, { bool: { filter: [...unnamed(wanted), placesIn(upstreams)] } }])];
  if (wanted.pool.length === 0) return byUpstream;
  const below = servers.filter(({ seen }) => seen.pool !== null && wanted.pool.includes(seen.pool)).flatMap(hostsOf);
  const byPool: Query = { terms: { [FIELDS.pool]: wanted.pool } };
  return [
    ...byUpstream,
    below.length > 0 ? anyOf([byPool, { terms: { [FIELDS.host]: [...new Set(below)] } }]) : byPool,
  ];
}

/** Lines whose last upstream is one of these, each as its own frontend knows it. */
export function placesIn(entries: readonly Entry[]): Query {
  const byTeller = groupBy(entries, ({ seen }) => seen.teller);
  if (byTeller.size === 0) return { match_none: {} };
  return anyOf(
    [...byTeller].map(([teller, own]): Query => {
      const places = own.map(({ seen }) => seen.place);
      return {
        bool: { filter: [{ term: { [FIELDS.host]: teller } }, { terms: { [FIELDS.upstreamAddress]: places } }] },
      };
    }),
  );
}

function balancerLines(wanted: Selectors, narrowed: Directory): Query[] {
  const own = named(wanted);
  const byName: Query[] =
    own.length === 0
      ? []
      : [
          balancersTell(wanted, narrowed)
            ? anyOf([{ bool: { filter: own } }, { bool: { filter: unnamed(wanted) } }])
            : { bool: { filter: own } },
        ];
  if (wanted.pool.length === 0) return byName;
  const ofPool = narrowed.servers.some(({ seen }) => seen.pool !== null && wanted.pool.includes(seen.pool));
  if (ofPool) return [...byName, { terms: { [FIELDS.pool]: wanted.pool } }];
  return [
    ...byName,
    { terms: { [FIELDS.haproxyServer]: [...new Set(narrowed.servers.map(({ seen }) => seen.place))] } },
  ];
}
