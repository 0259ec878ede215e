import { describe, expect, it } from 'vitest';
import winston from 'winston';
import { EcsEncoder } from '../event/ecs_encoder.js';
import { readable } from '../event/readable.js';
import { infoOf } from './info.js';
import { recordOfCall, recordOfInfo } from './log_record.js';

const lineOf = (...given: unknown[]) => readable(recordOfCall('info', given, []), 65_536, undefined);

describe('values that JSON has no form for', () => {
  class Empty {
    #hidden = 1;
    get shown(): number {
      return this.#hidden;
    }
  }

  it.each([
    ['a generator', (function* () {})(), '[Generator]'],
    ['an iterator of a Map', new Map([['a', 1]]).entries(), '[Map Iterator]'],
    ['an iterator of a Set', new Set([1]).values(), '[Set Iterator]'],
    ['an object that shows nothing', new Empty(), '[Empty]'],
    ['a signal', new AbortController().signal, '[AbortSignal]'],
    ['a promise', Promise.resolve(1), '[Promise]'],
  ])('%s is told by its name, in the fields and in the text', (_name, value, text) => {
    expect(lineOf('text', { deep: [value] }).fields).toEqual({ deep: [text] });
    expect(lineOf('text', value).message).toBe(`text ${text}`);
  });

  it('an iterator is not used up', () => {
    const entries = new Map([['a', 1]]).entries();
    lineOf('text', { entries });
    expect([...entries]).toEqual([['a', 1]]);
  });

  it.each([
    [{ toJSON: () => null }, 'text null'],
    [{ toJSON: () => undefined }, 'text'],
    [new Date(Number.NaN), 'text Invalid Date'],
  ])('what a toJSON gives follows the text as that', (value, message) => {
    expect(lineOf('text', value).message).toBe(message);
  });

  it('what cannot be read of an error or of child fields is marked', () => {
    const error = Object.defineProperty(new Error('x'), 'message', {
      get() {
        throw new Error('no');
      },
    });
    expect(lineOf('text', error).fields).toMatchObject({ error: { message: '[unreadable]' } });
    const under = {
      toJSON() {
        throw new Error('no');
      },
    };
    expect(recordOfCall('info', ['text'], [under]).fields).toEqual({ fields: '[unreadable]' });
  });
});

describe('names of ours', () => {
  it('that the application uses are kept beside ours', () => {
    const encoder = new EcsEncoder(
      { service: {}, agent: {}, host: {}, process: {}, rota: { tier: 'webapp' } },
      'e',
      'd',
    );
    const fields = { log: { level: 'gold' }, event: { id: 'order-7', sequence: 3, action: 'paid' } };
    const doc = JSON.parse(encoder.encode('t', 'info', 'text', 9, fields));
    expect(doc).toMatchObject({
      log: { level: 'info' },
      event: { id: 'e-9', sequence: 9, action: 'paid' },
      rota: { tier: 'webapp', extra: { 'log.level': 'gold', 'event.id': 'order-7', 'event.sequence': 3 } },
    });
  });

  it("a field called level does not become the line's behind winston's splat", () => {
    const info = winston.format.splat().transform(infoOf('info', 'info', ['text', { level: 'gold' }], []) as never);
    expect(recordOfInfo(info as never)).toMatchObject({ level: 'info', severity: 'info', fields: { level: 'gold' } });
  });

  it.each([
    ['50', 'error'],
    [' 30 ', 'info'],
    ['7', 'debug'],
  ])("pino's number as a text, %s, is %s", (given, level) => {
    expect(recordOfCall(given, ['text'], []).level).toBe(level);
  });
});
