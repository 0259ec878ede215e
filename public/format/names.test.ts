import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cutNames, tailsOf } from './names';

/** Names as sites have them: parts that repeat from one to the next. */
const part = fc.constantFrom(
  'prod',
  'eu-west-1',
  'web',
  'frontend',
  'cluster-a',
  'cluster-b',
  '01',
  '02',
  '10',
  'example.internal',
);
const name = fc.array(part, { minLength: 1, maxLength: 9 }).map((parts) => parts.join('-'));
const names = fc.uniqueArray(fc.oneof(name, fc.string({ minLength: 1 })), { maxLength: 60 });

it('cuts names to their room, whole where they fit, and never two alike', () => {
  fc.assert(
    fc.property(names, fc.integer({ min: 8, max: 30 }), (all, most) => {
      const cuts = cutNames(all, most);
      expect(new Set(cuts.values()).size).toBe(all.length);
      for (const one of all) {
        expect([...cuts.get(one)!].length).toBeLessThanOrEqual(most);
        if ([...one].length <= most) expect(cuts.get(one)).toBe(one);
      }
    }),
  );
});

it('keeps the end of a name that tells it from the others, if that is not too far', () => {
  fc.assert(
    fc.property(names, (all) => {
      const tails = tailsOf(all);
      for (const one of all) {
        const tail = tails.get(one)!;
        const alike = all.filter((other) => [...other].slice(-tail).join('') === [...one].slice(-tail).join(''));
        expect(tail >= 24 || alike.length === 1 || tail === [...one].length).toBe(true);
      }
    }),
  );
});

it('cuts in the middle first', () => {
  expect(
    cutNames(['prod-eu-west-1-frontend-01', 'prod-eu-west-1-frontend-02'], 18).get('prod-eu-west-1-frontend-01'),
  ).toBe('prod-eu-…ontend-01');
});
