import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Counters } from './counters';
import type { Delivery } from './delivery';
import { Indexer } from './indexer';
import { OmprogDialogue } from './omprog';
import { readSettings } from './settings';
import { createShape, readShapeSettings } from './shape';
import { Status } from './status';

/** An indexer without confirmation (profile `fast`) whose bulks of one document wait until the test lets them go. */
function started() {
  const dir = mkdtempSync(join(tmpdir(), 'rota-indexer-'));
  const release: (() => void)[] = [];
  const delivery = { deliver: () => new Promise<boolean>((resolve) => release.push(() => resolve(true))) };
  const indexer = new Indexer({
    settings: { ...readSettings({ ROTA_INDEXER_DIR: dir }), bulkDocs: 1, concurrency: 1 },
    delivery: delivery as unknown as Delivery,
    counters: new Counters(),
    status: new Status(dir, () => {}),
    shape: createShape(readShapeSettings({})),
    confirms: false,
  });
  const dialogue = new OmprogDialogue(indexer, () => {}, 10_000);
  const journal = join(dir, 'journal');
  return { dialogue, release, journal: () => readFileSync(join(journal, readdirSync(journal)[0]!), 'utf8') };
}

/** Waits until `look` no longer throws. */
const soon = (look: () => void) => vi.waitFor(look, { timeout: 60_000, interval: 5 });

test('lines of a block that wait in memory stay in the journal when those before them are safe', async () => {
  const { dialogue, release, journal } = started();
  dialogue.push(Buffer.from('BEGIN TRANSACTION\none\ntwo\nCOMMIT TRANSACTION\n'));
  expect(journal()).toContain('one\ntwo\n');
  expect(release.length, 'the second line waits for the first bulk').toBe(1);
  release[0]!();
  await soon(() => expect(release.length).toBe(2));
  expect(journal()).toContain('two\n');
  release[1]!();
  await soon(() => expect(journal()).toBe(''));
});
