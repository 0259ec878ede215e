import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PoolOut } from './pool_state';
import { outsFromStored, type StoredWord, sinceRecorded, withStored } from './stored_outs';

const word = (t: number, state: StoredWord['state'], more: Partial<StoredWord> = {}): StoredWord => ({
  t,
  host: 'frontend-1',
  tier: 'frontend',
  pool: 'lb-1',
  state,
  cause: 'Three probes failed.',
  gapMs: null,
  ...more,
});
const spans = (outs: { from: number; to: number | null }[]) => outs.map(({ from, to }) => [from, to]);

describe('outsFromStored', () => {
  it('pairs each ejection with its return, whatever the order of the documents', () => {
    const words = [word(100, 'ejected'), word(160, 'returned'), word(900, 'ejected')];
    fc.assert(
      fc.property(fc.shuffledSubarray(words, { minLength: 3 }), (shuffled) => {
        expect(spans(outsFromStored(shuffled, 'frontend', 0))).toEqual([
          [100, 160],
          [900, null],
        ]);
      }),
    );
  });

  it('takes a return without an ejection for an absence since the range began', () => {
    expect(spans(outsFromStored([word(160, 'returned')], 'frontend', 40))).toEqual([[40, 160]]);
  });

  it('keeps the tiers apart, and a webapp in its frontend’s pool', () => {
    const words = [word(100, 'ejected'), word(100, 'ejected', { tier: 'webapp', host: 'web-1', pool: 'frontend-1' })];
    expect(outsFromStored(words, 'webapp', 0)).toMatchObject([{ host: 'web-1', by: 'frontend-1', kind: 'passive' }]);
    expect(outsFromStored(words, 'frontend', 0)).toMatchObject([{ host: 'frontend-1', by: null, kind: 'probe' }]);
  });

  it('knows the first failure by the recorded gap', () => {
    const [out] = outsFromStored([word(30_000, 'ejected', { gapMs: 28_000 })], 'frontend', 0);
    expect(out?.firstFailure).toBe(2000);
  });
});

describe('withStored', () => {
  it('adds what the lines do not tell, and tells nothing twice', () => {
    const told = outsFromStored([word(1_000_000, 'ejected'), word(1_100_000, 'returned')], 'frontend', 0);
    const words = [
      word(200_000, 'ejected'),
      word(260_000, 'returned'),
      // The same as what is told, two seconds later.
      word(1_002_000, 'ejected'),
      word(1_101_000, 'returned'),
    ];
    expect(spans(withStored(told, outsFromStored(words, 'frontend', 0)))).toEqual([
      [200_000, 260_000],
      [1_000_000, 1_100_000],
    ]);
  });

  it('never loses what the lines tell', () => {
    const moments = fc.array(fc.nat(10_000_000), { maxLength: 12 });
    fc.assert(
      fc.property(moments, moments, (a, b) => {
        const outs = (times: number[]) =>
          outsFromStored(
            [...times].sort((x, y) => x - y).map((t, i) => word(t, i % 2 === 0 ? 'ejected' : 'returned')),
            'frontend',
            0,
          );
        const joined = withStored(outs(a), outs(b));
        for (const out of outs(a)) expect(joined).toContainEqual(out);
        expect(withStored(joined, outs(b))).toEqual(joined);
      }),
    );
  });
});

describe('sinceRecorded', () => {
  const out = (from: number, evidence: PoolOut['evidence'] = 'replay'): PoolOut => ({
    host: 'frontend-1',
    by: null,
    from,
    to: null,
    kind: 'probe',
    cause: '',
    evidence,
    firstFailure: from,
  });

  it('dates an absence that is older than what was read back to its record', () => {
    const words = [word(10, 'ejected'), word(20, 'returned'), word(300, 'ejected', { gapMs: 40 })];
    expect(sinceRecorded([out(900)], words, 'frontend', 1000)[0]).toMatchObject({ from: 300, firstFailure: 260 });
  });

  it('leaves alone what begins in the window, what came back meanwhile and what the balancer itself said', () => {
    const words = [word(300, 'ejected')];
    expect(sinceRecorded([out(1001)], words, 'frontend', 1000)[0]!.from).toBe(1001);
    expect(sinceRecorded([out(900, 'own_words')], words, 'frontend', 1000)[0]!.from).toBe(900);
    expect(sinceRecorded([out(900)], [...words, word(400, 'returned')], 'frontend', 1000)[0]!.from).toBe(900);
    expect(sinceRecorded([out(900)], words, 'webapp', 1000)[0]!.from).toBe(900);
  });
});
