#!/usr/bin/env node
// The one entry of every npm script. Plain JavaScript, because it must run on a checkout with nothing installed:
// it brings node_modules in line with the lock file, then hands over to the TypeScript command.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [command, ...rest] = process.argv.slice(2);

const [major] = process.versions.node.split('.').map(Number);
if (major < 20) {
  console.error(
    `Rota needs Node.js 20 or newer; this is ${process.versions.node}. Install Node.js 20, then run this again.`,
  );
  process.exit(1);
}

ensureModules();

const entry = join(root, 'scripts', 'commands', `${command.replaceAll(':', '_')}.ts`);
const child = spawn(process.execPath, ['--import', 'tsx', entry, ...rest], { cwd: root, stdio: 'inherit' });
// The child owns the terminal's Ctrl-C; this wrapper only waits and passes a TERM on.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));

function ensureModules() {
  const stamp = join(root, 'node_modules', '.rota-lock');
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.log('Installing npm packages (about a minute the first time) …');
  const done = spawnSync('npm', ['ci', '--loglevel=error'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (done.status !== 0) {
    console.error(
      'npm ci failed. Check the network and the npm registry that `npm config get registry` names, then run this again.',
    );
    process.exit(1);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, lock);
}
