import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { DropLedger } from '../queue/drops.js';
import type { Ticket } from '../queue/entry.js';
import { RECORD_HEAD, SEGMENT_HEAD, writeRecordHead } from './record.js';
import { Spool } from './spool.js';
import { nodeFs, type SpoolFs } from './spool_fs.js';

const root = mkdtempSync(join(tmpdir(), 'rota-spool-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const folder = () => mkdtempSync(join(root, 's-'));

/** The real file system that from some moment on has room for only so many bytes. */
class Disk {
  room = Number.POSITIVE_INFINITY;
  readonly fs: SpoolFs = {
    ...nodeFs,
    writeSync: (fd, bytes, offset, length, position) => {
      const fits = Math.min(length, this.room);
      if (fits === 0) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      this.room -= fits;
      return nodeFs.writeSync(fd, bytes, offset, fits, position);
    },
  };
}

function open(
  path: string,
  options: { fs?: SpoolFs; maxBytes?: number; segmentBytes?: number; dropOldest?: boolean } = {},
) {
  const drops = new DropLedger();
  const limits = { maxBytes: 1e9, segmentBytes: 600, dropOldest: false, ...options };
  return { drops, spool: new Spool(path, options.fs ?? nodeFs, limits, drops) };
}

function append(spool: Spool, sequence: number, skip = false, size = 40) {
  const bytes = Buffer.concat([Buffer.alloc(RECORD_HEAD), Buffer.from(`${sequence}`.padEnd(size, '.'))]);
  writeRecordHead(bytes, 0, bytes.length, 1, sequence);
  return spool.append(bytes, 0, bytes.length, sequence, skip);
}

function readAll(spool: Spool, count = 1e9): { sequence: number; text: string; ticket: Ticket }[] {
  const got: { sequence: number; text: string; ticket: Ticket }[] = [];
  spool.read(count, (message, _sdAt, sequence, ticket) => got.push({ sequence, text: message.toString(), ticket }));
  return got;
}

const segments = (path: string) =>
  readdirSync(path)
    .filter((name) => name.endsWith('.seg'))
    .sort();

describe('Spool against a model', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('append' as const), size: fc.nat(200) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('read' as const), count: fc.nat(6) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('settle' as const), pick: fc.nat(8) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('fail' as const), room: fc.nat(80) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('ledger' as const) }) },
  );
  const end = fc.constantFrom('close' as const, 'crash' as const, 'torn' as const);

  it('delivers everything once in order, and after a crash everything that was not settled', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), end, fc.nat(60), (steps, ending, torn) => {
        const path = folder();
        const disk = new Disk();
        const { spool, drops } = open(path, { fs: disk.fs });
        const appended: number[] = [];
        const read: { sequence: number; ticket: Ticket }[] = [];
        const settled = new Set<number>();
        let open_: { sequence: number; ticket: Ticket }[] = [];
        let sequence = 0;
        for (const one of steps) {
          if (one.do === 'append' || one.do === 'fail') {
            disk.room = one.do === 'fail' ? one.room : Number.POSITIVE_INFINITY;
            sequence += 1;
            // In memory as well when there is no backlog and the number is even, as write-through does.
            const skip = spool.backlog === 0 && sequence % 2 === 0;
            try {
              const result = append(spool, sequence, skip, one.do === 'append' ? one.size : 100);
              appended.push(sequence);
              if (typeof result === 'object') open_.push({ sequence, ticket: result });
            } catch (error) {
              expect(error).toMatchObject({ code: 'ENOSPC' });
            }
            disk.room = Number.POSITIVE_INFINITY;
          } else if (one.do === 'read') {
            const got = readAll(spool, one.count);
            read.push(...got);
            open_.push(...got);
          } else if (one.do === 'settle') {
            const [chosen] = open_.splice(open_.length === 0 ? 0 : one.pick % open_.length, 1);
            chosen?.ticket.settle();
            if (chosen !== undefined) settled.add(chosen.sequence);
          } else spool.flushLedger();
        }
        expect(read.map((r) => r.sequence)).toEqual([...read.map((r) => r.sequence)].sort((a, b) => a - b));
        open_ = [];
        if (ending === 'close') spool.close();
        else spool.flushLedger();
        const last = segments(path).at(-1);
        if (ending === 'torn' && last !== undefined)
          appendFileSync(join(path, last), Buffer.alloc(torn, 0x5a).subarray(0, Math.min(torn, RECORD_HEAD - 1)));

        const again = open(path);
        const rest = readAll(again.spool);
        const must = appended.filter((n) => !settled.has(n));
        expect(rest.map((r) => r.sequence)).toEqual(expect.arrayContaining(must));
        // Nothing that was never written, nothing twice, in order, and unharmed.
        expect(rest.every((r) => appended.includes(r.sequence) && Number.parseInt(r.text, 10) === r.sequence)).toBe(
          true,
        );
        expect(rest.map((r) => r.sequence)).toEqual([...new Set(rest.map((r) => r.sequence))].sort((a, b) => a - b));
        // What is sent again though it was settled lies behind something unsettled.
        const oldest = must[0] ?? Number.POSITIVE_INFINITY;
        expect(rest.every((r) => !settled.has(r.sequence) || r.sequence > oldest)).toBe(true);
        for (const { ticket } of rest) ticket.settle();
        expect(again.spool.isDone).toBe(true);
        again.spool.close();
        expect([readdirSync(path), drops.total, again.drops.total]).toEqual([[], 0, 0]);
      }),
      { numRuns: 150 },
    );
  });

  it('survives damage at any byte: what is lost is counted or lies behind a lost head', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(), fc.nat(255), (count, place, value) => {
        const path = folder();
        const { spool } = open(path);
        for (let i = 1; i <= count; i += 1) append(spool, i);
        spool.close();
        const names = segments(path);
        const name = join(path, names[place % names.length] as string);
        const bytes = readFileSync(name);
        const at = place % bytes.length;
        const same = bytes[at] === value;
        bytes[at] = value;
        writeFileSync(name, bytes);
        const again = open(path);
        const rest = readAll(again.spool).map((r) => r.sequence);
        expect(rest).toEqual([...rest].sort((a, b) => a - b));
        if (same) expect(rest.length).toBe(count);
        else if (at >= SEGMENT_HEAD) expect(rest.length < count).toBe(again.drops.total > 0);
        expect(again.spool.isDone).toBe(false || rest.length === 0);
      }),
      { numRuns: 150 },
    );
  });
});

describe('Spool', () => {
  it('drops whole old segments at its cap and says which events those were', () => {
    const path = folder();
    const { spool, drops } = open(path, { maxBytes: 3000, segmentBytes: 600, dropOldest: true });
    for (let i = 1; i <= 100; i += 1) expect(append(spool, i)).toBe(true);
    expect(spool.bytes).toBeLessThanOrEqual(3000);
    const left = readAll(spool).map((r) => r.sequence);
    const lost = drops.take();
    expect(left.at(-1)).toBe(100);
    expect(lost.reduce((sum, r) => sum + r.count, 0) + left.length).toBe(100);
    expect(lost[0]).toMatchObject({ cause: 'spool_full', first_sequence: 1 });
    expect(lost.at(-1)?.last_sequence).toBe((left[0] as number) - 1);
  });

  it('refuses new events at its cap when it is to keep the old ones', () => {
    const { spool } = open(folder(), { maxBytes: 1000 });
    const results = Array.from({ length: 30 }, (_, i) => append(spool, i + 1));
    expect(results.filter((r) => r === true).length).toBe(readAll(spool).length);
    expect(results.at(-1)).toBeUndefined();
  });

  it('counts exactly what was lost in its own damaged segment and goes on', () => {
    const path = folder();
    const { spool, drops } = open(path);
    for (let i = 1; i <= 5; i += 1) append(spool, i);
    const name = join(path, segments(path)[0] as string);
    const bytes = readFileSync(name);
    bytes[SEGMENT_HEAD + 2 * 64 + 1] = 0xff;
    writeFileSync(name, bytes);
    expect(readAll(spool).map((r) => r.sequence)).toEqual([1, 2]);
    expect([spool.backlog, drops.byCause()]).toEqual([0, { spool_corrupt: 3 }]);
    append(spool, 6);
    expect(readAll(spool).map((r) => r.sequence)).toEqual([6]);
  });

  it('takes a segment cut off anywhere', () => {
    for (let cut = 0; cut < SEGMENT_HEAD + 3 * 64; cut += 7) {
      const path = folder();
      const { spool } = open(path);
      for (let i = 1; i <= 3; i += 1) append(spool, i);
      spool.close();
      truncateSync(join(path, segments(path)[0] as string), cut);
      const whole = Math.max(0, Math.floor((cut - SEGMENT_HEAD) / 64));
      expect(readAll(open(path).spool).length).toBe(whole);
    }
  });

  it('keeps no more on disk than is unacknowledged, give or take a segment', () => {
    const path = folder();
    const { spool } = open(path, { segmentBytes: 4 * 1024 * 1024 });
    let most = 0;
    for (let i = 1; i <= 20_000; i += 1) {
      (append(spool, i, true, 1000) as Ticket).settle();
      if (i % 500 === 0) most = Math.max(most, ...segments(path).map((name) => statSync(join(path, name)).size));
    }
    expect(most).toBeLessThan(2 * 1024 * 1024);
    spool.close();
    expect(readdirSync(path)).toEqual([]);
  });
});
