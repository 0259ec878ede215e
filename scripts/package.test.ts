import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, it } from 'vitest';
import { checkout } from '../stack/layout.js';
import { buildPackage } from './package.js';

const folder = mkdtempSync(join(tmpdir(), 'rota-package-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const digest = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

it('two builds of the same sources have the same bytes', async () => {
  const [one, two] = [await buildPackage(join(folder, 'one')), await buildPackage(join(folder, 'two'))];
  expect(digest(one.deb)).toBe(digest(two.deb));
  expect(digest(one.tarball)).toBe(digest(two.tarball));
});

it("holds Heat's units as they are, programs that can be run, and settings as conffiles", async () => {
  const { deb } = await buildPackage(folder);
  const root = join(folder, 'root');
  await execa('dpkg-deb', ['--raw-extract', deb, root]);
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  for (const name of ['rota-agent.service', 'rota-log.service']) {
    expect(read(`usr/lib/systemd/system/${name}`)).toBe(readFileSync(join(checkout, 'heat/files/units', name), 'utf8'));
  }
  expect(read('DEBIAN/conffiles').trim().split('\n')).toEqual([
    '/etc/rota/agent.env',
    '/etc/rota/log.env',
    '/etc/rota/formats.yaml',
    '/etc/logrotate.d/rota',
  ]);
  // Every file that a unit or a setting names is in it.
  const named = [read('usr/lib/systemd/system/rota-agent.service'), read('usr/lib/systemd/system/rota-log.service')]
    .flatMap((text) => text.match(/\/etc\/rota\/[\w./]+/g) ?? [])
    .map((path) => path.slice(1));
  expect(named.length).toBeGreaterThan(4);
  for (const path of named) expect(read(path)).toMatch(/\w/);
  const help = await execa(process.execPath, [join(root, 'usr/lib/rota/setup.cjs'), '--help']);
  expect(help.stdout).toContain('rota-setup check');
  const { stdout } = await execa('dpkg-deb', ['--contents', deb]);
  expect(stdout).toMatch(/-rwxr-xr-x root\/root +\d+ 1970-01-01 \d\d:\d\d \.\/usr\/bin\/rota-setup/);
  expect(stdout).not.toMatch(/__pycache__|\.ts$/m);
});
