import { join } from 'node:path';
import { build } from 'esbuild';
import { checkout } from './layout.js';

/** Bundles one TypeScript program of ours into a CommonJS file that needs no node_modules. */
export async function bundleProgram(entry: string, outfile: string): Promise<string> {
  await build({
    entryPoints: [join(checkout, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node18',
    format: 'cjs',
    sourcemap: 'inline',
    sourcesContent: false,
    // winston-syslog asks for it only for unix sockets; it is native and optional.
    external: ['unix-dgram'],
    logLevel: 'silent',
  });
  return outfile;
}
