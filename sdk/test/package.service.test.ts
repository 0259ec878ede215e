import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VERSION } from '../src/version.js';
import { ScriptedRelp } from './scripted_relp.js';

const run = promisify(execFile);
const sdk = fileURLToPath(new URL('..', import.meta.url));
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const project = mkdtempSync(join(tmpdir(), 'rota-package-'));
const SCRIPT = `
const log = createLogger({ url: process.argv[2], service: 'packed', statsIntervalMs: 0 });
requestLogger(log);
log.info('from ' + process.argv[3]);
log.close().then((result) => console.log(JSON.stringify(result)));
`;
const FILES = {
  'esm.mjs': `import { createLogger, SyslogTransport } from 'rota-sdk';\nimport { requestLogger } from 'rota-sdk/http';\n${SCRIPT}`,
  'cjs.cjs': `const { createLogger, SyslogTransport } = require('rota-sdk');\nconst { requestLogger } = require('rota-sdk/http');\n${SCRIPT}`,
  'typed.mts': `import { createLogger, type Stats } from 'rota-sdk';\nimport { requestLogger } from 'rota-sdk/http';\nconst log = createLogger({ url: 'relp://h', service: 's' });\nrequestLogger(log);\nlog.child({ a: 1 }).warning('x');\nexport const stats: Stats = log.stats();\n// @ts-expect-error a level that syslog has not\nlog.verbose('x');\n`,
  'typed.cts': `import rota = require('rota-sdk');\nexport const transport = new rota.SyslogTransport({ host: 'h', port: 1, protocol: 'tls4' });\n// @ts-expect-error no such protocol\nnew rota.SyslogTransport({ protocol: 'x' });\n`,
};
let packed: { files: { path: string }[]; filename: string };
let relp: ScriptedRelp;

beforeAll(async () => {
  const env = { ...process.env, npm_config_loglevel: 'error' };
  const out = execFileSync('npm', ['pack', '--json', '--pack-destination', project], {
    cwd: sdk,
    env,
    maxBuffer: 1 << 24,
  }).toString();
  [packed] = JSON.parse(out.slice(out.indexOf('['))) as [typeof packed];
  writeFileSync(join(project, 'package.json'), '{"private":true}');
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(project, name), text);
  const install = [
    'install',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    join(project, packed.filename),
    'node@18',
    '@types/node@20',
  ];
  execFileSync('npm', install, { cwd: project, env, stdio: 'pipe' });
  relp = await ScriptedRelp.start();
});
afterAll(async () => {
  await relp?.stop();
  rmSync(project, { recursive: true, force: true });
});

describe('the package', () => {
  it('holds the code, its types, README and licence, and nothing else', () => {
    const paths = packed.files.map((f) => f.path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'package.json',
        'dist/rota.cjs',
        'dist/index.mjs',
        'dist/index.cjs',
        'dist/http.mjs',
        'dist/http.cjs',
      ]),
    );
    expect(
      paths.filter(
        (p) => !/^(LICENSE|README\.md|package\.json|dist\/(rota|index|http)\.[cm]js|dist\/types\/.*\.d\.c?ts)$/.test(p),
      ),
    ).toEqual([]);
    expect(paths.filter((p) => /test|spool\/(record|ledger)|relp/.test(p))).toEqual([]);
  });

  it.each([
    ['ESM, this Node.js', process.execPath, 'esm.mjs'],
    ['CommonJS, this Node.js', process.execPath, 'cjs.cjs'],
    ['ESM, Node.js 18', join(project, 'node_modules', '.bin', 'node'), 'esm.mjs'],
    ['CommonJS, Node.js 18', join(project, 'node_modules', '.bin', 'node'), 'cjs.cjs'],
  ])('works in an empty project as %s', async (name, node, file) => {
    const { stdout } = await run(node, [file, relp.url, name], { cwd: project });
    expect(JSON.parse(stdout)).toEqual({ delivered: true, remaining: 0 });
    expect(
      relp.messages.some((m) => m.includes(`"message":"from ${name}"`) && m.includes(`"version":"${VERSION}"`)),
    ).toBe(true);
    if (name.includes('18')) expect((await run(node, ['--version'])).stdout).toMatch(/^v18\./);
  });

  it.each(['typed.mts', 'typed.cts'])(
    'has types for %s under Node.js resolution, without skipLibCheck',
    async (file) => {
      const args = [
        tsc,
        '--noEmit',
        '--strict',
        '--module',
        'nodenext',
        '--target',
        'es2022',
        '--types',
        'node',
        '--skipLibCheck',
        'false',
        file,
      ];
      const { stdout } = await run(process.execPath, args, { cwd: project }).catch(
        (error: { stdout: string }) => error,
      );
      expect(stdout).toBe('');
    },
  );

  it('has the version that it says it has', () => {
    expect(packed.filename).toBe(`rota-sdk-${VERSION}.tgz`);
  });
});
