import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { strFromU8, unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltPlugin, buildPlugin } from './build_plugin';

const root = fileURLToPath(new URL('..', import.meta.url));

describe('the plugin zip', () => {
  let folder: string;
  let built: BuiltPlugin;
  let bytes: Uint8Array;
  let files: Record<string, Uint8Array>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rota-build-'));
    built = await buildPlugin({ root, outDir: folder });
    bytes = await readFile(built.zip);
    files = unzipSync(bytes);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const text = (name: string) => strFromU8(files[`kibana/rota/${name}`]!);

  it('has the layout that kibana-plugin installs', () => {
    expect(Object.keys(files).sort()).toEqual(
      ['LICENSE', 'kibana.json', 'package.json', 'server/index.js', 'target/public/rota.plugin.js']
        .map((name) => `kibana/rota/${name}`)
        .sort(),
    );
    expect(JSON.parse(text('package.json'))).not.toHaveProperty('type');
    expect(built.zip).toContain(`rota-${JSON.parse(text('kibana.json')).version}.zip`);
  });

  it('gives the same bytes for the same sources', async () => {
    const again = await buildPlugin({ root, outDir: join(folder, 'again') });
    expect(Buffer.compare(await readFile(again.zip), Buffer.from(bytes))).toBe(0);
  });

  it('takes React and EUI from Kibana and brings no second one', () => {
    const bundle = text('target/public/rota.plugin.js');
    expect(bundle).not.toContain('__SECRET_INTERNALS_DO_NOT_USE_OR_YOU_WILL_BE_FIRED');
    expect(bundle).toContain('__kbnSharedDeps__');
    expect(bundle.length).toBeLessThan(600_000);
  });

  it('is evaluated when Kibana asks for it, not when it is loaded, and exports plugin()', () => {
    const defined = new Map<string, () => { plugin?: unknown }>();
    const asked: string[] = [];
    const shared = new Proxy(
      {},
      { get: (_, key) => (asked.push(String(key)), { createContext: () => ({}), Component: class {} }) },
    );
    const context = vm.createContext({
      __kbnBundles__: { define: (id: string, get: () => object) => defined.set(id, get) },
      __kbnSharedDeps__: shared,
    });
    vm.runInContext(text('target/public/rota.plugin.js'), context);
    expect([...defined.keys()]).toEqual(['plugin/rota/public']);
    expect(asked).toEqual([]);
    expect(typeof defined.get('plugin/rota/public')!().plugin).toBe('function');
  });

  it('leaves Kibana’s own server modules to Kibana', () => {
    const bundle = text('server/index.js');
    const required = [...bundle.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name!);
    expect(required).toContain('@kbn/config-schema');
    // moment-timezone is Kibana's own, with its zones.
    const kibanas = (name: string) => name.startsWith('@kbn/') || name === 'moment-timezone';
    expect(required.filter((name) => !kibanas(name) && !/^(node:)?[a-z_]+(\/[a-z]+)?$/.test(name))).toEqual([]);
  });
});
