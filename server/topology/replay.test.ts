import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProbeRun } from './evidence';
import { fillDead, joinRuns, type MonitorRules, replay } from './replay';

const rules: MonitorRules = { intervalMs: 10_000, rise: 2, fall: 3 };

function runsOf(oks: readonly boolean[], interval = rules.intervalMs): ProbeRun[] {
  const single = (ok: boolean, i: number): ProbeRun => {
    const t = i * interval;
    return { ok, n: 1, first: t, last: t, times: [t], statuses: ok ? [] : [503] };
  };
  return joinRuns(oks.map(single));
}

const word = (text: string) => [...text].map((c) => c === '+');
const spans = (runs: readonly ProbeRun[], monitor = rules) =>
  replay(runs, monitor).absences.map(({ from, to }) => [from, to]);

/**
 * HAProxy's own arithmetic (check.c): one counter from 0 to rise + fall − 1; a success lifts it, and to the top once it
 * reaches rise; a failure lowers it, and to 0 once it falls below rise. The server is up while it is at least rise.
 */
function haproxyStates(oks: readonly boolean[], { rise, fall }: MonitorRules): boolean[] {
  const top = rise + fall - 1;
  let health = top;
  return oks.map((ok) => {
    if (ok) {
      if (health < top) health++;
      if (health >= rise) health = top;
    } else if (health > rise) health--;
    else health = 0;
    return health >= rise;
  });
}

describe('a replay of probes', () => {
  it('takes a host out at its third failure in a row and back at its second success in a row', () => {
    expect(spans(runsOf(word('++---+-++++')))).toEqual([[40_000, 80_000]]);
    expect(spans(runsOf(word('+--+--+')))).toEqual([]);
    expect(spans(runsOf(word('---')))).toEqual([[20_000, null]]);
  });

  it('is in the same state as HAProxy’s counter after every probe', () => {
    const settings = fc.record({ rise: fc.integer({ min: 1, max: 5 }), fall: fc.integer({ min: 1, max: 5 }) });
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), settings, (oks, { rise, fall }) => {
        const monitor = { intervalMs: 1, rise, fall };
        const { absences } = replay(runsOf(oks, 1), monitor);
        const up = oks.map((_, t) => !absences.some(({ from, to }) => from <= t && (to === null || t < to)));
        expect(up).toEqual(haproxyStates(oks, monitor));
      }),
    );
  });

  it('finds the same in counted stretches, of which no single probe was read', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }), (oks) => {
        const runs = runsOf(oks);
        const counted = runs.map((run) => ({ ...run, times: [] }));
        expect(spans(counted)).toEqual(spans(runs));
      }),
    );
  });

  it('of a host that died: each probe due to it failed, while its monitor went on elsewhere', () => {
    const runs = fillDead(runsOf(word('+++')), [{ from: 20_000, to: 95_000 }], rules.intervalMs);
    expect(spans(runs)).toEqual([[50_000, null]]);
  });

  it('of a host that was dead for a while: as if its lost probes had failed, whether the others were read or counted', () => {
    const some = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(some, some, some, fc.boolean(), (before, lost, after, isRead) => {
        const { intervalMs } = rules;
        const [alive, gone, again] = [before, lost, after].map((n) => Array.from({ length: n }, (_, i) => i)) as [
          number[],
          number[],
          number[],
        ];
        const dead = { from: (before - 1) * intervalMs, to: (before + lost) * intervalMs };
        const seen = runsOf([...alive, ...gone, ...again].map(() => true))[0]!;
        const times = seen.times.filter((t) => t <= dead.from || t >= dead.to);
        const written: ProbeRun = { ...seen, n: times.length, times: isRead ? times : [] };
        const truth = runsOf([...alive.map(() => true), ...gone.map(() => false), ...again.map(() => true)]);
        expect(spans(fillDead([written], [dead], intervalMs))).toEqual(spans(truth));
      }),
    );
  });
});
