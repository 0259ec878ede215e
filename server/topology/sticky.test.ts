import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { staysOf } from './sticky';

const counts = {
  places: fc.integer({ min: 2, max: 8 }),
  visitors: fc.integer({ min: 3, max: 60 }),
  each: fc.integer({ min: 8, max: 40 }),
};

/** Requests of some visitors, each given to a place. */
function visitsOf(places: number, visitors: number, each: number, choose: (visitor: number) => number) {
  const pairs = new Set<string>();
  const taken = new Set<number>();
  for (let visitor = 0; visitor < visitors; visitor++) {
    for (let i = 0; i < each; i++) {
      const place = choose(visitor) % places;
      taken.add(place);
      pairs.add(`${visitor} ${place}`);
    }
  }
  const found = { requests: visitors * each, places: taken.size, visitors, visitorsOfPlaces: pairs.size };
  return { teller: 'lb-1', pool: 'be', ...found };
}

describe('users who stay with their server', () => {
  it('are seen where an address leads to one place, however few or many come', () => {
    fc.assert(
      fc.property(counts.places, counts.visitors, counts.each, (places, visitors, each) => {
        const visits = visitsOf(places, visitors, each, (visitor) => visitor);
        expect(staysOf(visits)).toBe(visits.places > 1 ? 'stay' : 'move');
      }),
    );
  });

  it('are not seen where turns go round', () => {
    fc.assert(
      fc.property(counts.places, counts.visitors, counts.each, (places, visitors, each) => {
        let turn = 0;
        expect(staysOf(visitsOf(places, visitors, each, () => turn++))).toBe('move');
      }),
    );
  });

  it('are not known where few came again, and do not matter where many came once', () => {
    expect(staysOf(visitsOf(4, 60, 1, (visitor) => visitor))).toBe('not_known');
    expect(staysOf(visitsOf(4, 600, 1, (visitor) => visitor))).toBe('move');
  });
});
