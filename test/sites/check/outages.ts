import { isLocal } from '../simulator/network';
import type { Outage, PoolTruth, Process, Span } from '../truth/truth';
import type { Answers, OutageAnswer } from './answers';
import { clock, type Finding } from './finding';
import type { NameBook } from './name_book';
import { both, stretched, unite, without } from './spans';
import type { View } from './view';

/** Words come a moment after what they tell of, and with whole seconds at the worst. */
const WORDS_MS = 1300;

/** Each claimed absence was one, and each that its proxy told of is claimed; to one probe interval. */
export function checkOutages(answers: Answers, view: View, names: NameBook): Finding[] {
  const claims = answers.outages.map((claim) => ({
    claim,
    processes: names.resolve(claim.host, claim.tier, claim.by),
  }));
  const findings: Finding[] = [];
  for (const { claim, processes } of claims) findings.push(...checkClaim(claim, processes, view, names));
  for (const group of outagesByServer(view)) findings.push(...checkClaimed(group, claims, view, names));
  return findings;
}

function checkClaim(claim: OutageAnswer, processes: Process[], view: View, names: NameBook): Finding[] {
  const about = { aspect: 'outages' as const, tier: claim.tier, names: [claim.host] };
  const who = `${claim.host}${claim.by === null ? '' : ` of ${claim.by}`} ${clock(claim.from)}–${clock(claim.to)}`;
  // Where nobody stands, nobody is missed.
  if (processes.length === 0 && view.isPlace(claim.host)) return [];
  if (processes.length === 0) return [{ ...about, kind: 'outage_of_nobody', message: `${who}: there is no such host` }];
  const tellers = tellersOf(claim.by, names);
  if (processes.some(({ name }) => view.isClockOff(name)) || tellers?.some((name) => view.isClockOff(name))) return [];
  const own = view.truth.outages.filter(
    (outage) => processes.some((process) => stoodAt(process, outage, view)) && (tellers?.includes(outage.by) ?? true),
  );
  // Of a proxy that does not run nobody is in the pool.
  const down = view.truth.faults
    .filter(({ kind, processes }) => kind === 'crash' && own.some(({ by }) => processes.includes(by)))
    .map(({ from, to }) => ({ from, to: to ?? Number.POSITIVE_INFINITY }));
  const possible = [
    ...own.flatMap((outage) => stretched([possibleSpan(outage, view)], slackOf(outage, view))),
    ...down,
  ];
  const wrong = without([clip({ from: claim.from, to: claim.to ?? view.range.to }, view.range)], possible);
  if (wrong.length === 0) return [];
  const kind = own.length === 0 ? 'outage_invented' : 'outage_too_long';
  const truth = own.map(({ from, to }) => `${clock(from)}–${clock(to)}`).join(', ') || 'never out';
  return [{ ...about, kind, message: `${who} (${claim.kind}); right is ${truth}` }];
}

/** An address that passed from one host to another was out, whoever of them is named. */
function stoodAt({ address, machine }: Process, { place, by }: Outage, view: View): boolean {
  return address === place && (!isLocal(place) || machine === view.process(by)?.machine);
}

interface Group {
  by: string;
  server: string;
  outages: Outage[];
}

/** Absences of a server in one proxy's pool. */
function outagesByServer({ truth }: View): Group[] {
  const groups: Group[] = [];
  for (const outage of truth.outages) {
    const { by, server } = outage;
    if (server === undefined) continue;
    const known = groups.find((one) => one.by === by && one.outages[0]!.place === outage.place);
    if (known) known.outages.push(outage);
    else groups.push({ by, server, outages: [outage] });
  }
  return groups;
}

function checkClaimed(
  { by, server, outages }: Group,
  claims: readonly { claim: OutageAnswer; processes: Process[] }[],
  view: View,
  names: NameBook,
): Finding[] {
  const process = view.process(server)!;
  if (process.tier === 'lb' || view.isClockOff(by) || view.isClockOff(server)) return [];
  const evident = outages.filter(({ told }) => view.isVisible(told));
  const certain = certainSpans(evident, view.poolOf(by, outages[0]!.pool)).map((span) => clip(span, view.range));
  const slack = Math.max(...outages.map((outage) => slackOf(outage, view)));
  const isPassive = outages.some(({ reason }) => reason === 'passive');
  const told = isPassive ? without(certain, lostSpans(by, view)) : certain;
  const required = stretched(told, -slack);
  const own = claims
    .filter(
      ({ claim, processes }) =>
        processes.some((one) => stoodAt(one, outages[0]!, view)) && (tellersOf(claim.by, names)?.includes(by) ?? true),
    )
    .map(({ claim }) => ({ from: claim.from, to: claim.to ?? Number.POSITIVE_INFINITY }));
  const missing = without(required, own);
  if (missing.length === 0) return [];
  const { from, to } = missing[0]!;
  return [
    {
      aspect: 'outages',
      kind: own.length === 0 ? 'outage_missing' : 'outage_too_short',
      tier: process.tier as 'frontend' | 'webapp',
      names: [server, process.address, process.machine],
      message: `${server} was out of ${by}'s pool ${clock(from - slack)}–${clock(to + slack)} (${outages[0]!.reason}), told by ${by}`,
    },
  ];
}

/** Where workers do not share what they know, a server was out only while all of them thought so. */
function certainSpans(outages: readonly Outage[], pool: PoolTruth | undefined): Span[] {
  const shared = outages.filter(({ worker }) => worker === undefined).flatMap(firmSpans);
  const workers = new Map<number, Span[]>();
  for (const outage of outages) {
    const { worker } = outage;
    if (worker !== undefined) workers.set(worker, [...(workers.get(worker) ?? []), ...firmSpans(outage)]);
  }
  const count = Math.max(1, ...(pool?.views.map(({ eligible }) => eligible.length) ?? []));
  const all = workers.size < count ? [] : [...workers.values()].reduce((a, b) => both(a, b));
  return unite([...shared, ...all]);
}

function firmSpans(outage: Outage): Span[] {
  return outage.reason === 'passive' ? outage.firm : [spanOf(outage)];
}

/** Of a chain of failed tries each has a line of its own: those of which the line was lost are not told. */
function lostSpans(by: string, { truth }: View): Span[] {
  const lossy = ['log_loss', 'log_end', 'pipeline_away'];
  return truth.faults
    .filter(({ kind, processes }) => lossy.includes(kind) && (processes.length === 0 || processes.includes(by)))
    .map(({ from, to }) => ({ from, to: to ?? Number.POSITIVE_INFINITY }));
}

function spanOf({ from, to }: Outage): Span {
  return { from, to: to ?? Number.POSITIVE_INFINITY };
}

/** Passive: until it was tried again with success, nobody knows. */
function possibleSpan(outage: Outage, view: View): Span {
  const { from, to } = spanOf(outage);
  return { from, to: outage.reason === 'passive' ? Math.max(to, outage.triedAt ?? view.range.to) : to };
}

function slackOf({ by, pool, reason }: Outage, view: View): number {
  const own = view.poolOf(by, pool);
  return reason === 'passive' ? WORDS_MS : Math.max(WORDS_MS, (own?.resolution ?? 0) + 300);
}

function tellersOf(by: string | null, names: NameBook): string[] | undefined {
  return by === null ? undefined : names.proxies(by).map(({ name }) => name);
}

function clip({ from, to }: Span, range: Span): Span {
  return { from: Math.max(from, range.from), to: Math.min(to, range.to) };
}
