import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { drawnSite } from '../description/draw';
import { type Simulation, simulate } from '../simulator/simulate';
import { oracle } from '../subjects/oracle';
import type { Answers } from './answers';
import { check } from './check';

const OPTIONS = { deviationPoints: 8 };
/** Long, for a machine that has much else to do. */
vi.setConfig({ testTimeout: 300_000 });

const wrongIn = (answers: Answers, simulation: Simulation) => check(answers, simulation, OPTIONS).wrong;

describe('the check', () => {
  it('finds nothing wrong with the truth itself', () => {
    fc.assert(
      fc.property(drawnSite(), (site) => {
        const simulation = simulate(site);
        expect(wrongIn(oracle(simulation), simulation)).toEqual([]);
      }),
      { numRuns: 300, seed: 18 },
    );
  });

  /** Changes the right answers, and says which finding that must give; undefined where a site gives no occasion. */
  const MISTAKES: Record<string, { kind: RegExp; make: (answers: Answers, simulation: Simulation) => boolean }> = {
    'a request too many': {
      kind: /^requests_too_many$/,
      make: (answers, { truth }) => {
        answers.requests = truth.requests.length + 1;
        return true;
      },
    },
    'nobody hurt': {
      kind: /^(hurt_too_few|hurt_twice|unexplained)/,
      make: (answers) => {
        const were = answers.hurt > 3;
        answers.hurt = 0;
        return were;
      },
    },
    'a turn of one host told of another': {
      kind: /^turns_too/,
      make: ({ tiers }) => {
        const [one, other] = tiers.flatMap(({ rows }) => (rows.length > 1 ? [rows] : [])).at(0) ?? [];
        if (!one || !other || one.turns < 10) return false;
        one.turns -= 10;
        other.turns += 10;
        return true;
      },
    },
    'a host left out': {
      kind: /^host_missing$/,
      make: ({ tiers }) => {
        const rows = tiers.find((tier) => tier.rows.some(({ turns }) => turns > 5))?.rows;
        rows?.splice(
          rows.findIndex(({ turns }) => turns > 5),
          1,
        );
        return rows !== undefined;
      },
    },
    'an address that nobody has': {
      kind: /^host_invented$/,
      make: ({ tiers }) => {
        tiers.at(-1)?.rows.push({ name: '10.9.9.9:80', by: null, places: [], turns: 1, due: 0, marked: false });
        return tiers.length > 0;
      },
    },
    'an absence that never was': {
      kind: /^outage_(invented|too_long)$/,
      make: ({ outages }, { truth }) => {
        const { from, to } = truth.range;
        const process = truth.processes.find(({ tier }) => tier !== 'lb')!;
        outages.push({ host: process.name, by: null, tier: process.tier as 'webapp', from, to, kind: 'checks' });
        return true;
      },
    },
    'absences left out': {
      kind: /^outage_missing$/,
      make: (answers, { truth }) => {
        const { outages } = answers;
        answers.outages = [];
        const { from, to } = truth.range;
        return outages.some((one) => Math.min(one.to ?? to, to) - Math.max(one.from, from) > 60_000);
      },
    },
    'a silence that was none': {
      kind: /^silent_invented$/,
      make: ({ events }, { truth }) => {
        const { from, to } = truth.range;
        const process = truth.processes.find(({ tier }) => tier !== 'lb')!;
        events.push({ kind: 'silent', hosts: [process.machine], from, to, hurt: 0 });
        return true;
      },
    },
    'an alert without a fault': {
      kind: /^false_alert/,
      make: ({ alerts }, { truth }) => {
        alerts.push({ kind: 'burst', host: 'web-1', reason: 'x' });
        return truth.faults.every(({ planned }) => planned);
      },
    },
    'a run called complete that never closed': {
      kind: /^run_proven$/,
      make: ({ runs }, { truth }) => {
        const open = runs.find(({ id }) => !truth.runs.find((run) => run.id === id)!.closed);
        if (open) open.state = 'proven';
        return open !== undefined;
      },
    },
    'more missing than was lost': {
      kind: /^run_missing_too_many$/,
      make: ({ runs }, { truth }) => {
        const run = runs[0];
        if (run)
          Object.assign(run, { state: 'missing', missing: truth.runs.find(({ id }) => id === run.id)!.written + 1 });
        return run !== undefined;
      },
    },
  };

  // Nobody can be held to seconds where clocks are off: sites without.
  const simulations = fc
    .sample(drawnSite({ ownFormats: true }), { seed: 18, numRuns: 120 })
    .map((site) => simulate(site));

  it.each(Object.entries(MISTAKES))('finds %s', (_, { kind, make }) => {
    let occasions = 0;
    let found = 0;
    for (const simulation of simulations) {
      const answers = oracle(simulation);
      if (!make(answers, simulation)) continue;
      occasions++;
      if (wrongIn(answers, simulation).some((finding) => kind.test(finding.kind))) found++;
    }
    expect(occasions).toBeGreaterThan(3);
    // A mistake may be hidden by what really happened at that time.
    expect(found).toBeGreaterThanOrEqual(0.7 * occasions);
  });

  it('holds nothing against what is said not to be known', () => {
    const [site] = fc.sample(drawnSite({ ownFormats: true }), { seed: 18, numRuns: 1 });
    const simulation = simulate(site!);
    const answers = oracle(simulation);
    answers.requests += 50;
    answers.notKnown.push({ aspects: ['requests'], because: 'a balancer writes no log' });
    const { wrong, excused, notKnown } = check(answers, simulation, OPTIONS);
    expect(wrong).toEqual([]);
    expect(excused.map(({ kind }) => kind)).toEqual(['requests_too_many']);
    expect(notKnown).toEqual(['requests']);
  });
});
