import { describe, expect, it } from 'vitest';
import { readable } from '../event/readable.js';
import { recordOfCall } from './log_record.js';
import { enterLine, leaveLine } from './names.js';

const MOST = 65_536;

const known = new Map<number, object>();
function wide(size: number): object {
  const object =
    known.get(size) ?? Object.fromEntries(Array.from({ length: size }, (_, index) => [`key${index}`, index]));
  known.set(size, object);
  return object;
}

/** Counts what a line reads: names listed, members read, entries of collections taken. */
class Meter {
  names = 0;
  reads = 0;
  entries = 0;

  object(size: number): object {
    const target = wide(size);
    return new Proxy(target, {
      ownKeys: (all) => {
        this.names += size;
        return Reflect.ownKeys(all);
      },
      get: (all, name, self) => {
        if (typeof name === 'string' && name.startsWith('key')) this.reads += 1;
        return Reflect.get(all, name, self);
      },
    });
  }

  map(size: number): Map<string, number> {
    const map = new Map(Array.from({ length: size }, (_, index) => [`key${index}`, index]));
    const take = () => {
      this.entries += 1;
    };
    Object.defineProperty(map, Symbol.iterator, {
      *value() {
        for (const entry of Map.prototype.entries.call(map)) {
          take();
          yield entry;
        }
      },
    });
    return map;
  }
}

function lineOf(...given: unknown[]) {
  enterLine();
  try {
    return readable(recordOfCall('info', given, []), MOST, undefined);
  } finally {
    leaveLine();
  }
}

describe('what one line reads is bounded', () => {
  it('a wide object is listed once, and read as far as an event goes', () => {
    const meter = new Meter();
    const line = lineOf('text', { note: 'small', value: meter.object(100_000) });
    expect(meter.names).toBe(100_000);
    expect(meter.reads).toBeLessThan(20_000);
    expect(line.fields).toMatchObject({ note: 'small', 'rota.truncated': true });
    expect(line.fields).toHaveProperty(['value', '…'], expect.stringMatching(/^\d+ more$/));
  });

  it.each([
    ['in an object', (all: object[]) => Object.fromEntries(all.entries())],
    ['in a list', (all: object[]) => all],
    ['as arguments', undefined],
  ])('of a thousand wide ones %s a few are listed, the others marked', (_where, within) => {
    const meter = new Meter();
    const all = Array.from({ length: 1000 }, () => meter.object(1000));
    const line =
      within === undefined
        ? lineOf('text', { note: 'small' }, ...all)
        : lineOf('text', { note: 'small', value: within(all) });
    expect(meter.names).toBeLessThanOrEqual(14_000);
    expect(meter.reads).toBeLessThan(50_000);
    expect(line.fields).toMatchObject({ note: 'small' });
    expect(/… not listed|… \d+ more/.test(JSON.stringify(line.fields))).toBe(true);
  });

  it('small objects beside a huge one are told', () => {
    const meter = new Meter();
    const line = lineOf('text', { value: meter.object(100_000), user: { id: 7 }, list: [{ a: 1 }] });
    expect(line.fields).toMatchObject({ user: { id: 7 }, list: [{ a: 1 }] });
  });

  it('of collections as many entries are taken as have room, and the rest is counted', () => {
    const meter = new Meter();
    const value = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`m${index}`, meter.map(2000)]));
    lineOf('text', { note: 'small', value });
    expect(meter.entries).toBeLessThan(50_000);
    const line = lineOf('text', { map: new Map(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, 1])) });
    const shown = Object.keys((line.fields as { map: object }).map).length - 1;
    expect(line.fields).toHaveProperty(['map', '…'], `${100_000 - shown} more`);
  });

  it('of lists and bytes that a format is given no index becomes a name', () => {
    expect(lineOf('text', Buffer.alloc(1 << 20, 7)).message).toMatch(/^text \[Buffer, 1048576 bytes, 0707/);
  });

  it('arguments by thousands are told in little, and counted', () => {
    const { message } = lineOf('text', ...Array.from({ length: 100_000 }, (_, index) => `word${index}`));
    expect(message).toMatch(/^text word0 word1 .* … 98000 more$|^text word0 word1 .*…$/);
    const errors = Array.from({ length: 1000 }, (_, index) => new Error(`number ${index}`));
    const { fields } = lineOf('text', ...errors);
    expect(fields).toMatchObject({ error: { message: 'number 0' } });
    expect(JSON.stringify(fields?.['errors'])).toContain('number 1"');
  });

  it('errors by thousands are told, the first with their stacks', () => {
    const value = Object.fromEntries(
      Array.from({ length: 2000 }, (_, index) => [`e${index}`, new RangeError(`n${index}`)]),
    );
    const line = lineOf('text', { note: 'small', value });
    expect(line.fields).toMatchObject({ note: 'small', 'rota.truncated': true });
    expect(JSON.stringify(line.fields)).toContain('RangeError');
  });
});
