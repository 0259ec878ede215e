import { join } from 'node:path';
import { build } from 'esbuild';
import type { BundleOptions } from './browser_bundle';

/**
 * Bundles `server/index.ts` into one CommonJS file for the Node.js 18 inside Kibana 8.12. `@kbn/*` and
 * `moment-timezone` stay a `require`: Kibana resolves them when the plugin is loaded.
 */
export async function bundleServer({ root, minify }: BundleOptions): Promise<Uint8Array> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [join(root, 'server/index.ts')],
    outfile: 'index.js',
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node18',
    external: ['@kbn/*', 'moment-timezone'],
    legalComments: 'none',
    minifySyntax: minify,
    minifyWhitespace: minify,
    logLevel: 'silent',
  });
  return outputFiles[0]!.contents;
}
