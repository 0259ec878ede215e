import fc from 'fast-check';
import { type Answers, ASPECTS } from './check/answers';
import { type Checked, check } from './check/check';
import { clock } from './check/finding';
import { drawnSite } from './description/draw';
import type { Site } from './description/site';
import { Documents } from './lines/documents';
import { memorySearch } from './search/memory_search';
import { type Simulation, simulate } from './simulator/simulate';
import { answersOf, askRoutes } from './subjects/routes';
import { DEVIATION_POINTS } from './subjects/site_settings';

/**
 * Prints a site, its truth, what the pages answer, and where the two differ:
 * `npx tsx test/sites/replay.ts '<site as JSON>' | <seed>:<run>[:own] [from second] [to second]`; with seconds, the lines of
 * that time as well.
 */
const [what = '18:0', from, to] = process.argv.slice(2);
const site = what.startsWith('{') ? (JSON.parse(what) as Site) : drawn(what);
const simulation = simulate(site);
const documents = [...new Documents('sites').visible(simulation.lines, simulation.truth.askedAt)];
const answers = answersOf(await askRoutes(memorySearch(documents, 'sites'), 'sites', simulation.truth));
console.log(JSON.stringify(site));
printTruth(simulation);
printAnswers(answers);
printFindings(check(answers, simulation, { deviationPoints: DEVIATION_POINTS }));
if (from !== undefined) printLines(simulation, Number(from), Number(to ?? from) + 1);
process.exit();

function drawn(text: string): Site {
  const [seed, run, own] = text.split(':');
  return fc.sample(drawnSite({ ownFormats: own === 'own' }), { seed: Number(seed), numRuns: Number(run) + 1 }).at(-1)!;
}

function printTruth({ truth }: Simulation): void {
  console.log(`\nTRUTH ${clock(truth.range.from)}–${clock(truth.range.to)}, asked at ${clock(truth.askedAt)}`);
  for (const { name, tier, machine, address, log, from: since, to: until } of truth.processes) {
    console.log(`  ${tier} ${name} on ${machine} at ${address}, logs ${log}, ${clock(since)}–${clock(until)}`);
  }
  for (const { by, pool, sticky, members } of truth.pools) {
    const list = members.map(
      (m) => `${m.serverName}=${m.place}×${m.weight}${m.backup ? ' backup' : ''} ${clock(m.from)}–${clock(m.to)}`,
    );
    console.log(`  pool ${pool} of ${by}${sticky ? ', sticky' : ''}: ${list.join('; ')}`);
  }
  for (const fault of truth.faults) {
    console.log(`  ${fault.kind} ${fault.processes.join(', ')} ${clock(fault.from)}–${clock(fault.to)}`);
  }
  for (const { by, server, reason, from: since, to: until, triedAt, worker } of truth.outages) {
    const more = `${worker === undefined ? '' : ` worker ${worker}`}${triedAt === null ? '' : ` tried ${clock(triedAt)}`}`;
    console.log(`  out of ${by}'s pool: ${server} ${clock(since)}–${clock(until)} (${reason})${more}`);
  }
  const turns = new Map<string, number>();
  for (const { by, server, ended } of truth.turns) {
    if (ended >= truth.range.from && ended < truth.range.to) {
      const key = `${by} → ${server}`;
      turns.set(key, (turns.get(key) ?? 0) + 1);
    }
  }
  console.log(`  turns: ${[...turns].map(([key, n]) => `${key} ${n}`).join(', ')}`);
  for (const { begun, status, madeBy, fault } of truth.requests.filter((one) => one.status >= 500)) {
    console.log(`  hurt ${clock(begun)}: ${status} by ${madeBy}, ${fault?.kind ?? 'of no fault'}`);
  }
}

function printAnswers({ requests, hurt, tiers, outages, events, alerts, runs, notKnown }: Answers): void {
  console.log(`\nANSWERS ${requests} requests, ${hurt} users hurt`);
  for (const { tier, rows } of tiers) {
    for (const row of rows) {
      console.log(
        `  ${tier} ${row.name}${row.by === null ? '' : ` of ${row.by}`}: ${row.turns} turns, ${row.due.toFixed(1)} due${row.marked ? ', uneven' : ''}`,
      );
    }
  }
  for (const one of outages)
    console.log(`  out ${one.host} of ${one.by} ${clock(one.from)}–${clock(one.to)} (${one.kind})`);
  for (const one of events)
    console.log(`  ${one.kind} ${one.hosts.join(', ')} ${clock(one.from)}–${clock(one.to)}, ${one.hurt} hurt`);
  for (const one of alerts) console.log(`  ALERT ${one.kind} ${one.host}: ${one.reason}`);
  for (const one of runs) console.log(`  run ${one.id}: ${one.state}, ${one.missing} missing`);
  for (const one of notKnown)
    console.log(
      `  not known (${one.aspects.length === ASPECTS.length ? 'all' : one.aspects.join(', ')}): ${one.because}`,
    );
}

function printFindings({ wrong, excused }: Checked): void {
  console.log(`\nWRONG ${wrong.length}`);
  for (const { kind, tier, message } of wrong) console.log(`  ${kind}${tier ? ` (${tier})` : ''}: ${message}`);
  for (const { kind, message } of excused) console.log(`  not known, so not wrong: ${kind}: ${message}`);
}

function printLines({ lines, truth }: Simulation, from: number, to: number): void {
  console.log('\nLINES');
  for (const { t, log, fate, text } of lines) {
    const second = (t - truth.range.from) / 1000;
    if (second >= from && second < to)
      console.log(`  ${clock(t)} ${log.truth.process}${fate === 'sent' ? '' : ` (${fate})`} ${text}`);
  }
}
