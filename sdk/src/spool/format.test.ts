import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32, crc32Table } from './crc32.js';
import { decodeLedger, encodeSlot, LEDGER_SLOT } from './ledger.js';
import { currentOwner, isGone, type Owner, parseSpoolName, spoolName } from './owner.js';
import { isSegmentHead, RECORD_HEAD, readRecord, segmentHead, writeRecordHead } from './record.js';
import { Silence } from './silence.js';

function record(message: Uint8Array, sdAt = 3, sequence = 9): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(RECORD_HEAD), message]);
  writeRecordHead(bytes, 0, bytes.length, sdAt, sequence);
  return bytes;
}

describe('crc32', () => {
  it('is the CRC-32 of zlib, with and without zlib', () => {
    expect(crc32Table(Buffer.from('123456789'))).toBe(0xcbf43926);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => crc32(bytes) === crc32Table(bytes)));
  });
});

describe('readRecord', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 500 }),
        fc.nat(65535),
        fc.maxSafeNat(),
        fc.nat(50),
        (message, sdAt, sequence, before) => {
          const bytes = Buffer.concat([Buffer.alloc(before), record(message, sdAt, sequence)]);
          expect(readRecord(bytes, before)).toEqual({
            kind: 'record',
            message: Buffer.from(message),
            sdAt,
            sequence,
            next: bytes.length,
          });
        },
      ),
    );
  });

  it('never takes a record with a flipped bit for a good one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), (message, place) => {
        const bytes = record(message);
        const bit = place % (bytes.length * 8);
        // Two bytes of the head are unused but covered all the same.
        bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(readRecord(bytes, 0).kind).not.toBe('record');
      }),
    );
  });

  it('asks for more where the bytes end early', () => {
    const bytes = record(Buffer.from('hello'));
    for (let cut = 0; cut < bytes.length; cut += 1) expect(readRecord(bytes.subarray(0, cut), 0).kind).toBe('short');
  });

  it('can go on behind a damaged message, not behind a damaged head', () => {
    const bytes = record(Buffer.from('hello'));
    bytes[RECORD_HEAD] = 0;
    expect(readRecord(bytes, 0)).toEqual({ kind: 'damaged', sequence: 9, next: bytes.length });
    bytes[0] = 77;
    expect(readRecord(bytes, 0)).toEqual({ kind: 'lost' });
  });

  it('knows its segment', () => {
    expect([
      isSegmentHead(segmentHead(7), 7),
      isSegmentHead(segmentHead(7), 8),
      isSegmentHead(Buffer.alloc(3), 7),
    ]).toEqual([true, false, false]);
  });
});

describe('the ledger', () => {
  it('is read from the newer valid slot, wherever a write was torn', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.nat(1e9), fc.nat(LEDGER_SLOT - 1), (turn, offset, torn) => {
        const older = { turn, segment: 3, offset };
        const newer = { turn: turn + 1, segment: 4, offset: offset + 1 };
        const file = Buffer.alloc(2 * LEDGER_SLOT);
        encodeSlot(older).copy(file, (older.turn % 2) * LEDGER_SLOT);
        const written = encodeSlot(newer);
        const whole = Buffer.from(file);
        written.copy(whole, (newer.turn % 2) * LEDGER_SLOT);
        expect(decodeLedger(whole)).toEqual(newer);
        written.copy(file, (newer.turn % 2) * LEDGER_SLOT, 0, torn);
        // Unless what was not written happened to be there already.
        expect(decodeLedger(file)).toEqual(file.equals(whole) ? newer : older);
      }),
    );
  });

  it('says nothing when there is none', () => {
    expect([decodeLedger(Buffer.alloc(0)), decodeLedger(Buffer.alloc(64))]).toEqual([undefined, undefined]);
  });
});

describe('owners', () => {
  const here = { machine: 'm-1', pid: 4_000_000, start: '5' };

  it('stand in the folder name', () => {
    expect(parseSpoolName(spoolName('a-1', here))).toEqual({ id: 'a-1', owner: here });
    expect(parseSpoolName(spoolName('a-1', undefined))).toEqual({ id: 'a-1', owner: undefined });
    expect(['x', 'a@b', '../a@free', 'a@m.1'].map(parseSpoolName)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('are gone when they let go, when their process is, or when another machine is silent for long', () => {
    const me = { ...here, pid: process.pid };
    const [silent, alive] = [() => true, () => false];
    expect(isGone(undefined, here, alive)).toBe(true);
    expect(isGone(here, here, silent)).toBe(false);
    expect(isGone({ ...here, pid: 4_000_001 }, here, alive)).toBe(true);
    expect(isGone({ ...here, machine: 'other' }, here, alive)).toBe(false);
    expect(isGone({ ...here, machine: 'other' }, here, silent)).toBe(true);
    // The same process id, used again by a younger process (here: this one).
    expect(isGone({ ...me, start: '1' }, { ...me, start: '2' }, alive)).toBe(true);
  });

  it('that are threads are gone when the thread is, though its process lives', async () => {
    const url = new URL('./owner.ts', import.meta.url).href;
    const code = `import('tsx/esm/api').then(({ tsImport }) => tsImport(${JSON.stringify(url)}, ${JSON.stringify(import.meta.url)}))
      .then(({ currentOwner }) => { require('node:worker_threads').parentPort.postMessage(currentOwner()); setInterval(() => {}, 1000); })`;
    const worker = new Worker(code, { eval: true });
    const [owner] = (await once(worker, 'message')) as [Owner];
    const me = currentOwner();
    const gone = () => isGone(owner, me, () => false);
    expect(owner).toMatchObject({ pid: process.pid, thread: { id: expect.any(Number), start: expect.any(String) } });
    expect(parseSpoolName(spoolName('a-1', owner))).toEqual({ id: 'a-1', owner });
    expect(gone()).toBe(false);
    // Other processes see it, too; and a thread of the same number that began at another time is another one.
    expect(isGone(owner, { ...me, pid: 4_000_000 }, () => false)).toBe(false);
    const younger = { ...owner, thread: { id: owner.thread?.id as number, start: '1' } };
    expect(isGone(younger, me, () => false)).toBe(true);
    await worker.terminate();
    expect(gone()).toBe(true);
  });

  it('that are threads are judged by their silence where the system does not tell of them', () => {
    const owner = { ...currentOwner(), thread: { id: 7, start: '0' } };
    expect([true, false].map((silent) => isGone(owner, currentOwner(), () => silent))).toEqual([true, false]);
  });
});

describe('Silence', () => {
  it('never takes one for gone that gives signs of life, whatever the wall clocks say', () => {
    const look = fc.record({
      after: fc.integer({ min: 0, max: 14_999 }),
      mtime: fc.integer({ min: 0, max: 4e12 }),
      wall: fc.integer({ min: 0, max: 4e12 }),
    });
    fc.assert(
      fc.property(fc.array(look, { maxLength: 60 }), (looks) => {
        const silence = new Silence();
        let now = 0;
        let last = -1;
        for (const { after, mtime, wall } of looks) {
          // Between two signs we may look once more, and see the same.
          expect(last !== -1 && silence.isLong('a', last, now + after, wall)).toBe(false);
          now += after;
          last = mtime === last ? mtime + 1 : mtime;
          expect(silence.isLong('a', last, now, wall)).toBe(false);
        }
      }),
    );
  });

  it('takes one for gone after two minutes without a sign, sooner where the wall clock says so too, never at first sight', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 0, max: 300_000 }), (age, seen) => {
        const silence = new Silence();
        const wall = 1.7e12;
        expect(silence.isLong('a', wall - age, 5, wall)).toBe(false);
        const isOld = age + seen >= 120_000 && seen >= 15_000;
        expect(silence.isLong('a', wall - age, 5 + seen, wall + seen)).toBe(seen >= 120_000 || isOld);
      }),
    );
  });
});
