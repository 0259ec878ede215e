import { accessSync, chownSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** The account that services run under; undefined: the account of this process. */
export type Account = { uid: number; gid: number } | undefined;

/**
 * Elasticsearch refuses to run as root and nothing here needs root, so a root process starts services as `nobody`.
 * 65534 is nobody and nogroup on Debian.
 */
export const serviceAccount: Account = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;

/** Makes a folder that the service account owns. */
export function ownedFolder(path: string): string {
  mkdirSync(path, { recursive: true });
  give(path);
  return path;
}

/** Hands a file or folder to the service account. */
export function give(path: string): void {
  if (serviceAccount) chownSync(path, serviceAccount.uid, serviceAccount.gid);
}

/** Whether the service account can enter this folder: every folder on the way lets others pass. */
export function canEnter(path: string): boolean {
  if (!serviceAccount) {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  }
  for (let at = path; ; at = dirname(at)) {
    if (existsSync(at) && (statSync(at).mode & 0o005) !== 0o005) return false;
    if (at === dirname(at)) return true;
  }
}
