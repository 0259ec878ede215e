import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SCOPE, readScope, type ScopeState, scopeOnly, writeParam, writeScope } from './url_state';

const name = fc.string({ minLength: 1, maxLength: 20 });
const filter = fc.oneof(
  fc.record({
    field: name,
    op: fc.constantFrom('is' as const, 'is_not' as const),
    value: fc.oneof(name, fc.integer(), fc.boolean()),
  }),
  fc.record({ field: name, op: fc.constantFrom('exists' as const, 'not_exists' as const) }),
);
const scope: fc.Arbitrary<ScopeState> = fc.record({
  from: name,
  to: name,
  kql: fc.string(),
  filters: fc.array(filter, { maxLength: 4 }),
  service: fc.array(name, { maxLength: 3 }),
  pool: fc.array(name, { maxLength: 3 }),
  environment: fc.array(name, { maxLength: 3 }),
  refresh: fc.oneof(fc.constant(0), fc.integer({ min: 1000, max: 86_400_000 })),
});

describe('the scope in the URL', () => {
  it('comes back as it was written, whatever it holds', () => {
    fc.assert(
      fc.property(scope, (state) => {
        expect(readScope(writeScope('', state))).toEqual(state);
      }),
    );
  });

  it('is never broken by a malformed link', () => {
    fc.assert(
      fc.property(fc.string(), fc.oneof(fc.string(), fc.double().map(String)), (filters, refresh) => {
        const read = readScope(`?${new URLSearchParams({ filters, refresh })}`);
        expect(Array.isArray(read.filters)).toBe(true);
        expect(read.refresh === 0 || (read.refresh >= 1000 && read.refresh <= 86_400_000)).toBe(true);
      }),
    );
  });

  it('leaves defaults out, so that links stay short', () => {
    expect(writeScope('', DEFAULT_SCOPE)).toBe('');
  });

  it('keeps what belongs to a page, and drops it on the way to another', () => {
    const search = writeParam(writeScope('', { kql: 'a : b' }), 'event', 'ejected-1');
    expect(new URLSearchParams(writeScope(search, { from: 'now-1h' })).get('event')).toBe('ejected-1');
    expect(new URLSearchParams(scopeOnly(search)).get('event')).toBeNull();
    expect(readScope(scopeOnly(search)).kql).toBe('a : b');
  });

  it('passes over filters that no route would take', () => {
    expect(readScope('?filters=[{"field":"a","op":"is"},{"field":"b","op":"exists"},7]').filters).toEqual([
      { field: 'b', op: 'exists' },
    ]);
  });
});
