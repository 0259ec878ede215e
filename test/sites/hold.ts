import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { drawnSite } from './description/draw';
import type { Site } from './description/site';
import { judge } from './subjects/judge';
import { Counter, grown } from './subjects/tally';

const SEED = 18;
const FILE = join(import.meta.dirname, 'ratchet.json');

export type Kind = 'drawn' | 'own_formats';

/**
 * Draws sites, asks the routes about each by a search in memory, and fails at the first answer that is wrong and does not say
 * that it is not known, with the smallest such site. `ROTA_SITES` of them instead of `usual`; `ROTA_SITES_SEED` draws others.
 */
export async function holdAgainstTruth(kind: Kind, usual: number): Promise<void> {
  const seed = Number(process.env['ROTA_SITES_SEED'] ?? SEED);
  const runs = Number(process.env['ROTA_SITES'] ?? usual);
  const arbitrary = drawnSite({ ownFormats: kind === 'own_formats' });
  const counter = new Counter();
  for (const [i, site] of fc.sample(arbitrary, { seed, numRuns: runs }).entries()) {
    const checked = await judge(site);
    counter.add(site, checked);
    const [wrong] = checked.wrong;
    if (wrong) expect.fail(await shrunk(arbitrary, wrong.kind, seed, i));
  }
  const { tally } = counter;
  const shares = Object.entries(tally.notKnown).map(([evidence, share]) => `${evidence} ${share} %`);
  console.log(`${kind}: ${tally.sites} sites, seed ${seed}; not known: ${shares.join(', ')}`);
  const same = seed === SEED && runs === usual;
  if (same && process.env['ROTA_SITES_WRITE'] === '1') return write(kind, tally.notKnown);
  // Of few sites shares say little.
  if (runs < usual) return;
  expect(grown(tally.notKnown, read()[kind], same ? 0 : 6)).toEqual([]);
}

/** What is not known, in percent of what is asked, by evidence. */
type Written = Record<string, number>;

function read(): Record<Kind, Written> {
  return JSON.parse(readFileSync(FILE, 'utf8'));
}

function write(kind: Kind, found: Written): void {
  writeFileSync(FILE, `${JSON.stringify({ ...read(), [kind]: found }, null, 2)}\n`);
}

/** The first site with such a finding, made as small as it goes. */
async function shrunk(arbitrary: fc.Arbitrary<Site>, kind: string, seed: number, run: number): Promise<string> {
  const property = fc.asyncProperty(arbitrary, async (site) => {
    const found = (await judge(site)).wrong.find((finding) => finding.kind === kind);
    if (found) throw new Error(found.message);
  });
  const { counterexample, counterexamplePath, errorInstance, numShrinks } = await fc.check(property, {
    seed,
    path: String(run),
    endOnFailure: false,
  });
  return [
    `${kind}: ${(errorInstance as Error | null)?.message}`,
    `seed ${seed}, path "${counterexamplePath}", after ${numShrinks} shrinks:`,
    `npx tsx test/sites/replay.ts '${JSON.stringify(counterexample?.[0])}'`,
  ].join('\n');
}
