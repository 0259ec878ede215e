import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { drawnSite } from '../description/draw';
import type { Site } from '../description/site';
import { Documents } from '../lines/documents';
import type { Turn } from '../truth/truth';
import { linesOf, RANGE_BEGIN, simulate } from './simulate';

const RUNS = { numRuns: 150, seed: 18 };
/** Long, for a machine that has much else to do. */
vi.setConfig({ testTimeout: 300_000 });
const documents = new Documents('rota');

/** The plainest site there is, with changes. */
function plain(changes: Partial<Site> = {}): Site {
  const [site] = fc.sample(fc.constant(PLAIN), 1);
  return { ...structuredClone(site!), ...changes };
}

const quiet = { clock: 0, late: 0 };
const PLAIN: Site = {
  seed: 3,
  before: 10,
  length: 60,
  rate: 2,
  visitors: 50,
  dns: 'even',
  layout: { placement: 'apart', shared: true, serverNames: 'hosts' },
  balancers: [{ log: 'rota', ...quiet }],
  frontends: [
    { log: 'rota', ...quiet },
    { log: 'rota', ...quiet },
  ],
  webapps: [0, 1, 2].map(() => ({ log: 'sdk', service: 0, latency: 20, ...quiet })),
  backend: {
    weights: [],
    weightsDeclared: true,
    backup: false,
    algorithm: 'roundrobin',
    cookie: false,
    check: { interval: 2, fall: 3, rise: 2, depth: 'frontend', logged: false },
    maxconn: null,
    queueTimeout: 1,
    serverTimeout: 10,
  },
  upstream: {
    weights: [],
    weightsDeclared: true,
    backup: false,
    algorithm: 'round_robin',
    zone: true,
    workers: 1,
    maxFails: 3,
    failTimeout: 5,
    retry5xx: false,
  },
  foreignProbes: null,
  happenings: [],
};

function countBy(turns: readonly Turn[], key: (turn: Turn) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const turn of turns) counts[key(turn)] = (counts[key(turn)] ?? 0) + 1;
  return counts;
}

describe('a simulated site', () => {
  it('writes the same lines again for the same description, in pieces as well', () => {
    fc.assert(
      fc.property(drawnSite(), (site) => {
        const texts = simulate(site).lines.map(({ text, ingested }) => `${ingested} ${text}`);
        const pieces = [...linesOf(site, RANGE_BEGIN)].flat().map(({ text, ingested }) => `${ingested} ${text}`);
        expect(pieces).toEqual(texts);
      }),
      { ...RUNS, numRuns: 30 },
    );
  });

  it('takes turns evenly while nothing happens', () => {
    const { truth } = simulate(plain());
    for (const by of ['lb-1', 'edge-1', 'edge-2']) {
      const counts = Object.values(
        countBy(
          truth.turns.filter((turn) => turn.by === by),
          ({ place }) => place,
        ),
      );
      expect(counts).toHaveLength(by === 'lb-1' ? 2 : 3);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
    expect(truth.outages).toEqual([]);
    expect(truth.requests.every(({ status }) => status < 500 && status > 0)).toBe(true);
  });

  it('gives by weight, and to a backup only while nobody else serves', () => {
    const weighted = simulate(plain({ upstream: { ...PLAIN.upstream, weights: [3, 1, 1] } })).truth;
    const counts = countBy(
      weighted.turns.filter(({ by }) => by === 'edge-1'),
      ({ server }) => server!,
    );
    expect(counts['web-1']! / (counts['web-2']! + counts['web-3']!)).toBeCloseTo(1.5, 1);
    const backup = { ...PLAIN.upstream, backup: true, maxFails: 1 };
    const crashes = [0, 1].map((target) => ({ kind: 'crash', tier: 'webapp', target, at: 20, for: 20 }) as const);
    const { truth } = simulate(plain({ upstream: backup, happenings: crashes }));
    const ofBackup = truth.turns.filter(({ server }) => server === 'web-3');
    expect(ofBackup.length).toBeGreaterThan(10);
    const seconds = ofBackup.map(({ begun }) => (begun - truth.range.from) / 1000);
    expect(Math.min(...seconds)).toBeGreaterThanOrEqual(20);
    expect(Math.max(...seconds)).toBeLessThan(46);
  });

  it('never gives a turn to a server that HAProxy has out', () => {
    fc.assert(
      fc.property(drawnSite(), (site) => {
        const { turns, outages } = simulate(site).truth;
        const out = outages.filter(({ by }) => by.startsWith('lb-'));
        for (const turn of turns) {
          const during = out.find(
            ({ by, pool, place, from, to }) =>
              by === turn.by &&
              pool === turn.pool &&
              place === turn.place &&
              turn.begun > from &&
              turn.begun < (to ?? Infinity),
          );
          expect(during).toBeUndefined();
        }
      }),
      RUNS,
    );
  });

  it('chooses among those that its truth calls eligible', () => {
    fc.assert(
      fc.property(drawnSite(), (site) => {
        const { turns, pools } = simulate(site).truth;
        for (const turn of turns.filter(({ attempt }) => attempt === 1)) {
          const { views } = pools.find(({ by, pool }) => by === turn.by && pool === turn.pool)!;
          const since = views.filter(({ t }) => t <= turn.begun).length - 1;
          // A change at the very moment of the choice may stand before or behind it.
          const at = views.slice(views[since]!.t === turn.begun ? Math.max(0, since - 1) : since, since + 1);
          expect(at.some(({ eligible }) => eligible.some((places) => places.has(turn.place)))).toBe(true);
        }
      }),
      RUNS,
    );
  });

  it('has a line of each request at every process that logs all, and no other', () => {
    fc.assert(
      fc.property(drawnSite(), (site) => {
        const { truth, lines } = simulate(site);
        const done = truth.requests.filter(({ ended }) => ended > 0);
        for (const { name, tier, log } of truth.processes) {
          if (tier !== 'lb' || log === 'none' || log === 'failures') continue;
          const ended = site.happenings.some(({ kind }) => kind === 'log_end' || kind === 'crash');
          if (ended) continue;
          const written = lines.filter((one) => one.log.truth.process === name && one.fields?.['termination']);
          expect(written).toHaveLength(done.filter(({ entrance }) => entrance === name).length);
        }
      }),
      RUNS,
    );
  });

  it('accounts for every number of every run', () => {
    fc.assert(
      fc.property(drawnSite(), (site) => {
        const { truth, lines } = simulate(site);
        const numbers = new Map<string, number[]>();
        for (const { event, fate } of lines) {
          if (event && fate === 'sent') numbers.set(event.run, [...(numbers.get(event.run) ?? []), event.sequence]);
        }
        for (const { id, written, lost, declared, refused } of truth.runs) {
          const all = [...(numbers.get(id) ?? []), ...lost, ...declared, ...refused].sort((a, b) => a - b);
          const waiting = written - all.length;
          // What a queue still drops when the simulation ends has not been declared.
          if (!site.happenings.some(({ kind }) => kind === 'log_drop')) expect(waiting).toBe(0);
          expect(new Set(all).size).toBe(all.length);
          expect(all.at(-1) ?? 0).toBeLessThanOrEqual(written);
        }
      }),
      RUNS,
    );
  });

  it('writes nothing that the pipeline does not understand', () => {
    fc.assert(
      fc.property(drawnSite(), (site) => {
        for (const { dataset, doc } of documents.visible(simulate(site).lines, Infinity)) {
          if (dataset === 'rota.deadletter') expect(JSON.stringify(doc)).toContain('Elasticsearch refused it');
          else expect(dataset).not.toBe('syslog');
          expect(JSON.stringify(doc['tags'] ?? [])).not.toContain('malformed');
        }
      }),
      { ...RUNS, numRuns: 60 },
    );
  });
});
