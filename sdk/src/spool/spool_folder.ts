import { mkdirSync, readdirSync, renameSync, rmdirSync, statSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { asError, SpoolError } from '../errors.js';
import { currentOwner, isGone, type Owner, parseSpoolName, spoolName } from './owner.js';

/** Without a sign of life for so long a process of another machine is taken for dead. */
const SILENT_LIMIT_MS = 120_000;

/** The folder that several processes share: each has a folder of its own in it, and takes over those of dead ones. */
export class SpoolFolder {
  private readonly owner: Owner = currentOwner();

  /** @throws SpoolError `ROTA_SPOOL_FOLDER` */
  constructor(private readonly root: string) {
    try {
      mkdirSync(root, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw unusable(root, error);
    }
  }

  /** Makes this process's own folder for one transport. @throws SpoolError `ROTA_SPOOL_FOLDER` */
  create(id: string): string {
    const path = join(this.root, spoolName(id, this.owner));
    try {
      mkdirSync(path, { mode: 0o700 });
    } catch (error) {
      throw unusable(this.root, error);
    }
    return path;
  }

  /** Takes over one folder whose process is gone, and returns its new path; undefined when there is none. */
  adopt(): string | undefined {
    for (const name of this.list()) {
      const parsed = parseSpoolName(name);
      if (parsed === undefined) continue;
      const from = join(this.root, name);
      if (!isGone(parsed.owner, this.owner, silence(from), SILENT_LIMIT_MS)) continue;
      const to = join(this.root, spoolName(parsed.id, this.owner));
      try {
        renameSync(from, to);
        return to;
      } catch {
        // Another process was faster.
      }
    }
    return undefined;
  }

  /** A sign of life, for processes on other machines. */
  touch(path: string): void {
    try {
      const now = new Date();
      utimesSync(path, now, now);
    } catch {
      // The next one will do.
    }
  }

  /** Lets go of a folder: an empty one is removed, one with events is left to whoever comes. */
  release(path: string): void {
    try {
      rmdirSync(path);
    } catch {
      this.free(path);
    }
  }

  private free(path: string): void {
    const parsed = parseSpoolName(basename(path));
    try {
      if (parsed !== undefined) renameSync(path, join(this.root, spoolName(parsed.id, undefined)));
    } catch {
      // It stays ours by name; when this process has ended it is taken over.
    }
  }

  private list(): string[] {
    try {
      return readdirSync(this.root);
    } catch {
      return [];
    }
  }
}

function silence(path: string): number {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

function unusable(root: string, error: unknown): SpoolError {
  return new SpoolError(
    'ROTA_SPOOL_FOLDER',
    `The spool folder ${root} cannot be used (${asError(error).message}). Give spool.dir a folder that this process may write to.`,
    { cause: error },
  );
}
