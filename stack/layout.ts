import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, cpSync, existsSync, lstatSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canEnter, ownedFolder } from './account.js';

/** The checkout that this file belongs to. */
export const checkout = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * The working folder: `.rota` under the checkout. Where the service account cannot enter the checkout (a clone below
 * /root, say), `.rota` becomes a link to a folder of this checkout's own under /var/lib.
 */
export function home(): string {
  const link = join(checkout, '.rota');
  if (canEnter(checkout)) {
    mkdirSync(link, { recursive: true });
    return link;
  }
  const outside = `/var/lib/rota-${createHash('sha256').update(checkout).digest('hex').slice(0, 8)}`;
  mkdirSync(outside, { recursive: true });
  if (!existsSync(link)) {
    if (lstatSync(link, { throwIfNoEntry: false })) rmSync(link);
    symlinkSync(outside, link);
  }
  return outside;
}

/** The folder that the Elasticsearch distribution is unpacked in. */
export const distributions = () => join(home(), 'dist');

/** Folders of one stack, by its port base. */
export interface RunFolders {
  root: string;
  logs: string;
  /** Copies of what services read, so that the service account can read them wherever the checkout stands. */
  assets: string;
  pipeline: string;
  of(service: string): string;
}

/** Makes the folders of one stack and copies `pipeline/` into them. */
export function runFolders(base: number): RunFolders {
  const root = ownedFolder(join(home(), String(base)));
  const assets = join(root, 'assets');
  const pipeline = join(assets, 'pipeline');
  rmSync(assets, { recursive: true, force: true });
  cpSync(join(checkout, 'pipeline'), pipeline, {
    recursive: true,
    filter: (path) => !/\/node_modules(\/|$)/.test(path),
  });
  return {
    root,
    logs: ownedFolder(join(root, 'logs')),
    assets,
    pipeline,
    of: (service) => ownedFolder(join(root, service)),
  };
}

/** The Node.js that services run: this one, or a copy of it where the service account cannot reach it (nvm in /root). */
export function serviceNode({ assets }: RunFolders): string {
  if (canEnter(dirname(process.execPath))) return process.execPath;
  const copy = join(assets, 'node');
  if (!existsSync(copy)) {
    copyFileSync(process.execPath, copy);
    chmodSync(copy, 0o755);
  }
  return copy;
}
