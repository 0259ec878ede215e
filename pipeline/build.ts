import { randomUUID } from 'node:crypto';
import { renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));

/** Where the bundles are written: one file each, so that a node needs Node.js and nothing else. */
export const INDEXER_BUNDLE = join(here, 'dist', 'indexer.cjs');
export const SHAPER_BUNDLE = join(here, 'dist', 'shaper.cjs');
export const SETUP_BUNDLE = join(here, 'dist', 'setup.cjs');

/** Bundles the indexer, its parser for Logstash and rota-setup to single CommonJS files for Node.js 18 (Debian 12's). */
export async function buildPipeline(): Promise<void> {
  await Promise.all([
    bundle(join(here, 'indexer', 'index.ts'), INDEXER_BUNDLE, { minify: true }),
    bundle(join(here, 'logstash', 'shaper.ts'), SHAPER_BUNDLE, { minify: true }),
    bundle(join(here, 'setup', 'index.ts'), SETUP_BUNDLE, { banner: { js: '#!/usr/bin/env node' } }),
  ]);
}

/** Put in place at one stroke: whoever starts or copies the bundle meanwhile gets the old one or the new. */
async function bundle(entry: string, outfile: string, options: BuildOptions): Promise<void> {
  const made = `${outfile}.${randomUUID()}`;
  await build({
    ...{ bundle: true, platform: 'node', format: 'cjs', target: 'node18', logLevel: 'warning' },
    ...options,
    entryPoints: [entry],
    outfile: made,
  });
  renameSync(made, outfile);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPipeline();
