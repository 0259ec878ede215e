import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));

/** Where the bundles are written: one file each, so that a node needs Node.js and nothing else. */
export const INDEXER_BUNDLE = join(here, 'dist', 'indexer.cjs');
export const SETUP_BUNDLE = join(here, 'dist', 'setup.cjs');

/** Bundles the indexer and rota-setup to single CommonJS files for Node.js 18 (Debian 12's). */
export async function buildPipeline(): Promise<void> {
  const common = { bundle: true, platform: 'node', format: 'cjs', target: 'node18', logLevel: 'warning' } as const;
  await Promise.all([
    build({ ...common, entryPoints: [join(here, 'indexer', 'index.ts')], outfile: INDEXER_BUNDLE, minify: true }),
    build({
      ...common,
      entryPoints: [join(here, 'setup', 'index.ts')],
      outfile: SETUP_BUNDLE,
      banner: { js: '#!/usr/bin/env node' },
    }),
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPipeline();
