import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { adoptOrphans, Journal, processKey } from './journal';
import { wholeLines } from './lines';

const folder = () => mkdtempSync(join(tmpdir(), 'rota-journal-'));
const text = (lines: Buffer[]) => lines.map(String);

/** A process that has ended for sure. */
const deadPid = () => spawnSync(process.execPath, ['-e', '0']).pid;

test('lines that were never cleared are taken over from a dead process, once', () => {
  const dir = folder();
  const journal = new Journal(dir);
  journal.append(Buffer.from('one\n'));
  journal.append(Buffer.from('COMMIT TRANSACTION\nBEGIN TRANSACTION\ntwo\n'));
  const [mine] = readdirSync(dir);
  expect(adoptOrphans(dir)).toEqual([]);
  renameSync(join(dir, mine!), join(dir, `${deadPid()}-1.journal`));
  const [orphan, ...more] = adoptOrphans(dir);
  expect(more).toEqual([]);
  expect(text(orphan!.lines)).toEqual(['one', 'two']);
  expect(adoptOrphans(dir)).toEqual([]);
  orphan!.done();
  expect(readdirSync(dir)).toEqual([]);
});

test('what was cleared is gone, what came after stays', () => {
  const dir = folder();
  const journal = new Journal(dir);
  journal.append(Buffer.from('one\n'));
  journal.clear();
  journal.append(Buffer.from('two\n'));
  journal.close();
  const [name] = readdirSync(dir);
  renameSync(join(dir, name!), join(dir, `${deadPid()}-1.journal`));
  expect(text(adoptOrphans(dir)[0]!.lines)).toEqual(['two']);
});

test('an empty journal leaves no file behind', () => {
  const dir = folder();
  new Journal(dir).close();
  expect(readdirSync(dir)).toEqual([]);
});

test('a pid that came round again does not keep a dead process’s journal', () => {
  const dir = folder();
  writeFileSync(join(dir, `${process.pid}-1.journal`), 'one\n');
  expect(text(adoptOrphans(dir)[0]!.lines)).toEqual(['one']);
});

test('a process is told apart by its start time', () => {
  expect(processKey(process.pid)).toMatch(new RegExp(`^${process.pid}-\\d+$`));
  expect(processKey(deadPid())).toBeUndefined();
});

test('only lines that were written whole are replayed', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[ -~]{1,20}$/)), fc.stringMatching(/^[ -~]{0,20}$/), (lines, torn) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join('') + torn);
      expect(text(wholeLines(bytes))).toEqual(lines);
    }),
  );
});
