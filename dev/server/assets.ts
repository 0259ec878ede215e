import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { bundleBrowser } from '../../scripts/build_plugin/browser_bundle';
import { SHARED_DEPS, sharedDepsPlugin } from '../../scripts/build_plugin/shared_deps';

const require = createRequire(import.meta.url);

/** Everything that the page loads, by its name under `/assets/<build>/`. */
export interface Assets {
  /** Follows from the contents: what a browser keeps under it never changes. */
  build: string;
  files: ReadonlyMap<string, { type: string; body: Uint8Array }>;
}

const CSS = 'text/css; charset=utf-8';
const JS = 'text/javascript; charset=utf-8';

/**
 * Builds what Kibana would serve: its shared dependencies (from npm, at Kibana's versions), the chrome around the app,
 * and the plugin's own bundle, which is the very file that `npm run build` puts in the zip.
 */
export async function buildAssets(root: string, { minify = true }: { minify?: boolean } = {}): Promise<Assets> {
  const [sharedDeps, chrome, plugin, ...css] = await Promise.all([
    bundleSharedDeps(root),
    bundleChrome(root),
    bundleBrowser({ root, minify }),
    ...(['light', 'dark'] as const).map(themeCss),
  ]);
  const files = new Map([
    ['shared_deps.js', { type: JS, body: sharedDeps }],
    ['host.js', { type: JS, body: chrome }],
    ['rota.plugin.js', { type: JS, body: plugin }],
    ['light.css', { type: CSS, body: css[0]! }],
    ['dark.css', { type: CSS, body: css[1]! }],
  ]);
  const hash = createHash('sha256');
  for (const { body } of files.values()) hash.update(body);
  return { build: hash.digest('hex').slice(0, 12), files };
}

/** One script that puts npm's React, EUI, charts … on `__kbnSharedDeps__`, under Kibana's keys. */
async function bundleSharedDeps(root: string): Promise<Uint8Array> {
  const entries = Object.entries(SHARED_DEPS).map(([name, key]) => `${key}: require(${JSON.stringify(name)})`);
  const { outputFiles } = await build({
    stdin: { contents: `globalThis.__kbnSharedDeps__ = {${entries.join(',\n')}};`, resolveDir: root, loader: 'js' },
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    platform: 'browser',
    // `require` alone would take EUI's CommonJS files.
    mainFields: ['browser', 'module', 'main'],
    target: 'es2020',
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    legalComments: 'none',
    plugins: [euiIconsPlugin()],
    logLevel: 'silent',
  });
  return outputFiles[0]!.contents;
}

/** The chrome is a program of its own on the same shared dependencies, as Kibana's core is. */
async function bundleChrome(root: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [join(root, 'dev/browser/main.tsx')],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2020',
    jsx: 'transform',
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [sharedDepsPlugin()],
    logLevel: 'silent',
  });
  return outputFiles[0]!.contents;
}

/**
 * EUI loads an icon by `import('./assets/' + name)`. esbuild follows such an import only when it ends in an extension;
 * without this, icons stay empty outside webpack.
 */
function euiIconsPlugin(): Plugin {
  return {
    name: 'eui-icons',
    setup(esbuild) {
      esbuild.onLoad({ filter: /@elastic[\\/]eui[\\/]es[\\/]components[\\/]icon[\\/]icon\.js$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        const contents = source.replace(
          "'./assets/' + typeToPathMap[iconType]",
          "'./assets/' + typeToPathMap[iconType] + '.js'",
        );
        if (contents === source) {
          return {
            errors: [{ text: 'EUI loads its icons in a new way: mend euiIconsPlugin in dev/server/assets.ts.' }],
          };
        }
        return { contents, loader: 'js' };
      });
    },
  };
}

async function themeCss(mode: 'light' | 'dark'): Promise<Uint8Array> {
  const eui = dirname(require.resolve('@elastic/eui/package.json'));
  const charts = dirname(require.resolve('@elastic/charts/package.json'));
  const files = [join(eui, `dist/eui_theme_${mode}.min.css`), join(charts, `dist/theme_only_${mode}.css`)];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return new TextEncoder().encode(texts.join('\n'));
}
