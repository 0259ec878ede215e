import { describe, it, vi } from 'vitest';
import { holdAgainstTruth } from './hold';

/** Long, for a machine that has much else to do, and for ten thousand sites. */
vi.setConfig({ testTimeout: 7_200_000 });

/** Mock: the routes run on a search in memory. */
describe('the pages’ answers at sites that write Rota’s own formats in every tier, over a search in memory', () => {
  it('equal the truth; what is not known there is no more than written down', () =>
    holdAgainstTruth('own_formats', 300));
});
