import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuMs } from '../../test/cpu_time.js';
import { errorFields, errorForm, MAX_STACK } from './error_fields.js';

describe('error fields', () => {
  it('tells the class, the code, the message and where it was thrown', () => {
    class PaymentError extends Error {
      code = 'E_PAY';
    }
    const fields = errorFields(new PaymentError('no money'));
    expect(fields).toMatchObject({ type: 'PaymentError', code: 'E_PAY', message: 'no money' });
    expect(fields.stack_trace).toContain('error_fields.test.ts');
  });

  it('follows causes and aggregates, and ends where they run in a circle', () => {
    const inner = new Error('inner');
    const outer = new Error('outer', { cause: new TypeError('middle', { cause: inner }) });
    expect(errorFields(outer).stack_trace).toMatch(
      /outer[\s\S]*Caused by: TypeError: middle[\s\S]*Caused by: Error: inner/,
    );
    (inner as { cause?: unknown }).cause = outer;
    expect(errorFields(outer).stack_trace).toContain('inner');
    const many = new AggregateError([new Error('one'), 'two'], 'all failed');
    expect(errorFields(many).stack_trace).toMatch(/all failed[\s\S]*One of: Error: one[\s\S]*One of: two/);
  });

  it.each([
    ['a text', 'boom', { type: 'string', message: 'boom' }],
    ['nothing', undefined, { type: 'undefined', message: 'undefined' }],
    ['null', null, { type: 'object', message: 'null' }],
    ['an object', { a: 1 }, { type: 'object', message: '{"a":1}' }],
    ['a number', 5n, { type: 'bigint', message: '5' }],
    ['an object with a message', { message: 'like an error' }, { type: 'Error', message: 'like an error' }],
  ])('takes %s that was thrown', (_what, thrown, fields) => {
    expect(errorFields(thrown)).toMatchObject(fields);
  });

  it('tells every member of an aggregate, and marks those beyond', () => {
    const errors = Array.from({ length: 100 }, (_, index) => new Error(`number ${index}`));
    const few = errorForm(new AggregateError(errors.slice(0, 20), 'all failed'));
    expect(few['errors']).toHaveLength(20);
    const many = errorForm(new AggregateError(errors, 'all failed'));
    expect(many['errors']).toContainEqual(expect.objectContaining({ message: 'number 30' }));
    expect((many['errors'] as unknown[]).at(-1)).toBe('… 69 more');
    expect(many['stack_trace']).toMatch(/One of: Error: number 3[\s\S]*…/);
  });

  it('keeps members whose names mean something else here', () => {
    const given = {
      errors: { email: { kind: 'required' } },
      type: 'StripeCardError',
      code: { n: 1 },
      properties: { a: 1 },
    };
    const form = errorForm(Object.assign(new Error('x'), given));
    expect(form).toMatchObject({
      type: 'Error',
      errors: { email: { kind: 'required' } },
      properties: { a: 1, type: 'StripeCardError', code: { n: 1 } },
    });
  });

  it('is bounded, whatever the error drags along', () => {
    const wide = (depth: number): Error =>
      depth === 0
        ? new Error('x'.repeat(10_000))
        : new AggregateError(
            Array.from({ length: 50 }, () => wide(depth - 1)),
            'a',
          );
    let fields: ReturnType<typeof errorFields> | undefined;
    const read = () => {
      fields = errorFields(wide(2));
    };
    expect(cpuMs(read)).toBeLessThan(5000);
    expect(fields?.stack_trace?.length).toBeLessThanOrEqual(MAX_STACK);
  });

  it('never throws', () => {
    const hostile = {
      message: 'x',
      get stack(): string {
        throw new Error('no');
      },
    };
    expect(errorFields(hostile)).toMatchObject({ type: 'Error', message: 'x' });
    fc.assert(
      fc.property(fc.anything(), (thrown) => {
        expect(errorFields(thrown)).toBeTypeOf('object');
      }),
    );
  });
});
