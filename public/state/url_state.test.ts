import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_SCOPE,
  frozen,
  pageOnly,
  readAddress,
  readScope,
  type ScopeState,
  scopeOnly,
  withPage,
  writeParam,
  writeScope,
} from './url_state';

const name = fc.string({ minLength: 1, maxLength: 20 });
const field = name.filter((text) => !text.includes('*'));
const filter = fc.oneof(
  fc.record({
    field,
    op: fc.constantFrom('is' as const, 'is_not' as const),
    value: fc.oneof(name, fc.integer(), fc.boolean()),
  }),
  fc.record({ field, op: fc.constantFrom('exists' as const, 'not_exists' as const) }),
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
        expect(readAddress(writeScope('', state))).toEqual({ scope: state, faults: [] });
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

  it('takes no more than a question may hold, and says what it left out', () => {
    const filters = JSON.stringify(Array.from({ length: 60 }, (_, i) => ({ field: `f${i}`, op: 'exists' })));
    const services = Array.from({ length: 51 }, (_, i): [string, string] => ['service', `s${i}`]);
    const rest: [string, string][] = [
      ['kql', 'x'.repeat(5000)],
      ['filters', filters],
      ['refresh', 'often'],
    ];
    const { scope, faults } = readAddress(`?${new URLSearchParams([...services, ...rest])}`);
    expect([scope.filters.length, scope.service.length, scope.kql, scope.refresh]).toEqual([50, 50, '', 0]);
    expect(faults).toEqual([
      'The search has 5,000 characters; Rota takes 4,000. It is left out.',
      'The address has 60 filters; Rota takes 50. The others are left out.',
      'The address has 51 values of "service"; Rota takes 50. The others are left out.',
      '"often" is no time between refreshes in milliseconds, from 1,000. The page does not refresh itself.',
    ]);
  });

  it('says so when its filters are nonsense', () => {
    for (const filters of ['nonsense', '{}', '7']) expect(readAddress(`?filters=${filters}`).faults).toHaveLength(1);
    expect(readAddress('?filters=[7]').faults).toEqual(['Of the filters 1 cannot be read, and is left out.']);
  });

  it('takes a page’s own parameters along to that page alone', () => {
    fc.assert(
      fc.property(scope, name, (state, value) => {
        const here = writeParam(writeScope('', state), 'event', value);
        expect(readScope(withPage(here, pageOnly('?columns=a&from=now-1h')))).toEqual(state);
        expect(pageOnly(withPage(here, '?columns=a&from=now-1h'))).toBe('?columns=a');
      }),
    );
  });

  it('frozen, shows the same whenever it is opened', () => {
    const times = { from: '2026-11-30T10:00:00.000Z', to: '2026-11-30T10:30:00.000Z' };
    const search = frozen('?refresh=5000&live=1&kql=a&columns=b', times);
    expect(readScope(search)).toEqual({ ...DEFAULT_SCOPE, ...times, kql: 'a' });
    expect(pageOnly(search)).toBe('?columns=b');
  });

  it('passes over filters that no route would take', () => {
    expect(readScope('?filters=[{"field":"a","op":"is"},{"field":"b","op":"exists"},7]').filters).toEqual([
      { field: 'b', op: 'exists' },
    ]);
  });
});
