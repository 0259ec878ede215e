import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cursor, Envelope, LiveCursor, RequestRow, RequestsData } from '../../../common/api';
import { follow, LIVE_PAGE, MOST_READ, type Step, type Tail, tailOf } from './live_tail';
import { rowKey } from './row_list';
import { testRow } from './test_row';

const OVERLAP_MS = 5000;

/** What the server would answer; `stored` may grow between two steps. */
class Store {
  readonly stored: RequestRow[] = [];
  partial: string | null = null;
  asked = 0;

  add(count: number, ingested: (i: number) => number): void {
    for (let i = 0; i < count; i++) this.stored.push(testRow(this.stored.length, ingested(i)));
  }

  first(size: number, now: number): Tail {
    const rows = [...this.stored].sort((a, b) => b.t - a.t).slice(0, size);
    const newest = Math.max(now, ...this.stored.map(({ ingested }) => ingested!));
    const after = this.stored.length > size ? [1] : null;
    return tailOf({ rows, after, live_cursor: [newest], live_new: null, newest: null });
  }

  ask = async (since: LiveCursor, after: Cursor | undefined): Promise<Envelope<RequestsData>> => {
    this.asked++;
    const cursor = Number(since[0]);
    const matching = this.stored
      .filter(({ ingested }) => ingested! > cursor - OVERLAP_MS)
      .sort((a, b) => b.ingested! - a.ingested! || Number(a.id) - Number(b.id));
    const begin = after ? matching.findIndex(({ id }) => id === after[1]) + 1 : 0;
    const rows = matching.slice(begin, begin + LIVE_PAGE);
    const last = rows.at(-1);
    return {
      data: {
        state: 'ok',
        last_request_at: null,
        window: { from: 0, to: 1, interval_ms: 1, complete_to: 1 },
        summary: null,
        rows: {
          rows,
          after: rows.length === LIVE_PAGE && last ? [last.ingested!, last.id] : null,
          live_cursor: [matching[0]?.ingested ?? cursor],
          live_new: matching.filter(({ ingested }) => ingested! > cursor).length,
          newest: null,
        },
      },
      partial: this.partial !== null,
      partial_reasons: this.partial === null ? [] : [{ code: 'timed_out', message: this.partial }],
      took_ms: 1,
      cached: false,
      now: 0,
    };
  };
}

describe('a live tail', () => {
  it('accounts for each row that comes, shown once or counted as skipped, at any speed', async () => {
    const bursts = fc.array(fc.tuple(fc.integer({ min: 0, max: 5200 }), fc.integer({ min: 1, max: 9000 })), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 900 }), bursts, async (before, waits) => {
        const store = new Store();
        let now = 100_000;
        store.add(before, (i) => now - i * 3);
        let tail = store.first(100, now);
        const shown: string[] = [];
        let skipped = 0;
        for (const [count, wait] of waits) {
          // Several share a millisecond.
          store.add(count, (i) => now + 1 + Math.floor((i / count) * wait));
          now += wait;
          const step: Step = await follow(tail, store.ask);
          tail = step.tail;
          shown.push(...step.added.map(rowKey));
          skipped += step.skipped;
        }
        const came = store.stored.slice(before).map(rowKey);
        expect(new Set(shown).size).toBe(shown.length);
        expect(shown.every((key) => came.includes(key))).toBe(true);
        expect(shown.length + skipped).toBe(came.length);
      }),
      { numRuns: 60 },
    );
  });

  it('skips nothing as long as the list can hold it, and the oldest beyond', async () => {
    const store = new Store();
    const tail = store.first(100, 1000);
    store.add(MOST_READ, (i) => 1001 + i);
    expect(await follow(tail, store.ask)).toMatchObject({ skipped: 0 });
    store.add(700, (i) => 9000 + i);
    const late = await follow(tail, store.ask);
    expect(late.skipped).toBe(700);
    expect(late.added).toHaveLength(MOST_READ);
    expect(late.added[0]!.ingested).toBe(9699);
    expect(store.asked).toBeLessThanOrEqual(2 * (MOST_READ / LIVE_PAGE) + 1);
  });

  it('shows a row that became searchable after a later one, once', async () => {
    const store = new Store();
    const tail = store.first(100, 1000);
    store.add(1, () => 9000);
    const one = await follow(tail, store.ask);
    store.add(1, () => 6000);
    const two = await follow(one.tail, store.ask);
    expect(two.added.map(({ ingested }) => ingested)).toEqual([6000]);
    expect((await follow(two.tail, store.ask)).added).toEqual([]);
  });

  it('asks for the same again after an incomplete answer', async () => {
    const store = new Store();
    const tail = store.first(100, 1000);
    store.add(2, (i) => 20_000 * (i + 1));
    store.partial = '"rows" ran out of time; its counts are lower bounds.';
    const half = await follow(tail, store.ask);
    expect(half).toMatchObject({ incomplete: store.partial, skipped: 0 });
    expect(half.added).toHaveLength(2);
    expect(half.tail.cursor).toEqual(tail.cursor);
    store.partial = null;
    store.add(1, () => 12_000);
    const whole = await follow(half.tail, store.ask);
    expect(whole.added.map(({ ingested }) => ingested)).toEqual([12_000]);
    expect(whole).toMatchObject({ incomplete: null, skipped: 0 });
  });
});
