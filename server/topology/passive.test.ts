import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { absencesFromAttempts, absencesFromDisabled, joinTries, type PassiveRules } from './passive';

const rules: PassiveRules = { maxFails: 3, failTimeoutMs: 10_000 };
const at = (...times: number[]) => times;
const spans = (outs: { from: number; to: number | null; kind: string }[]) =>
  outs.map(({ from, to, kind }) => [from, to, kind]);

/** nginx's ngx_http_upstream_round_robin.c, one worker: who is picked, what a failure and a success do. */
function simulateNginx(oks: boolean[], everyMs: number, { maxFails, failTimeoutMs }: PassiveRules) {
  let [fails, accessed, checked] = [0, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const disabled: number[] = [];
  const failed: number[] = [];
  oks.forEach((ok, i) => {
    const now = i * everyMs;
    if (fails >= maxFails && now - checked <= failTimeoutMs) return;
    if (now - checked > failTimeoutMs) checked = now;
    if (ok) {
      if (accessed < checked) fails = 0;
      return;
    }
    failed.push(now);
    fails++;
    accessed = now;
    checked = now;
    if (fails >= maxFails) disabled.push(now);
  });
  return { disabled, failed };
}

describe('passive absences', () => {
  it('last fail_timeout from nginx’s own words on, and go on when the next try fails', () => {
    const outs = absencesFromDisabled(at(5_000, 15_200, 25_400, 90_000), rules);
    expect(spans(outs)).toEqual([
      [5_000, 15_000, 'passive'],
      [15_200, 25_200, 'failed_try'],
      [25_400, 35_400, 'failed_try'],
      [90_000, 100_000, 'passive'],
    ]);
    expect(joinTries(outs, 10_000).map(({ from, to }) => [from, to])).toEqual([
      [5_000, 35_400],
      [90_000, 100_000],
    ]);
  });

  it('are one absence when several workers say it', () => {
    expect(spans(absencesFromDisabled(at(5_000, 5_100, 7_000), rules))).toEqual([[5_000, 17_000, 'passive']]);
  });

  it('begin at the third failed attempt when only attempts are known', () => {
    expect(spans(absencesFromAttempts(at(1_000, 2_000, 3_000, 3_100), rules))).toEqual([[3_000, 13_000, 'passive']]);
    expect(absencesFromAttempts(at(0, 20_000, 40_000), rules)).toEqual([]);
  });

  it('never happen with max_fails=0', () => {
    expect(absencesFromAttempts(at(1, 2, 3, 4, 5), { ...rules, maxFails: 0 })).toEqual([]);
  });

  it('agree with a simulation of nginx that was down for a while under steady traffic', () => {
    const outage = fc.record({ good: fc.integer({ min: 0, max: 100 }), bad: fc.integer({ min: 1, max: 400 }) });
    fc.assert(
      fc.property(outage, fc.integer({ min: 1, max: 5 }), ({ good, bad }, maxFails) => {
        const oks = Array.from({ length: good + bad + 300 }, (_, i) => i < good || i >= good + bad);
        const own = { maxFails, failTimeoutMs: 10_000 };
        const { disabled, failed } = simulateNginx(oks, 100, own);
        const rebuilt = absencesFromAttempts(at(...failed), own).map(({ from }) => from);
        expect(rebuilt).toEqual(disabled);
      }),
    );
  });
});
