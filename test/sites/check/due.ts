import type { PoolTruth } from '../truth/truth';
import type { Answers, Tier } from './answers';
import type { Finding } from './finding';
import type { NameBook } from './name_book';
import { groupsOf } from './turns';
import type { Taken, View } from './view';

/** Points of a tier's turns by which a share may be off; of few turns, one. */
const POINTS = 0.5;
const LEAST = 1;

interface Due {
  least: number;
  most: number;
}

/** What was due to whom: of each pool's turns, by those who could be chosen at that moment, by their weights. */
export function checkDue(answers: Answers, view: View, names: NameBook): Finding[] {
  const findings: Finding[] = [];
  for (const tier of view.tiers()) {
    const turns = view.turnsOf(tier);
    if (!isDueKnown(turns, tier, view)) continue;
    const dues = duesOf(turns, view);
    // Of two tables for the same servers, that of the balancer's.
    const rows = answers.tiers.find((one) => view.tier(one.tier) === tier && one.rows.length > 0)?.rows ?? [];
    const total = rows.reduce((sum, row) => sum + row.turns, 0);
    // Turns at the range's edge, or without a line, may be in it or not.
    const loose = turns.filter(({ range, evident, doubtful }) => range === 'edge' || !evident || doubtful).length;
    const slack = Math.max(LEAST, (POINTS / 100) * total) + loose + 0.01;
    for (const { rows: own, processes } of groupsOf(rows, tier, turns, names, view, [])) {
      const due = own.reduce((sum, row) => sum + row.due, 0);
      const right = [...processes].map((name) => dues.get(name) ?? { least: 0, most: 0 });
      const least = right.reduce((sum, one) => sum + one.least, 0);
      const most = right.reduce((sum, one) => sum + one.most, 0);
      if (due >= least - slack && due <= most + slack) continue;
      findings.push({
        aspect: 'due',
        kind: due < least ? 'due_too_little' : 'due_too_much',
        tier,
        names: own.flatMap(({ name, places }) => [name, ...places]),
        message: `${own[0]!.name}: ${due.toFixed(1)} of ${total} were due; right is ${range(least, most)}`,
      });
    }
  }
  return findings;
}

/** Nobody can say what was due where users stay with a server, or weights are nowhere told; DNS owes nobody. */
export function isDueKnown(turns: readonly Taken[], tier: Tier, view: View): boolean {
  if (turns.length === 0 || view.isEntrance(tier)) return false;
  const { site } = view.truth;
  const { placement } = site.layout;
  return turns.every(({ pool }) => {
    if (!pool || pool.sticky) return false;
    if (pool.kind === 'nginx' && placement === 'service_address') return false;
    if (tier === 'webapp' && placement === 'service_address') return false;
    const settings = pool.kind === 'nginx' ? site.upstream : site.backend;
    const weights = new Set(pool.members.map(({ weight }) => weight));
    return weights.size === 1 || settings.weightsDeclared;
  });
}

/** By process. What could change within a pool's resolution of a turn makes a lower and an upper bound. */
export function duesOf(turns: readonly Taken[], view: View): Map<string, Due> {
  const dues = new Map<string, Due>();
  for (const turn of turns) {
    const { pool, begun } = turn;
    if (!pool) continue;
    const shares = sharesAround(pool, begun, turn.attempt > 1 ? turn.place : undefined);
    for (const [place, { least, most }] of shares) {
      const name = processAt(place, pool, begun, view);
      if (name === undefined) continue;
      const due = dues.get(name) ?? { least: 0, most: 0 };
      due.least += least;
      due.most += most;
      dues.set(name, due);
    }
  }
  return dues;
}

function sharesAround(pool: PoolTruth, t: number, retried: string | undefined): Map<string, Due> {
  const slack = pool.resolution + 300;
  const views = pool.views.filter((view, i) => {
    const next = pool.views[i + 1]?.t ?? Number.POSITIVE_INFINITY;
    return view.t <= t + slack && next > t - slack;
  });
  const all = views.flatMap(({ eligible }) => [...eligible, joined(eligible)]);
  const shares = new Map<string, Due>();
  for (const { place } of pool.members) {
    const own = all.map((eligible) => shareOf(place, eligible));
    // A second attempt is due to the others of its pool.
    if (retried !== undefined) own.push(place === retried ? 1 : 0);
    shares.set(place, { least: Math.min(...own), most: Math.max(...own) });
  }
  return shares;
}

/** Workers that do not share what they know: whom any of them could choose. */
function joined(eligible: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> {
  return new Map(eligible.flatMap((one) => [...one]));
}

function shareOf(place: string, eligible: ReadonlyMap<string, number>): number {
  const own = eligible.get(place);
  if (own === undefined) return 0;
  let sum = 0;
  for (const weight of eligible.values()) sum += weight;
  return own / sum;
}

/** Who stood at a place then; an address may pass to another. */
function processAt(place: string, { by }: PoolTruth, t: number, { truth }: View): string | undefined {
  const machine = truth.processes.find(({ name }) => name === by)?.machine;
  const local = place.startsWith('127.') || place.startsWith('unix:');
  const own = truth.processes.filter((one) => one.address === place && (!local || one.machine === machine));
  return (own.find(({ from, to }) => from <= t && (to ?? Number.POSITIVE_INFINITY) > t) ?? own.at(-1))?.name;
}

function range(least: number, most: number): string {
  return most - least < 0.05 ? least.toFixed(1) : `${least.toFixed(1)} to ${most.toFixed(1)}`;
}
