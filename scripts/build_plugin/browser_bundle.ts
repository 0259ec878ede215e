import { join } from 'node:path';
import { build } from 'esbuild';
import { sharedDepsPlugin } from './shared_deps';

/**
 * Kibana evaluates a plugin's file once, and its module when another one asks for it. `define` takes the id, a function
 * that gives the module, and a key of webpack's that we do not have.
 */
const BANNER = `(function () {
var instance, loaded = false;
function load(module) { var exports = module.exports;
`;
const FOOTER = `
}
function get() { if (!loaded) { loaded = true; instance = { exports: {} }; load(instance); } return instance.exports; }
__kbnBundles__.define("plugin/rota/public", get, 0);
})();`;

export interface BundleOptions {
  root: string;
  /** Smaller, and without the names that make a stack trace readable. */
  minify: boolean;
}

/** Bundles `public/index.ts` into the one file that Kibana (and `dev/`) serves as `rota.plugin.js`. */
export async function bundleBrowser({ root, minify }: BundleOptions): Promise<Uint8Array> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [join(root, 'public/index.ts')],
    outfile: 'rota.plugin.js',
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'browser',
    target: 'es2020',
    jsx: 'transform',
    loader: { '.css': 'text' },
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' },
    minify,
    keepNames: !minify,
    sourcemap: minify ? false : 'inline',
    banner: { js: BANNER },
    footer: { js: FOOTER },
    plugins: [sharedDepsPlugin()],
    logLevel: 'silent',
  });
  return outputFiles[0]!.contents;
}
