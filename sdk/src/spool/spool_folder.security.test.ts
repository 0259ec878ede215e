import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { ScriptedRelp, until } from '../../test/scripted_relp.js';
import { createLogger, type Logger } from '../index.js';

const root = mkdtempSync(join(tmpdir(), 'rota-left-'));
const SOMEBODY_ELSE = 65_534;
const isRoot = process.getuid?.() === 0;
let relp: ScriptedRelp;
let dir: string;
const open: Logger[] = [];

beforeEach(async () => {
  relp = await ScriptedRelp.start();
  dir = mkdtempSync(join(root, 'spool-'));
});
afterEach(async () => {
  for (const log of open.splice(0)) await log.close({ timeoutMs: 50 });
  await relp.stop();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function logger(url: string, spool: string) {
  const warnings: { code?: string; message: string }[] = [];
  const log = createLogger({
    url,
    service: 'test',
    statsIntervalMs: 0,
    spool: { dir: spool, mode: 'write-through' },
    onWarning: (error) => warnings.push(error),
  });
  open.push(log);
  return { log, warnings };
}

/** A spool with one line, as a process leaves it that could deliver nothing. Returns its path. */
async function leave(text: string): Promise<string> {
  const { log } = logger('relp://127.0.0.1:9', dir);
  log.info(text);
  const before = new Set(readdirSync(dir));
  await log.close({ timeoutMs: 1 });
  const [name] = readdirSync(dir).filter((one) => !before.has(one) && one.endsWith('@free'));
  return join(dir, name as string);
}

const segmentOf = (path: string) => join(path, readdirSync(path).find((name) => name.endsWith('.seg')) as string);
const arrived = (text: string) => relp.messages.some((message) => message.includes(`"message":"${text}"`));

type Spoil = (path: string) => void;
const elsewhere = (path: string) => {
  const hidden = join(root, `hidden-${Math.random()}`);
  renameSync(path, hidden);
  return hidden;
};
const spoiled: Record<string, Spoil> = {
  'is a link to a folder of ours': (path) => symlinkSync(elsewhere(path), path),
  'is a link to nothing': (path) => symlinkSync(`${elsewhere(path)}-not-there`, path),
  'is writable by its group': (path) => chmodSync(path, 0o720),
  'is writable by all': (path) => chmodSync(path, 0o777),
  'holds a segment that is a link': (path) => {
    const segment = segmentOf(path);
    const hidden = join(root, `hidden-${Math.random()}`);
    renameSync(segment, hidden);
    symlinkSync(hidden, segment);
  },
  'holds a segment that others may write to': (path) => chmodSync(segmentOf(path), 0o602),
  'holds a pipe': (path) => execFileSync('mkfifo', [join(path, '0000000009.seg')]),
  'holds a folder': (path) => mkdirSync(join(path, '0000000009.seg')),
  'has a ledger that is a link': (path) => {
    rmSync(join(path, 'ledger'), { force: true });
    writeFileSync(join(root, 'victim'), 'precious');
    symlinkSync(join(root, 'victim'), join(path, 'ledger'));
  },
};
const ofOthers: Record<string, Spoil> = {
  'belongs to another user': (path) => chownSync(path, SOMEBODY_ELSE, SOMEBODY_ELSE),
  'holds a segment of another user': (path) => chownSync(segmentOf(path), SOMEBODY_ELSE, SOMEBODY_ELSE),
};

async function refused(spoil: Spoil): Promise<void> {
  const bad = await leave('not ours');
  spoil(bad);
  await leave('ours');
  const { warnings } = logger(relp.url, dir);
  await until(() => arrived('ours') && warnings.length > 0, 20_000);
  expect(warnings.map(({ code }) => code)).toEqual(['ROTA_SPOOL_REFUSED']);
  expect(warnings[0]?.message).toContain(bad);
  expect(arrived('not ours')).toBe(false);
  // It stays where it is, for somebody to look at.
  expect(readdirSync(dir).some((name) => bad.endsWith(name))).toBe(true);
  if (existsSync(join(root, 'victim'))) expect(readFileSync(join(root, 'victim'), 'utf8')).toBe('precious');
}

describe('what a process left behind', () => {
  it.each(Object.entries(spoiled))('is not sent when it %s, and that is reported', (_, spoil) => refused(spoil));

  const asRoot = isRoot ? test : test.skip;
  const name = isRoot ? '' : ' (SKIPPED: only root can make such a folder)';
  asRoot.each(Object.entries(ofOthers))(`is not sent when it %s, and that is reported${name}`, (_, spoil) =>
    refused(spoil),
  );

  it('is sent when the spool itself is reached by a link: that is how somebody set it up', async () => {
    await leave('ours');
    const link = join(root, `link-${Math.random()}`);
    symlinkSync(dir, link);
    const { warnings } = logger(relp.url, link);
    await until(() => arrived('ours'), 20_000);
    expect(warnings).toEqual([]);
  });

  it('is taken over all at once, and sent, however many there are', async () => {
    for (let i = 0; i < 80; i += 1) await leave(`left ${i}`);
    const { log } = logger('relp://127.0.0.1:9', dir);
    await until(() => readdirSync(dir).every((one) => !one.endsWith('@free')), 20_000);
    expect(readdirSync(dir).length).toBe(81);
    await log.close({ timeoutMs: 1 });
    const next = logger(relp.url, dir);
    await until(() => Array.from({ length: 80 }, (_, i) => `left ${i}`).every(arrived), 60_000);
    expect(next.log.stats().spool?.adopted).toBeGreaterThanOrEqual(80);
    await until(() => readdirSync(dir).length === 1, 20_000);
  });
});
