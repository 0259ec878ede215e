import type { HostShare, TierShare } from '../../../common/api';
import { DATASETS } from '../../../common/ecs';
import { sayAll } from '../../sentences/english';
import type { Settings } from '../../settings';
import { addClasses, NO_CLASSES } from '../../topology/cells';
import { isDueDoubted } from '../../topology/doubts';
import type { Dues } from '../../topology/due';
import { chiSquaredP, jainOf } from '../../topology/evenness';
import { poolKey } from '../../topology/peers';
import type { Tier } from '../../topology/places';
import type { Site } from '../../topology/site';
import { clip, lengthOf } from '../../topology/spans';
import { compare } from '../compare';
import { sourceOf } from '../sources';
import { isSteady } from './steady';
import { inCause, outCause } from './verdict';

interface Row {
  host: string;
  /** Whose pool it is; null in the first tier, whose balancers are counted together. */
  frontend: string | null;
  dues: Dues[];
}

/** One tier as the share panel shows it: places of one host together. */
export function shareOfTier(
  tier: Tier,
  dues: readonly Dues[],
  site: Site,
  settings: Settings,
  label: string,
): TierShare {
  const rows = rowsOf(tier, dues);
  const silent = new Set(site.silences.flatMap((one) => (one.tier === tier.tier ? [one.host] : [])));
  const requests = rows.reduce((sum, row) => sum + gotOf(row), 0);
  const known = rows.filter(
    (row) => gotOf(row) > 0 || dueOf(row) > 0 || row.dues.some(isMember(site)) || silent.has(row.host),
  );
  const judged = requests >= settings.judge.min_requests && known.length > 1;
  const all = known.reduce((sum, row) => sum + dueOf(row), 0);
  const equal = known.reduce((sum, row) => sum + row.dues.reduce((n, one) => n + one.equal, 0), 0);
  const took = tookOf(known);
  const doubted = isDueDoubted(site, tier.tier);
  const hosts = known.map((row) => hostShare(row, site, { requests, all, equal, judged, doubted, took, settings }));
  const source = sourceOf(tier, site);
  return {
    tier: tier.tier,
    label,
    pools: poolNames(site, tier.tier),
    source: DATASET[tier.tier][tier.source],
    source_note: source.length > 0 ? sayAll(source) : null,
    requests,
    hosts,
    jain: jainOf(hosts),
    chi_squared_p: chiSquaredP(hosts, requests),
    judged,
    pool_known: tier.tier === 'frontend' ? site.states.frontendsKnown : site.states.webappsKnown,
    not_counted: tier.unplaced.turns,
  };
}

const DATASET = {
  frontend: {
    balancer: DATASETS.haproxy,
    frontends: DATASETS.nginxAccess,
    webapps: DATASETS.access,
    mixed: DATASETS.haproxy,
  },
  webapp: {
    balancer: DATASETS.haproxy,
    frontends: DATASETS.nginxAccess,
    webapps: DATASETS.access,
    mixed: DATASETS.nginxAccess,
  },
} as const;

const gotOf = ({ dues }: Row) => dues.reduce((sum, { got }) => sum + got, 0);
const dueOf = ({ dues }: Row) => dues.reduce((sum, { due }) => sum + due, 0);
const isMember =
  ({ memberships }: Site) =>
  ({ place }: Dues) =>
    (memberships.get(place.id)?.spans.length ?? 0) > 0;

function rowsOf(tier: Tier, dues: readonly Dues[]): Row[] {
  const rows = new Map<string, Row>();
  for (const due of dues) {
    const frontend = tier.tier === 'webapp' ? due.place.teller : null;
    const key = JSON.stringify([frontend, due.place.host]);
    const known = rows.get(key);
    if (known) known.dues.push(due);
    else rows.set(key, { host: due.place.host, frontend, dues: [due] });
  }
  return [...rows.values()].sort((a, b) => compare(a.frontend ?? '', b.frontend ?? '') || compare(a.host, b.host));
}

function poolNames({ directory }: Site, tier: TierShare['tier']): string[] {
  const entries = tier === 'frontend' ? directory.servers : directory.upstreams;
  return [...new Set(entries.flatMap(({ seen }) => (seen.pool === null ? [] : [seen.pool])))].sort(compare);
}

interface Whole {
  requests: number;
  all: number;
  equal: number;
  judged: boolean;
  /** Counts of the tier may lack something. */
  doubted: boolean;
  took: Took;
  settings: Settings;
}

function hostShare(row: Row, site: Site, whole: Whole): HostShare {
  const { host, frontend, dues } = row;
  const requests = gotOf(row);
  const turns = dues.map(({ place }) => place.turns);
  const classes = turns.map((one) => one.classes).reduce((a, b) => addClasses(a, b), NO_CLASSES);
  const share = part(requests, whole.requests);
  const due = part(dueOf(row), whole.all);
  const equal = part(
    dues.reduce((sum, one) => sum + one.equal, 0),
    whole.equal,
  );
  const failedShare = part(classes.s5xx, requests);
  const took = tookOf([row]);
  const meanMs = meanOf(took);
  const places = dues.map(({ place, got, due: owed, outMs }) => ({
    name: place.name,
    pool: place.pool,
    requests: got,
    due: part(owed, whole.all),
    out_of_pool_ms: outMs,
  }));
  const outMs = dues.reduce((sum, one) => sum + one.outMs, 0) / dues.length;
  const known = dues.reduce((sum, one) => sum + one.known, 0) / dues.length;
  const inPoints = (share - due) * 100;
  const others = meanOf({ answers: whole.took.answers - took.answers, ms: whole.took.ms - took.ms });
  const cause = inCause({ inPoints, meanMs, failedShare }, others);
  const marked =
    whole.judged &&
    !whole.doubted &&
    !mayStay(dues, site) &&
    isUneven(dues, inPoints, whole.settings) &&
    known > 0.5 &&
    !dues.every(({ idle }) => idle);
  const weightKnown = dues.some((one) => one.weightKnown);
  const steady = marked && cause === null && !weightKnown && isSteady(dues);
  return {
    host,
    frontend,
    requests,
    classes,
    failed_share: failedShare,
    share,
    due,
    equal,
    out_points: (due - equal) * 100,
    in_points: inPoints,
    mean_ms: meanMs,
    in_pool_ms: Math.max(0, timeOf(row, site) - outMs),
    out_of_pool_ms: outMs,
    out_cause: outCause(outMs, 0, frontend, (due - equal) * 100),
    in_cause: steady ? 'the same all along, as a weight would do (rota.weights)' : cause,
    marked,
    steady,
    weight: dues.reduce((sum, one) => sum + one.weight, 0) / dues.length,
    weight_known: weightKnown,
    backup: dues.every(({ backup }) => backup),
    due_known: known,
    places: places.sort((a, b) => compare(a.name, b.name)),
  };
}

const part = (n: number, of: number) => (of > 0 ? n / of : 0);

/** How long it belonged to its pool, in or out. */
function timeOf({ dues }: Row, { memberships, evidence }: Site): number {
  const lengths = dues.map(({ place }) => lengthOf(clip(memberships.get(place.id)?.spans ?? [], evidence.window)));
  return lengths.reduce((a, b) => a + b, 0) / lengths.length;
}

/**
 * Beyond the threshold in points of its own pools' turns (of the tier's, where a pool has too few to be judged), and beyond
 * what chance does: four standard deviations of a fair draw.
 */
function isUneven(dues: readonly Dues[], inPoints: number, { judge }: Settings): boolean {
  const pools = new Map(dues.map((one) => [poolKey(one.place), one.poolTurns]));
  const turns = [...pools.values()].reduce((a, b) => a + b, 0);
  const [got, due] = [dues.reduce((sum, one) => sum + one.got, 0), dues.reduce((sum, one) => sum + one.due, 0)];
  const points = turns >= judge.min_requests ? ((got - due) / turns) * 100 : inPoints;
  const p = turns > 0 ? Math.min(1, due / turns) : 0;
  return Math.abs(points) >= judge.deviation_points && Math.abs(got - due) >= 4 * Math.sqrt(turns * p * (1 - p));
}

/** A skew may be one of users who stay with their server. */
function mayStay(dues: readonly Dues[], { states }: Site): boolean {
  return dues.some(({ place }) =>
    states.sticky.some(({ teller, pool }) => teller === place.teller && pool === place.pool),
  );
}

/** Answers whose time is known, and how long they took together. */
interface Took {
  answers: number;
  ms: number;
}

function tookOf(rows: readonly Row[]): Took {
  const turns = rows.flatMap(({ dues }) => dues.map(({ place }) => place.turns));
  return {
    answers: turns.reduce((sum, { durations }) => sum + durations, 0),
    ms: turns.reduce((sum, { durationMs }) => sum + durationMs, 0),
  };
}

function meanOf({ answers, ms }: Took): number | null {
  return answers > 0 ? ms / answers : null;
}
