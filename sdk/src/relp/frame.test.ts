import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, MAX_TXNR, nextTxnr, type RelpFrame, RelpParser, txnrDistance } from './frame.js';

const frame = fc.record({
  txnr: fc.integer({ min: 0, max: MAX_TXNR }),
  command: fc.constantFrom('rsp', 'serverclose', 'syslog', 'open', 'x'.repeat(32)),
  data: fc.string({ unit: 'grapheme', maxLength: 200 }),
});

/** Cuts bytes at arbitrary places. */
function cut(bytes: Buffer, places: number[]): Buffer[] {
  const at = [...new Set(places.map((p) => p % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, i) => bytes.subarray(from, at[i] ?? bytes.length));
}

describe('RelpParser', () => {
  it('gives back the frames that were written, wherever the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 30 }), (frames, places) => {
        const bytes = Buffer.from(frames.map((f) => encodeFrame(f.txnr, f.command, f.data)).join(''));
        const parser = new RelpParser();
        const got: RelpFrame[] = [];
        for (const chunk of cut(bytes, places)) parser.push(chunk, (f) => got.push(f));
        expect(got).toEqual(frames);
      }),
    );
  });

  it('plain answers among them are the same by the short way', () => {
    const ok = frame.map(({ txnr }) => ({ txnr, command: 'rsp', data: '200 OK' }));
    const frames = fc.array(fc.oneof(ok, ok, frame), { maxLength: 12 });
    fc.assert(
      fc.property(frames, fc.array(fc.nat(), { maxLength: 8 }), (given, places) => {
        const bytes = Buffer.from(given.map((f) => encodeFrame(f.txnr, f.command, f.data)).join(''));
        const parser = new RelpParser();
        const got: RelpFrame[] = [];
        const onOk = (txnr: number) => got.push({ txnr, command: 'rsp', data: '200 OK' });
        for (const chunk of cut(bytes, places)) parser.push(chunk, (f) => got.push(f), onOk);
        expect(got).toEqual(given);
      }),
    );
  });

  it('never throws anything but ROTA_RELP_FRAME, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        try {
          new RelpParser().push(Buffer.from(bytes), () => {});
        } catch (error) {
          expect(error).toMatchObject({ code: 'ROTA_RELP_FRAME' });
        }
      }),
    );
  });

  it.each([
    'x rsp 0\n',
    '1  0\n',
    '1 rsp x\n',
    '1 rsp 2 abX',
    '1234567890 rsp 0\n',
    '1 rsp 999999999 a',
    'HTTP/1.1 400 Bad Request\r\n',
  ])('refuses %j, which is no RELP', (text) => {
    expect(() => new RelpParser().push(Buffer.from(text), () => {})).toThrow(/does not speak RELP/);
  });

  it('takes a space before the end of an empty frame, as some servers write it', () => {
    const got: RelpFrame[] = [];
    new RelpParser().push(Buffer.from('0 serverclose 0 \n7 rsp 6 200 OK\n'), (f) => got.push(f));
    expect(got.map((f) => [f.txnr, f.data])).toEqual([
      [0, ''],
      [7, '200 OK'],
    ]);
  });
});

describe('transaction numbers', () => {
  it('run to 999,999,999 and start at 1 again', () => {
    expect([nextTxnr(1), nextTxnr(MAX_TXNR)]).toEqual([2, 1]);
  });

  it('keep their distance across the wrap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_TXNR }), fc.nat(500), (oldest, steps) => {
        let txnr = oldest;
        for (let i = 0; i < steps; i += 1) txnr = nextTxnr(txnr);
        expect(txnrDistance(oldest, txnr)).toBe(steps);
      }),
    );
  });
});
