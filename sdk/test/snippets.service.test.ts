/** Runs what the documentation shows, as it is written; only addresses and paths are exchanged for those of the test. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Authority } from './certificates.js';
import { ScriptedRelp } from './scripted_relp.js';

const run = promisify(execFile);
const sdk = fileURLToPath(new URL('..', import.meta.url));
const root = join(sdk, '..');
const PAGES = ['README.md', 'sdk/README.md', 'docs/sdk.md', 'docs/sdk_requests.md'];
const project = mkdtempSync(join(tmpdir(), 'rota-snippets-'));

/** What a snippet takes for granted, by the name that it uses without declaring it. */
const GIVEN: Record<string, string> = {
  createLogger: "import { createLogger } from 'rota-sdk';",
  requestLogger: "import { requestLogger } from 'rota-sdk/http';",
  winston: "import winston from 'winston';",
  Fastify: "import Fastify from 'fastify';",
  express: "import express from 'express';",
  app: "import expressForApp from 'express';\nconst app = expressForApp();",
  cart: "import expressForCart from 'express';\nconst cart = expressForCart.Router();",
  log: "import { createLogger as forLog } from 'rota-sdk';\nconst log = forLog({ service: 'shop', url: 'relps://logs:2514' });",
  server: "import { createServer } from 'node:http';\nconst server = createServer();",
  error: "const error = new Error('as an example');",
  pay: 'const pay = async () => {};',
  response: 'const response = { status: () => response, end: () => {} };',
  url: "const url = 'data:text/plain,ok';",
};

let relp: ScriptedRelp;
let authority: Authority;

beforeAll(async () => {
  execFileSync(process.execPath, ['--import', 'tsx', join(sdk, 'build.ts')], { cwd: sdk, stdio: 'inherit' });
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
  authority = new Authority(project, 'authority');
  relp = await ScriptedRelp.start();
});
afterAll(async () => {
  await relp.stop();
  rmSync(project, { recursive: true, force: true });
});

function blocks(language: string): [string, string][] {
  return PAGES.flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8');
    const found = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))];
    return found.map(([, code = ''], index): [string, string] => [`${page}, number ${index + 1}`, code]);
  });
}

function isDeclared(name: string, code: string): boolean {
  return new RegExp(
    `(?:const|let|import|class) +(?:\\{[^}]*\\b)?${name}\\b|import [^;]*\\b${name}\\b|catch \\(${name}\\)`,
  ).test(code);
}

function program(code: string): string {
  const missing = Object.keys(GIVEN).filter(
    (name) => new RegExp(`(?<![.\\w'"/-])${name}\\b(?!['"]|:)`).test(code) && !isDeclared(name, code),
  );
  const end = "\nif (typeof log !== 'undefined') await log.close();\n";
  return `${missing.map((name) => GIVEN[name]).join('\n')}\n${code}${end}`
    .replaceAll(/relps:\/\/logs(?:\.example\.com)?:2514/g, relp.url)
    .replaceAll('/etc/ssl/logs-ca.pem', authority.ca)
    .replaceAll('/var/spool/shop', join(project, 'spool'));
}

it.each(blocks('js'))('%s runs', async (name, code) => {
  const file = join(project, `${name.replace(/\W+/g, '_')}.mjs`);
  writeFileSync(file, program(code));
  const env = { ...process.env, ROTA_URL: relp.url };
  const { stderr } = await run(process.execPath, [file], { cwd: project, env });
  // What is logged while the process is made to end is said to be lost: that is no fault of the snippet.
  expect(stderr.split('\n').filter((line) => /Error|ROTA_CONFIG|deprecated/.test(line))).toEqual([]);
});

it('what the first page logs arrives', () => {
  const all = relp.messages.join('\n');
  expect(['order placed', 'payment failed', 'as an example', 'no money'].filter((text) => !all.includes(text))).toEqual(
    [],
  );
});

it('every line that installs something does', async () => {
  const lines = blocks('sh').flatMap(([, code]) => code.split('\n').filter((line) => line.startsWith('npm install')));
  expect(lines).toEqual(['npm install ./rota-sdk.tgz']);
  const folder = join(project, 'install');
  mkdirSync(folder);
  const env = {
    ...process.env,
    npm_config_loglevel: 'error',
    npm_config_prefer_offline: 'true',
    npm_config_audit: 'false',
  };
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: sdk, env })
    .toString()
    .trim();
  execFileSync('mv', [join(folder, packed.split('\n').at(-1) as string), join(folder, 'rota-sdk.tgz')]);
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  for (const line of lines) await run('sh', ['-c', line], { cwd: folder, env });
  const { stdout } = await run(process.execPath, ['-e', "console.log(typeof require('rota-sdk').createLogger)"], {
    cwd: folder,
  });
  expect(stdout.trim()).toBe('function');
  // What it brings along, for those who look there.
  for (const file of ['docs/sdk.md', 'docs/sdk_requests.md', 'examples/express.mjs', 'README.md']) {
    expect(readFileSync(join(folder, 'node_modules', 'rota-sdk', file), 'utf8').length).toBeGreaterThan(100);
  }
  const pages = ['docs/sdk.md', 'docs/sdk_requests.md', 'README.md'];
  for (const page of pages) {
    const base = join(folder, 'node_modules', 'rota-sdk', page, '..');
    const text = readFileSync(join(folder, 'node_modules', 'rota-sdk', page), 'utf8');
    for (const [, link = ''] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g))
      expect(() => readFileSync(join(base, link)), `${page}: ${link}`).not.toThrow(/ENOENT/);
  }
});

it('rota-sdk --pretty reads what the logger prints', async () => {
  const command = `node -e "require('rota-sdk').createLogger().info('hello', { a: 1 })" | node ${join(sdk, 'dist', 'cli.cjs')} --pretty`;
  const { stdout } = await run('sh', ['-c', command], { cwd: project, env: { ...process.env, ROTA_URL: 'console' } });
  expect(stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO {4}hello {2}a=1\n$/);
});
