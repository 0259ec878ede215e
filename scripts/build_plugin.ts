import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { bundleBrowser } from './build_plugin/browser_bundle';
import { readManifest } from './build_plugin/manifest';
import { bundleServer } from './build_plugin/server_bundle';

export interface BuiltPlugin {
  /** Absolute path of the zip that `bin/kibana-plugin install file://…` takes. */
  zip: string;
  version: string;
  kibanaVersion: string;
  /** Bytes of each file inside, by its name in the zip. */
  sizes: Record<string, number>;
}

/** A fixed time, so that the same sources give the same bytes. */
const ZIP_TIME = new Date('2020-01-01T00:00:00Z');

/**
 * Builds the Kibana plugin into `<outDir>/rota-<version>.zip` without a Kibana checkout (docs/decisions/0070).
 * The layout inside is the installer's: `kibana/rota/{kibana.json,package.json,server/,target/public/}`.
 */
export async function buildPlugin({
  root,
  outDir = join(root, 'build'),
  minify = true,
}: {
  root: string;
  outDir?: string;
  minify?: boolean;
}): Promise<BuiltPlugin> {
  const manifest = await readManifest(root);
  const [browser, server, manifestFile, license] = await Promise.all([
    bundleBrowser({ root, minify }),
    bundleServer({ root, minify }),
    readFile(join(root, 'kibana.json')),
    readFile(join(root, 'LICENSE')),
  ]);
  const files: Record<string, Uint8Array> = {
    'kibana.json': manifestFile,
    'package.json': strToU8(
      `${JSON.stringify({ name: 'rota', version: manifest.version, private: true, license: 'Apache-2.0' }, null, 2)}\n`,
    ),
    LICENSE: license,
    'server/index.js': server,
    'target/public/rota.plugin.js': browser,
  };
  const entries = Object.entries(files);
  const zipped = zipSync(Object.fromEntries(entries.map(([name, bytes]) => [`kibana/rota/${name}`, bytes])), {
    // Unix file modes: without them the installer's files can be read by root alone.
    os: 3,
    attrs: 0o100644 << 16,
    level: 9,
    mtime: ZIP_TIME,
  });
  const zip = join(outDir, `rota-${manifest.version}.zip`);
  await mkdir(outDir, { recursive: true });
  await writeFile(zip, zipped);
  return {
    zip,
    version: manifest.version,
    kibanaVersion: manifest.kibanaVersion,
    sizes: Object.fromEntries(entries.map(([name, bytes]) => [name, bytes.length])),
  };
}
