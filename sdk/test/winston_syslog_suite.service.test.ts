import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { needsUnixDgram, noUnixDgram } from './unix_dgram.js';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const source = fileURLToPath(new URL('../src/index.ts', import.meta.url));
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
/** Tests of the suite in winston-syslog 2.7.1. */
const COUNTS = { others: 13, unix: 4 };
const folder = mkdtempSync(join(tmpdir(), 'rota-winston-syslog-'));

/** The suite as the installed package brings it, with our transport where its own would be. */
beforeAll(() => {
  cpSync(join(dirname(require.resolve('winston-syslog/package.json')), 'test'), join(folder, 'test'), {
    recursive: true,
  });
  symlinkSync(modules, join(folder, 'node_modules'));
  mkdirSync(join(folder, 'lib'));
  buildSync({
    entryPoints: [source],
    outfile: join(folder, 'lib', 'rota.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    define: { 'import.meta.url': '"file:///"' },
  });
  writeFileSync(
    join(folder, 'lib', 'winston-syslog.js'),
    "const { SyslogTransport } = require('./rota.cjs');\nrequire('winston').transports.Syslog = SyslogTransport;\nmodule.exports = { Syslog: SyslogTransport };\n",
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function honored(...names: string[]): Promise<number> {
  const vows = require.resolve('vows/bin/vows');
  const files = names.map((name) => join('test', `${name}-test.js`));
  const { stdout } = await run(process.execPath, ['--title=node', vows, ...files, '--spec'], { cwd: folder });
  expect(stdout).not.toMatch(/broken|errored|pending|dropped/);
  return Number(/OK » (\d+) honored/.exec(stdout)?.[1]);
}

it("passes winston-syslog's own tests of formats, messages, TCP, UDP and TLS", async () => {
  expect(await honored('format', 'message', 'syslog')).toBe(COUNTS.others);
});

it.skipIf(noUnixDgram)(needsUnixDgram("passes winston-syslog's own tests of unix sockets"), async () => {
  expect(await honored('unix-connect')).toBe(COUNTS.unix);
});
