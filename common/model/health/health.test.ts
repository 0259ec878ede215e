import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HealthEvent } from '../../api';
import { outsFromWords } from '../own_words';
import { annotationsOf } from './annotations';
import { errorBudget } from './budget';
import { routeOf } from './routes';
import { healthVerdict } from './verdict';

describe('error budget', () => {
  it('counts the figures of a known morning', () => {
    expect(errorBudget(0.999, 360_173, 334, 312)).toMatchObject({
      allowed: 360,
      in_gap: 312,
      elsewhere: 22,
      left: 26,
      burnt: 334 / 360,
    });
  });

  it('gives a round objective its round allowance', () => {
    expect(errorBudget(0.999, 360_000, 0, 0).allowed).toBe(360);
    expect(errorBudget(0.99, 100, 0, 0).allowed).toBe(1);
  });

  it('has nothing to say without requests', () => {
    expect(errorBudget(0.999, 0, 0, 0)).toMatchObject({ burnt: null, good_share: null, left: 0 });
  });

  it('never leaves less than nothing, and its parts add up', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.5, max: 0.9999, noNaN: true }),
        fc.nat(1e6),
        fc.nat(1e4),
        fc.nat(1e4),
        (objective, requests, failures, inGap) => {
          const budget = errorBudget(objective, requests, failures, inGap);
          expect(budget.in_gap + budget.elsewhere).toBe(failures);
          expect(budget.left).toBe(Math.max(0, budget.allowed - failures));
        },
      ),
    );
  });
});

describe('routes', () => {
  it.each([
    ['/products/310', '/products/:id'],
    ['/orders/550e8400-e29b-41d4-a716-446655440000/lines', '/orders/:id/lines'],
    ['/api/v2/cart', '/api/v2/cart'],
    ['/files/9b0d51f2c6e84a36', '/files/:id'],
    ['/static/main.css', '/static/main.css'],
    ['/', '/'],
  ])('names %s as %s', (path, route) => expect(routeOf(path)).toBe(route));
});

describe('the balancer’s own words', () => {
  const word = (t: number, up: boolean, host = 'f') => ({
    t,
    host,
    pool: null,
    up,
    reason: up ? null : 'Layer4 timeout',
  });

  it('open and close absences; a first word UP means out since before', () => {
    const outs = outsFromWords(
      [word(10, true), word(50, false), word(60, false), word(80, true), word(90, false)],
      0,
      [],
    );
    expect(outs.map(({ from, to }) => [from, to])).toEqual([
      [0, 10],
      [50, 80],
      [90, null],
    ]);
    expect(outs[1]!.cause).toBe('The balancer reported it down: Layer4 timeout.');
  });

  it('take the first failed probe from the replay of the same absence', () => {
    const replayed = outsFromWords([word(52, false)], 0, []).map((out) => ({ ...out, firstFailure: 32 }));
    expect(outsFromWords([word(50, false)], 0, replayed)[0]!.firstFailure).toBe(32);
    expect(outsFromWords([word(500_000, false)], 0, replayed)[0]!.firstFailure).toBeNull();
  });
});

const ejected = {
  n: 1,
  kind: 'ejected',
  hosts: ['frontend-2'],
  by: 'lb-1',
  since: 30_000,
  until: 180_000,
  first_failure: 4_000,
  gap_ms: 26_000,
  users_hurt: 312,
  cause: '3 probes failed.',
  severity: 'danger',
  lines: { page: 'requests' },
} as HealthEvent;

describe('what Health says', () => {
  const input = { serving: 6, unseen: 0, known: 6, balancer: 'lb-1', from: 0, to: 1 };

  it('names the worst event and whether the objective holds', () => {
    const { headline, detail, tone } = healthVerdict({
      ...input,
      events: [ejected],
      budget: errorBudget(0.999, 360_173, 334, 312),
    });
    expect(headline).toBe('312 user requests got a 5XX in the 26 s before lb-1 ejected frontend-2.');
    expect(detail).toBe(
      '3 probes failed. At 99.907 % good the objective of 99.9 % still holds. Everything serves now.',
    );
    expect(tone).toBe('danger');
  });

  it.each([
    [{ serving: 5, unseen: 0 }, '5 of 6 hosts serve now.'],
    [{ serving: 1, unseen: 4 }, '1 of 6 hosts serves now; of 4 no line tells.'],
    [{ serving: 0, unseen: 0 }, '0 of 6 hosts serve now.'],
    [{ serving: 0, unseen: 6 }, 'No line tells who serves now.'],
  ])('says who serves at the end: %o', (hosts, sentence) => {
    const { detail } = healthVerdict({ ...input, ...hosts, events: [], budget: errorBudget(0.999, 10, 0, 0) });
    expect(detail.endsWith(sentence)).toBe(true);
  });

  it('is calm without failures and neutral without requests', () => {
    expect(healthVerdict({ ...input, events: [], budget: errorBudget(0.999, 10, 0, 0) }).tone).toBe('good');
    expect(healthVerdict({ ...input, events: [], budget: errorBudget(0.999, 0, 0, 0) }).tone).toBe('neutral');
  });

  it('calls nothing good while a host is out or silent, though nobody was hurt', () => {
    const quiet = (changes: Partial<HealthEvent>) => ({ ...ejected, users_hurt: 0, until: null, ...changes });
    const events = [quiet({}), quiet({ kind: 'silent', hosts: ['web-4'] })];
    const { tone, headline } = healthVerdict({ ...input, events, budget: errorBudget(0.999, 10, 0, 0) });
    expect(tone).toBe('warning');
    expect(headline).toBe('frontend-2 is out of the pool and web-4 is silent; no user request got a 5XX.');
    const over = healthVerdict({ ...input, events: [quiet({ until: 9 })], budget: errorBudget(0.999, 10, 0, 0) });
    expect(over.tone).toBe('good');
  });

  it('marks an ejection, its gap and its return on charts', () => {
    expect(annotationsOf([ejected]).map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ['gap', 4_000, 30_000],
      ['ejected', 30_000, 180_000],
      ['returned', 180_000, 180_000],
    ]);
  });
});
