import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VERSION } from '../src/version.js';
import { Authority } from './certificates.js';
import { FaultyStream } from './faulty_receiver.js';
import { ScriptedRelp, until } from './scripted_relp.js';

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
  // The name stands for two addresses, and nobody listens at the first.
  'addresses.cjs': `const dns = require('node:dns');
const found = ['127.0.0.2', '127.0.0.1'].map((address) => ({ address, family: 4 }));
dns.lookup = (name, options, done) => setImmediate(() => done(null, options.all ? found : found[0].address, 4));
const { createLogger } = require('rota-sdk');
const log = createLogger({ url: process.argv[2], service: 'packed', statsIntervalMs: 0, tls: { caFile: process.argv[3] }, backoff: { minMs: 60000, maxMs: 60000 } });
log.info('to the second address');
log.flush({ timeoutMs: 60000 }).then((result) => { console.log(JSON.stringify(result)); process.exit(0); });
`,
  'typed.mts': `import { createLogger, type Stats } from 'rota-sdk';\nimport type winston from 'winston';\nimport { requestLogger } from 'rota-sdk/http';\nconst log = createLogger({ url: 'relp://h', service: 's' });\nrequestLogger(log);\nlog.child({ a: 1 }).warning('x');\nexport const stats: Stats = log.stats();\nlog.verbose({ a: 1 }, 'x');\nexport const asWinston: winston.Logger = log;\n// @ts-expect-error no such level\nlog.loud('x');\n`,
  'entries.ts': `import { createLogger } from 'rota-sdk';
import { requestLogger } from 'rota-sdk/http';
import { RotaModule, RotaNestLogger } from 'rota-sdk/nestjs';
import { RotaLogExporter } from 'rota-sdk/opentelemetry';
import { pinoStream } from 'rota-sdk/pino';
const log = createLogger({ url: 'relp://h', service: 's' });
log.error({ err: new Error('x') }, 'text');
requestLogger(log).hono;
export const all = [new RotaNestLogger(log), RotaModule.forRoot(log), RotaLogExporter, pinoStream];
// @ts-expect-error no such option
pinoStream({ nonsense: 1 });
`,
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
  it('holds the code, its types, documentation, examples and licence, and nothing else', () => {
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
        (p) =>
          !/^(LICENSE|README\.md|package\.json|dist\/(rota|index|http|pino|opentelemetry|nestjs|cli)\.[cm]js|dist\/types\/.*\.d\.c?ts|docs\/sdk(_requests)?\.md|examples\/[\w.]+\.(mjs|cjs|json))$/.test(
            p,
          ),
      ),
    ).toEqual([]);
    expect(paths.filter((p) => /test|spool\/(record|ledger)|relp/.test(p))).toEqual([]);
    // A type from a package that only a dependency of ours brings would be missing where packages see their own alone (pnpm).
    const types = paths.filter((p) => p.endsWith('.d.ts')).map((p) => readFileSync(join(sdk, p), 'utf8'));
    const from = types.flatMap((text) => [...text.matchAll(/from '([^.'][^']*)'/g)].map(([, name]) => name));
    const own = JSON.parse(readFileSync(join(sdk, 'package.json'), 'utf8')) as { dependencies: object };
    expect(
      from.filter((name) => !name?.startsWith('node:') && !Object.keys(own.dependencies).includes(String(name))),
    ).toEqual([]);
    expect(from).not.toContain('triple-beam');
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

  it.each(['relp', 'relps', 'tcp', 'tls'] as const)(
    'tries all addresses of a name over %s, on Node.js 18, too',
    async (scheme) => {
      const authority = new Authority(project, `authority-${scheme}`);
      const { cert, key } = authority.issue('logs.test');
      const receiver = await FaultyStream.start(scheme, { cert: readFileSync(cert), key: readFileSync(key) });
      try {
        const args = ['addresses.cjs', receiver.url.replace('localhost', 'logs.test'), authority.ca];
        const { stdout } = await run(join(project, 'node_modules', '.bin', 'node'), args, { cwd: project });
        expect(JSON.parse(stdout)).toEqual({ delivered: true, remaining: 0 });
        await until(() => receiver.messages.length === 1, 20_000);
      } finally {
        await receiver.stop();
      }
    },
  );

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

  it.each([
    ['node10', 'commonjs'],
    ['node16', 'node16'],
    ['nodenext', 'nodenext'],
    ['bundler', 'esnext'],
  ])('has types for all its entries where moduleResolution is %s', async (resolution, module) => {
    const args = ['--noEmit', '--strict', '--module', module, '--moduleResolution', resolution, '--target', 'es2022'];
    const more = ['--esModuleInterop', '--types', 'node', '--skipLibCheck', 'false', 'entries.ts'];
    const { stdout } = await run(process.execPath, [tsc, ...args, ...more], { cwd: project }).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });

  it.each(['esm', 'cjs'] as const)('runs out of a bundle of the application, as %s', async (format) => {
    const outfile = join(project, `bundle.${format === 'esm' ? 'mjs' : 'cjs'}`);
    const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
    await build({
      entryPoints: [join(project, 'cjs.cjs')],
      outfile,
      format,
      bundle: true,
      platform: 'node',
      banner: format === 'esm' ? { js: banner } : {},
      logLevel: 'error',
    });
    const { stdout } = await run(process.execPath, [outfile, relp.url, `a ${format} bundle`], { cwd: tmpdir() });
    expect(JSON.parse(stdout)).toEqual({ delivered: true, remaining: 0 });
    expect(relp.messages.some((m) => m.includes(`"message":"from a ${format} bundle"`))).toBe(true);
  });

  it('has the version that it says it has', () => {
    expect(packed.filename).toBe(`rota-sdk-${VERSION}.tgz`);
  });
});
