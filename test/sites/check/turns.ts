import type { Process } from '../truth/truth';
import type { Answers, RowAnswer, Tier } from './answers';
import type { Finding } from './finding';
import type { NameBook } from './name_book';
import type { Taken, View } from './view';

/** Rows that stand for the same processes, and how many turns those took. */
export interface Group {
  rows: RowAnswer[];
  processes: Set<string>;
  /** Turns that lines tell of, and all that there were. */
  least: number;
  most: number;
}

const SERVICE = /^10\.96\./;

/** Every turn stands in one row, and no row has more. */
export function checkTurns(answers: Answers, view: View, names: NameBook): Finding[] {
  const findings: Finding[] = [];
  for (const tier of view.tiers()) {
    const turns = view.turnsOf(tier);
    // Without frontends a balancer's servers are called frontends or webapps: each table is right by itself.
    const tables = answers.tiers.filter((one) => view.tier(one.tier) === tier).map(({ rows }) => rows);
    const groups = tables.map((rows) => groupsOf(rows, tier, turns, names, view, findings));
    for (const group of groups.flat()) findings.push(...checkGroup(group, tier));
    findings.push(...checkMissing(groups.flat(), turns, tier, view), ...checkTwice(groups, tier, view));
  }
  return findings;
}

/** One server in two tables, though its address or a request's id tells that it is one. */
function checkTwice([first = [], second = []]: Group[][], tier: Tier, view: View): Finding[] {
  const { balancers } = view.truth.site;
  if (!balancers.every(({ log }) => log === 'rota')) return [];
  return first.flatMap(({ rows, processes }) => {
    const other = second.find((group) => [...group.processes].some((name) => processes.has(name)));
    const joinable = [...processes].every((name) => /^(sdk|gunicorn)$/.test(view.process(name)!.log));
    if (!other || !joinable) return [];
    return [finding('host_twice', tier, rows[0]!, `${rows[0]!.name} and ${other.rows[0]!.name} are one`)];
  });
}

export function groupsOf(
  rows: readonly RowAnswer[],
  tier: Tier,
  turns: readonly Taken[],
  names: NameBook,
  view: View,
  findings: Finding[],
): Group[] {
  const groups: Group[] = [];
  for (const row of rows) {
    const processes = processesOf(row, tier, names);
    if (processes.length === 0 && isVacant(row, turns, view)) continue;
    if (processes.length === 0) {
      findings.push(finding('host_invented', tier, row, `${row.name} is no ${tier} (${row.turns} turns)`));
      continue;
    }
    const own = new Set(processes.map(({ name }) => name));
    const same = groups.filter((group) => [...own].some((name) => group.processes.has(name)));
    const merged: Group = { rows: [row], processes: own, least: 0, most: 0 };
    for (const group of same) {
      merged.rows.push(...group.rows);
      for (const name of group.processes) merged.processes.add(name);
      groups.splice(groups.indexOf(group), 1);
    }
    groups.push(merged);
  }
  for (const group of groups) {
    const own = turns.filter(({ server }) => server !== undefined && group.processes.has(server));
    // Nobody was there at some time: such turns are those of whoever stands there before or after.
    const addresses = new Set(group.rows.flatMap(({ places, name }) => [...places, name]));
    const stood = new Set([...group.processes].map((name) => names.addressOf(name)));
    const nobody = turns.filter(
      ({ server, place }) => server === undefined && (SERVICE.test(place) || addresses.has(place) || stood.has(place)),
    );
    group.most = own.length + nobody.length;
    group.least = own.filter(({ range, evident, doubtful }) => range === 'in' && evident && !doubtful).length;
  }
  return groups;
}

/** A place at which nobody stands takes turns, and fails them. */
function isVacant({ name, places, turns: claimed }: RowAnswer, turns: readonly Taken[], view: View): boolean {
  const own = turns.filter(({ server, place }) => server === undefined && [name, ...places].includes(place));
  return [name, ...places].some((place) => view.isPlace(place)) && claimed <= own.length;
}

function processesOf(row: RowAnswer, tier: Tier, names: NameBook): Process[] {
  const found = names.resolve(row.name, tier, row.by);
  const placed = row.places.flatMap((place) => names.resolve(place, tier, row.by));
  // Of a machine with several processes those that stand at the places which the row names.
  const some = found.filter((process) => placed.includes(process));
  return some.length > 0 ? some : found.length > 0 ? found : placed;
}

function checkGroup({ rows, least, most }: Group, tier: Tier): Finding[] {
  const got = rows.reduce((sum, { turns }) => sum + turns, 0);
  if (got >= least && got <= most) return [];
  const counted = rows.map(({ name, by, turns }) => `${name}${by === null ? '' : ` of ${by}`}: ${turns}`).join(', ');
  const right = least === most ? `${least}` : `${least} to ${most}`;
  const kind = got > most ? 'turns_too_many' : 'turns_too_few';
  return [finding(kind, tier, rows[0]!, `${counted}; there were ${right}`)];
}

function checkMissing(groups: readonly Group[], turns: readonly Taken[], tier: Tier, view: View): Finding[] {
  const shown = new Set(groups.flatMap(({ processes }) => [...processes]));
  const missing = new Map<string, number>();
  for (const { server, range, evident, doubtful } of turns) {
    if (server === undefined || shown.has(server) || range !== 'in' || !evident || doubtful) continue;
    // Who writes nothing, and passes all on, is not told from the webapps behind by the ids that both ends write.
    if (tier === 'frontend' && view.process(server)?.log === 'none') continue;
    missing.set(server, (missing.get(server) ?? 0) + 1);
  }
  return [...missing].map(([name, n]) => ({
    aspect: 'turns' as const,
    kind: 'host_missing',
    tier,
    names: [name],
    message: `${name} took ${n} turns that lines tell of, and is in no row`,
  }));
}

function finding(kind: string, tier: Tier, row: RowAnswer, message: string): Finding {
  return { aspect: 'turns', kind, tier, names: [row.name, ...row.places], message };
}
