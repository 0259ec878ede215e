import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { SettingsError } from '../indexer/errors';
import { matching } from '../setup/paths';

/** A log file that exists, and the host that wrote it. */
export interface LogFile {
  host: string;
  /** Absolute. */
  path: string;
  /** When it was last written to, ms since 1970. */
  modified: number;
  bytes: number;
  packed: boolean;
}

/** What nothing here unpacks. */
const FOREIGN = /\.(?:xz|bz2|zst|lz4|zip|Z)$/;

/**
 * `HOST=PATHS`: paths with `*` and `?`, rotated and gzipped files too; the oldest first, so that a file's time grows.
 * @throws SettingsError where there is none
 */
export function findLogs(given: readonly string[]): LogFile[] {
  const files = new Map<string, LogFile>();
  for (const text of given) {
    const [, host, pattern] = /^([^=/]+)=(.+)$/.exec(text) ?? [];
    if (host === undefined || pattern === undefined) {
      throw new SettingsError('--logs', `"${text}" names no host; write frontend-1=${text}`);
    }
    const found = matching(resolve(pattern));
    if (found.length === 0) throw new SettingsError('--logs', `there is no file ${pattern}`);
    for (const path of found) {
      if (FOREIGN.test(path)) throw new SettingsError('--logs', `${path}: unpack it first; .gz is read as it is`);
      const { mtimeMs, size } = statSync(path);
      files.set(`${host}\n${path}`, { host, path, modified: mtimeMs, bytes: size, packed: path.endsWith('.gz') });
    }
  }
  return [...files.values()].sort((a, b) => a.modified - b.modified || (a.path < b.path ? 1 : -1));
}

/** A file's name before rotation and packing: `access.log`, `access.log.1` and `access.log.2.gz` are one. */
export function stem(path: string): string {
  return basename(path).split('.log', 1)[0] as string;
}
