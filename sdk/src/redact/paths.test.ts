import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance, compilePaths, segmentsOf } from './paths.js';

/** What the automaton must agree with: the definition, written down as a recursion. */
function matches(pattern: readonly string[], path: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return path.length === 0;
  if (first === '**') return matches(rest, path) || (path.length > 0 && matches(pattern, path.slice(1)));
  return path.length > 0 && (first === '*' || first === path[0]) && matches(rest, path.slice(1));
}

function reaches(patterns: readonly string[], keys: readonly string[]): boolean {
  let place = compilePaths(patterns);
  for (const key of keys) place = place && advance(place, key);
  return place?.ends === true;
}

describe('paths', () => {
  it('reads names, wildcards, indexes and quoted names', () => {
    expect(segmentsOf('user.email')).toEqual(['user', 'email']);
    expect(segmentsOf('a[0].b')).toEqual(['a', '0', 'b']);
    expect(segmentsOf('a[*].b')).toEqual(['a', '*', 'b']);
    expect(segmentsOf('h["x-y z"]')).toEqual(['h', 'x-y z']);
    expect(segmentsOf("h['x.y']")).toEqual(['h', 'x', 'y']);
    expect(segmentsOf('**.ssn')).toEqual(['**', 'ssn']);
  });

  it.each(['', '.a', 'a..b', 'a.', 'a[', 'a["b', 'a[x]', '[]'])('refuses %j', (pattern) => {
    expect(() => segmentsOf(pattern)).toThrow();
  });

  it('finds exactly what the patterns say, on any path', () => {
    const segment = fc.constantFrom('a', 'b', 'c');
    const pattern = fc.array(fc.oneof(segment, fc.constantFrom('*', '**')), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        fc.array(pattern, { minLength: 1, maxLength: 4 }),
        fc.array(segment, { maxLength: 6 }),
        (all, path) => {
          const expected = all.some((one) => matches(one, path));
          expect(
            reaches(
              all.map((one) => one.join('.')),
              path,
            ),
          ).toBe(expected);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('takes a key with dots for as many segments', () => {
    expect(reaches(['user.email'], ['user.email'])).toBe(true);
    expect(reaches(['a.*.c'], ['a.b', 'c'])).toBe(true);
    expect(reaches(['a.b'], ['a.b.c'])).toBe(false);
  });
});
