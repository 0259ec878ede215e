import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32, crc32Table } from './crc32.js';
import { decodeLedger, encodeSlot, LEDGER_SLOT } from './ledger.js';
import { isGone, parseSpoolName, spoolName } from './owner.js';
import { isSegmentHead, RECORD_HEAD, readRecord, segmentHead, writeRecordHead } from './record.js';

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
    expect(isGone(undefined, here, 0, 100)).toBe(true);
    expect(isGone(here, here, 1e9, 100)).toBe(false);
    expect(isGone({ ...here, pid: 4_000_001 }, here, 0, 100)).toBe(true);
    expect(isGone({ ...here, machine: 'other' }, here, 99, 100)).toBe(false);
    expect(isGone({ ...here, machine: 'other' }, here, 101, 100)).toBe(true);
    // The same process id, used again by a younger process (here: this one).
    expect(isGone({ ...me, start: '1' }, { ...me, start: '2' }, 0, 100)).toBe(true);
  });
});
