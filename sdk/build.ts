/**
 * Builds dist/: one CommonJS file with all the code, thin CommonJS and ESM entries over it, and the types.
 *
 * Both module systems get the same instance on purpose: an application whose parts load the SDK both ways still has one
 * exit handler and one set of spools.
 */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, 'dist');
/** Made here, then put in place at one stroke: who uses the package meanwhile has the old one or the new. */
const made = join(here, `.build-${process.pid}`);

/** Sub-path of the package → source file. */
const entries: Record<string, string> = {
  index: 'src/index.ts',
  http: 'src/http/index.ts',
  pino: 'src/adapters/pino.ts',
  opentelemetry: 'src/adapters/opentelemetry.ts',
  nestjs: 'src/adapters/nestjs.ts',
};
/** Pages that belong to the SDK; the package has copies. */
const PAGES = ['sdk.md', 'sdk_requests.md'];

/**
 * Where optional modules are looked for. An application that is bundled as ESM has no `__filename`, and nothing of ours may
 * keep it from starting; there they are looked for from the working folder.
 */
const BANNER = `'use strict';
const __rotaUrl = require('node:url').pathToFileURL(typeof __filename === 'string' ? __filename : './app.js').href;`;

mkdirSync(made);
await bundle({ ...entries, cli: 'src/console/cli.ts' });
for (const name of Object.keys(entries)) writeEntry(name);
writeCommand();
emitTypes();
swap();
copyFileSync(join(here, '..', 'LICENSE'), join(here, 'LICENSE'));
mkdirSync(join(here, 'docs'), { recursive: true });
for (const page of PAGES)
  writeFileSync(join(here, 'docs', page), linked(readFileSync(join(here, '..', 'docs', page), 'utf8')));

async function bundle(sources: Record<string, string>): Promise<void> {
  const lines = Object.entries(sources).map(
    ([name, file]) => `export * as ${name} from './${file.replace(/\.ts$/, '.js')}';`,
  );
  await build({
    stdin: { contents: lines.join('\n'), resolveDir: here, loader: 'ts' },
    outfile: join(made, 'rota.cjs'),
    bundle: true,
    platform: 'node',
    target: 'node18',
    format: 'cjs',
    packages: 'external',
    define: { 'import.meta.url': '__rotaUrl' },
    banner: { js: BANNER },
    legalComments: 'none',
  });
}

function writeEntry(name: string): void {
  const built = createRequire(import.meta.url)(join(made, 'rota.cjs')) as Record<string, Record<string, unknown>>;
  const names = Object.keys(built[name] ?? {}).sort();
  writeFileSync(join(made, `${name}.cjs`), `'use strict';\nmodule.exports = require('./rota.cjs').${name};\n`);
  const lines = names.map((one) =>
    one === 'default' ? `export default ${name}.default;` : `export const ${one} = ${name}.${one};`,
  );
  writeFileSync(
    join(made, `${name}.mjs`),
    `import rota from './rota.cjs';\n\nconst { ${name} } = rota;\n${lines.join('\n')}\n`,
  );
}

/** `npx rota-sdk --pretty`. */
function writeCommand(): void {
  const text = `#!/usr/bin/env node\n'use strict';\nrequire('./rota.cjs').cli.main(process.argv.slice(2)).then((code) => {\n  process.exitCode = code;\n});\n`;
  writeFileSync(join(made, 'cli.cjs'), text, { mode: 0o755 });
}

/** A page's links as they hold in the package: what is not in it is named by its place in the repository. */
function linked(text: string): string {
  return text
    .replaceAll('](../sdk/', '](../')
    .replace(/\[([^\]]+)\]\((?!https?:|#|\.\.\/|sdk(?:_requests)?\.md)([^)]+)\)/g, '$1 (`docs/$2` in the repository)');
}

/** Types for both module systems: TypeScript takes a `.d.ts` of this package for ESM and a `.d.cts` for CommonJS. */
function emitTypes(): void {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const types = join(made, 'types');
  const all = join(made, 'all_types');
  const args = [tsc, '-p', join(here, 'tsconfig.build.json'), '--outDir', all];
  execFileSync(process.execPath, args, { stdio: 'inherit' });
  // Beside the SDK's own types lie those of common/, of which it bundles constants alone: no type of ours may need them.
  renameSync(join(all, 'sdk', 'src'), types);
  rmSync(all, { recursive: true });
  prune(types, Object.values(entries));
  copyAsCommonJs(types);
}

function swap(): void {
  const old = `${made}-old`;
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(made, dist);
  rmSync(old, { recursive: true, force: true });
}

/** Removes the types that no entry leads to: the SDK's inside is nobody's business. */
function prune(types: string, sources: readonly string[]): void {
  const needed = new Set<string>();
  const follow = (file: string) => {
    if (needed.has(file)) return;
    needed.add(file);
    for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/(?:from |import\()['"](\.[^'"]+)\.js['"]/g)) {
      follow(join(dirname(file), `${path}.d.ts`));
    }
  };
  for (const source of sources) follow(join(types, source.replace(/^src\//, '').replace(/\.ts$/, '.d.ts')));
  for (const item of readdirSync(types, { withFileTypes: true, recursive: true })) {
    const path = join(item.parentPath, item.name);
    if (item.isFile() && !needed.has(path)) rmSync(path);
  }
}

function copyAsCommonJs(folder: string): void {
  for (const item of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, item.name);
    if (item.isDirectory()) copyAsCommonJs(path);
    else if (item.name.endsWith('.d.ts')) {
      const text = readFileSync(path, 'utf8').replace(/((?:from |import\()(['"])\.[^'"]*)\.js\2/g, '$1.cjs$2');
      writeFileSync(path.replace(/\.d\.ts$/, '.d.cts'), text);
    }
  }
}
