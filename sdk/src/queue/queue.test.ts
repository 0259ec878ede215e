import Denque from 'denque';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedQueue, type QueuePolicy } from './bounded_queue.js';
import { DropLedger } from './drops.js';
import { type Entry, sizeOf } from './entry.js';
import { SLAB_BYTES, SlabPool } from './slab.js';

describe('SlabPool', () => {
  it('gives every stored text back, while others are stored and released', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'binary', maxLength: 2000 }), fc.boolean()), { maxLength: 60 }),
        (texts) => {
          const pool = new SlabPool(24);
          const kept: [string, Entry][] = [];
          for (const [text, keep] of texts) {
            const entry = pool.store(text, 0, 1);
            if (keep) kept.push([text, entry]);
            else pool.release(entry);
          }
          for (const [text, entry] of kept)
            expect(entry.slab.bytes.subarray(entry.start, entry.end)).toEqual(Buffer.from(text));
        },
      ),
    );
  });

  it('uses memory again: 100,000 messages in a row need a handful of slabs', () => {
    const pool = new SlabPool();
    const slabs = new Set<unknown>();
    const alive: Entry[] = [];
    for (let i = 0; i < 100_000; i += 1) {
      const entry = pool.store('x'.repeat(300), 0, i);
      slabs.add(entry.slab);
      alive.push(entry);
      if (alive.length > 1000) pool.release(alive.shift() as Entry);
    }
    expect(slabs.size).toBeLessThan(10);
  });

  it('gives a huge message a slab of its own and goes on with the old one', () => {
    const pool = new SlabPool();
    const small = pool.store('a', 0, 1);
    const huge = pool.store('b'.repeat(SLAB_BYTES), 0, 2);
    expect(sizeOf(huge)).toBe(SLAB_BYTES);
    expect(pool.store('c', 0, 3).slab).toBe(small.slab);
  });
});

function queueOf(policy: QueuePolicy, maxEvents: number, maxBytes: number) {
  const drops = new DropLedger();
  const pool = new SlabPool();
  return { drops, pool, queue: new BoundedQueue({ policy, maxEvents, maxBytes }, pool, drops) };
}

describe('BoundedQueue', () => {
  it('never exceeds its bounds, keeps order, and loses nothing that it does not count', () => {
    const policies = fc.constantFrom<QueuePolicy>('drop-oldest', 'drop-newest', 'wait');
    const steps = fc.array(
      fc.oneof(
        fc.record({ offer: fc.nat(400) }),
        fc.constantFrom('take' as const, 'lose' as const, 'release' as const),
      ),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(policies, steps, (policy, all) => {
        const { drops, pool, queue } = queueOf(policy, 20, 6000);
        const flight = new Denque<Entry>();
        const seen: number[] = [];
        let sequence = 0;
        for (const step of all) {
          if (typeof step === 'object') {
            sequence += 1;
            queue.offer(pool.store('x'.repeat(step.offer), 0, sequence));
          } else if (step === 'take') {
            const entry = queue.take();
            if (entry !== undefined) flight.push(entry);
          } else if (step === 'lose') queue.restore(flight);
          else {
            const entry = flight.shift();
            if (entry !== undefined) {
              seen.push(entry.sequence);
              queue.release(entry);
            }
          }
          expect(queue.held).toBeLessThanOrEqual(20);
          expect(queue.heldBytes).toBeLessThanOrEqual(6000);
        }
        expect(seen).toEqual([...seen].sort((a, b) => a - b));
        expect(seen.length + queue.held + drops.total).toBe(sequence);
      }),
    );
  });

  it('drops the oldest waiting event, or the newest, as told', () => {
    for (const [policy, left] of [
      ['drop-oldest', [2, 3, 4]],
      ['drop-newest', [1, 2, 3]],
      ['wait', [1, 2, 3]],
    ] as const) {
      const { drops, pool, queue } = queueOf(policy, 3, 1e6);
      for (let i = 1; i <= 4; i += 1) queue.offer(pool.store('x', 0, i));
      expect([queue.take(), queue.take(), queue.take()].map((e) => e?.sequence)).toEqual(left);
      expect(drops.byCause()).toEqual({ overflow: 1 });
    }
  });

  it('does not drop what is in flight', () => {
    const { drops, pool, queue } = queueOf('drop-oldest', 2, 1e6);
    queue.offer(pool.store('x', 0, 1));
    queue.offer(pool.store('x', 0, 2));
    queue.take();
    queue.take();
    expect(queue.offer(pool.store('x', 0, 3))).toBe(false);
    expect(drops.take()).toEqual([{ cause: 'overflow', count: 1, first_sequence: 3, last_sequence: 3 }]);
  });
});

describe('DropLedger', () => {
  it('reports consecutive losses as one range and separate ones apart', () => {
    const drops = new DropLedger();
    for (const sequence of [5, 6, 7, 20, 21]) drops.add('overflow', sequence);
    drops.add('refused', 8);
    expect(drops.take()).toEqual([
      { cause: 'overflow', count: 3, first_sequence: 5, last_sequence: 7 },
      { cause: 'overflow', count: 2, first_sequence: 20, last_sequence: 21 },
      { cause: 'refused', count: 1, first_sequence: 8, last_sequence: 8 },
    ]);
    expect([drops.hasPending, drops.total]).toEqual([false, 6]);
  });

  it('stays small however scattered the losses are, and counts them all', () => {
    const drops = new DropLedger();
    for (let i = 1; i <= 10_000; i += 1) drops.add('overflow', i * 2);
    const ranges = drops.take();
    expect(ranges.length).toBeLessThanOrEqual(64);
    expect(ranges.reduce((sum, r) => sum + r.count, 0)).toBe(10_000);
    expect([ranges[0]?.first_sequence, Math.max(...ranges.map((r) => r.last_sequence))]).toEqual([2, 20_000]);
  });
});
