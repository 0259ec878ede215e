import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltPlugin, buildPlugin } from '../../scripts/build_plugin';
import { checkout } from '../../stack/layout';
import { type PrivateKibana, privateKibana } from '../support/kibana/home';

const MOST_BYTES = 300_000;

let folder: string;
let kibana: PrivateKibana;
let built: BuiltPlugin;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rota-zip-'));
  kibana = await privateKibana(process.env['KIBANA_HOME'] ?? '');
  built = await buildPlugin({ root: checkout, outDir: folder });
});
afterAll(() => {
  kibana?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const installer = async (...args: string[]) => {
  const { all, exitCode } = await execa(join(kibana.home, 'bin', 'kibana-plugin'), args, {
    all: true,
    reject: false,
    stdin: 'ignore',
  });
  return { said: all, exitCode };
};
const plugins = () => readdirSync(join(kibana.home, 'plugins'));

describe('the zip and Kibana’s own installer', () => {
  it('holds the plugin and nothing else, in few bytes', () => {
    const bytes = readFileSync(built.zip);
    expect(Object.keys(unzipSync(bytes)).sort()).toEqual([
      'kibana/rota/LICENSE',
      'kibana/rota/kibana.json',
      'kibana/rota/package.json',
      'kibana/rota/server/index.js',
      'kibana/rota/target/public/rota.plugin.js',
    ]);
    expect(bytes.length).toBeLessThan(MOST_BYTES);
  });

  it('refuses to put a plugin for another version in, and says so', async () => {
    const files = unzipSync(readFileSync(built.zip));
    const name = 'kibana/rota/kibana.json';
    files[name] = strToU8(strFromU8(files[name]!).replace(built.kibanaVersion, '8.11.0'));
    const other = join(folder, 'other.zip');
    writeFileSync(other, zipSync(files));
    const { said, exitCode } = await installer('install', `file://${other}`);
    expect(exitCode).not.toBe(0);
    expect(said).toContain(`Plugin rota [8.11.0] is incompatible with Kibana [${built.kibanaVersion}]`);
    // The installer leaves its own working folder, and takes it away next time.
    expect(plugins()).not.toContain('rota');
  });

  it('installs, is listed, can be read by the account that Kibana runs under, and is removed without a trace', async () => {
    expect(await installer('install', `file://${built.zip}`)).toMatchObject({ exitCode: 0 });
    expect((await installer('list')).said).toContain(`rota@${built.version}`);
    const installed = join(kibana.home, 'plugins', 'rota');
    for (const file of ['kibana.json', 'server/index.js', 'target/public/rota.plugin.js']) {
      expect(statSync(join(installed, file)).mode & 0o444, file).toBe(0o444);
    }
    expect(await installer('remove', 'rota')).toMatchObject({ exitCode: 0 });
    expect(plugins()).toEqual([]);
  });
});
