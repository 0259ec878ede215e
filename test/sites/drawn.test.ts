import { describe, it, vi } from 'vitest';
import { holdAgainstTruth } from './hold';

/** Long, for a machine that has much else to do, and for ten thousand sites. */
vi.setConfig({ testTimeout: 7_200_000 });

/** Mock: the routes run on a search in memory. */
describe('the pages’ answers at drawn sites, over a search in memory', () => {
  it('equal the truth, or say that it is not known', () => holdAgainstTruth('drawn', 700));
});
