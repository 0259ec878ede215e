import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  agreeOn,
  fillDead,
  implyPasses,
  intervalOf,
  type MonitorRules,
  type Probe,
  replayProbes,
} from './probe_replay';

const rules: MonitorRules = { intervalMs: 10_000, rise: 2, fall: 3 };

function probesOf(word: string, interval = rules.intervalMs): Probe[] {
  return [...word].map((c, i) => ({ t: i * interval, ok: c === '+', status: c === '+' ? 200 : 503 }));
}

const outsOf = (word: string) => replayProbes('f', probesOf(word), rules).outs.map(({ from, to }) => [from, to]);

/**
 * HAProxy's own arithmetic (check.c): one counter from 0 to rise + fall − 1; a success lifts it, and to the top once it
 * reaches rise; a failure lowers it, and to 0 once it falls below rise. The server is up while it is at least rise.
 */
function haproxyStates(probes: readonly Probe[], { rise, fall }: MonitorRules): boolean[] {
  const top = rise + fall - 1;
  let health = top;
  return probes.map(({ ok }) => {
    if (ok) {
      if (health < top) health++;
      if (health >= rise) health = top;
    } else if (health > rise) health--;
    else health = 0;
    return health >= rise;
  });
}

describe('replayProbes', () => {
  it('takes a host out at its third failure in a row and back at its second success in a row', () => {
    expect(outsOf('++---+-++++')).toEqual([[40_000, 80_000]]);
    expect(outsOf('+--+--+')).toEqual([]);
    expect(outsOf('---')).toEqual([[20_000, null]]);
  });

  it('tells why, since when, and which probe counted', () => {
    const { outs, failing, counts } = replayProbes('f', probesOf('+---++'), rules);
    expect(outs[0]).toMatchObject({ firstFailure: 10_000, cause: '3 probes in a row failed (503).' });
    expect(failing).toEqual([{ from: 10_000, to: 30_000 }]);
    expect(counts).toEqual([null, 1, 2, 3, 1, 2]);
  });

  it('is in the same state as HAProxy’s counter after every probe', () => {
    const word = fc.array(fc.boolean(), { maxLength: 60 });
    const settings = fc.record({ rise: fc.integer({ min: 1, max: 5 }), fall: fc.integer({ min: 1, max: 5 }) });
    fc.assert(
      fc.property(word, settings, (oks, { rise, fall }) => {
        const probes = oks.map((ok, i) => ({ t: i, ok, status: ok ? 200 : 500 }));
        const monitor = { intervalMs: 1, rise, fall };
        const { outs } = replayProbes('f', probes, monitor);
        const up = probes.map(({ t }) => !outs.some(({ from, to }) => from <= t && (to === null || t < to)));
        expect(up).toEqual(haproxyStates(probes, monitor));
      }),
    );
  });

  it('finds the same absences from the failures alone', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }), (oks) => {
        const probes = oks.map((ok, i) => ({ t: i * 1000, ok, status: ok ? 200 : 500 }));
        const monitor = { intervalMs: 1000, rise: 2, fall: 3 };
        const failures = probes.filter(({ ok }) => !ok);
        const spans = (list: readonly Probe[]) =>
          replayProbes('f', list, monitor).outs.map(({ from, to }) => [from, to]);
        expect(spans(implyPasses(failures, monitor, oks.length * 1000))).toEqual(spans(probes));
      }),
    );
  });
});

describe('probes that left no line', () => {
  it('count as failed where the host was dead, and only there', () => {
    const probes = probesOf('++').concat({ t: 100_000, ok: true, status: 200 });
    const filled = fillDead(probes, [{ from: 12_000, to: 60_000 }], 10_000);
    expect(filled.map(({ t, ok }) => [t, ok])).toEqual([
      [0, true],
      [10_000, true],
      [20_000, false],
      [30_000, false],
      [40_000, false],
      [50_000, false],
      [100_000, true],
    ]);
  });
});

describe('intervalOf', () => {
  it('is the middle gap, which one pause does not change', () => {
    expect(intervalOf([0, 10, 20, 90, 100, 110])).toBe(10);
    expect(intervalOf([0, 10, 20])).toBeNull();
  });
});

describe('two balancers', () => {
  it('have a host out only while both do', () => {
    const out = (from: number, to: number | null) => replayOut(from, to);
    const agreed = agreeOn('f', [[out(10, 50)], [out(20, 40), out(45, null)]]);
    expect(agreed.map(({ from, to }) => [from, to])).toEqual([
      [20, 40],
      [45, 50],
    ]);
  });
});

function replayOut(from: number, to: number | null) {
  return { host: 'f', by: null, from, to, kind: 'probe', cause: '', evidence: 'replay', firstFailure: null } as const;
}
