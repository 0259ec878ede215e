import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Counters } from './counters';

let sequence = 0;
/** A line of a file has an id of another form, and no run. */
const event = (run?: string) => {
  sequence += 1;
  return run === undefined
    ? { dataset: 'nginx.access', id: `0f3a-${sequence}` }
    : { dataset: 'rota.app', id: `${run}-${sequence}` };
};

describe('Counters', () => {
  it('counts repeats in the total and by run, each once, over any number of reports', () => {
    const runs = fc.array(fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(runs, { maxLength: 6 }), (reports) => {
        const counters = new Counters();
        const told = new Map<string, number>();
        let total = 0;
        for (const report of reports) {
          counters.repeated(report.map(event));
          for (const { run, count } of counters.takeRepeats()) told.set(run, (told.get(run) ?? 0) + count);
          total += counters.takeDelta().conflicts;
        }
        const all = reports.flat();
        expect(total).toBe(all.length);
        for (const run of ['a', 'b', 'c']) expect(told.get(run) ?? 0).toBe(all.filter((one) => one === run).length);
      }),
    );
  });

  it('keeps the total when more runs repeat than a report can name', () => {
    const counters = new Counters();
    counters.repeated(Array.from({ length: 2000 }, (_, i) => event(`run-${i}`)));
    expect(counters.takeDelta().conflicts).toBe(2000);
    expect(counters.takeRepeats()).toHaveLength(500);
  });
});
