import { lstatSync, mkdirSync, readdirSync, renameSync, rmdirSync, type Stats, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { asError, SpoolError } from '../errors.js';
import type { Warn } from '../warn.js';
import { currentOwner, isGone, type Owner, parseSpoolName, type SpoolName, spoolName } from './owner.js';
import { Silence } from './silence.js';
import { reasonAgainstFolder } from './trust.js';

/** Of more refused folders than this nothing more is said. */
const MAX_REPORTED = 100;

/** The folder that several processes share: each transport has a folder of its own in it, and takes over what others left. */
export class SpoolFolder {
  private readonly owner: Owner = currentOwner();
  private readonly silence = new Silence();
  private readonly reported = new Set<string>();

  /** @throws SpoolError `ROTA_SPOOL_FOLDER` */
  constructor(
    private readonly root: string,
    private readonly onWarn: Warn,
  ) {
    try {
      mkdirSync(root, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw unusable(root, error);
    }
  }

  /** Makes this transport's own folder. @throws SpoolError `ROTA_SPOOL_FOLDER` */
  create(id: string): string {
    const path = join(this.root, spoolName(id, this.owner));
    try {
      mkdirSync(path, { mode: 0o700 });
    } catch (error) {
      throw unusable(this.root, error);
    }
    return path;
  }

  /** Takes over all folders whose owners are gone, and returns their new paths. What cannot be trusted stays, and is reported. */
  takeOver(): string[] {
    const names = this.list();
    this.silence.keepOnly(names);
    const spools = names.map((name) => ({ name, parsed: parseSpoolName(name) })).filter(isSpool);
    // A transport's last words, which have its id and more, come after what it wrote before.
    spools.sort((a, b) => (a.parsed.id < b.parsed.id ? -1 : 1));
    return spools.map(({ name, parsed }) => this.takeOne(name, parsed)).filter((path) => path !== undefined);
  }

  /** Makes the folder again that somebody has removed. */
  restore(path: string): void {
    try {
      mkdirSync(path, { mode: 0o700 });
    } catch {
      // It is there, or cannot be made: then the next write says so.
    }
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

  private takeOne(name: string, parsed: SpoolName): string | undefined {
    const from = join(this.root, name);
    const to = join(this.root, spoolName(parsed.id, this.owner));
    try {
      const found = lstatSync(from);
      if (!isGone(parsed.owner, this.owner, () => this.isSilent(name, found))) return undefined;
      const reason = reasonAgainstFolder(from);
      if (reason !== undefined) return this.refuse(from, reason);
      renameSync(from, to);
      // Whoever may write to the parent folder could have changed one for another in between.
      const taken = lstatSync(to);
      if (taken.ino === found.ino && taken.dev === found.dev) return to;
      return this.refuse(to, 'it was changed for another while it was looked at');
    } catch (error) {
      // Another process was faster.
      if (/^(ENOENT|ENOTEMPTY|EEXIST)$/.test(String((error as NodeJS.ErrnoException).code))) return undefined;
      return this.refuse(from, `it cannot be taken over (${asError(error).message})`);
    }
  }

  private isSilent(name: string, { mtimeMs }: Stats): boolean {
    return this.silence.isLong(name, mtimeMs, performance.now(), Date.now());
  }

  private refuse(path: string, reason: string): undefined {
    if (this.reported.has(path) || this.reported.size >= MAX_REPORTED) return undefined;
    this.reported.add(path);
    this.onWarn(
      new SpoolError(
        'ROTA_SPOOL_REFUSED',
        `The spool ${path}, which a process left behind, is not sent: ${reason}. What is in it would be logged in this application's name. Look at it; then remove it, or give it and its files to this user, writable by nobody else.`,
      ),
      true,
    );
    return undefined;
  }

  private free(path: string): void {
    const parsed = parseSpoolName(basename(path));
    try {
      if (parsed !== undefined) renameSync(path, join(this.root, spoolName(parsed.id, undefined)));
    } catch {
      // It stays ours by name; when this thread has ended it is taken over.
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

function isSpool(one: { name: string; parsed: SpoolName | undefined }): one is { name: string; parsed: SpoolName } {
  return one.parsed !== undefined;
}

function unusable(root: string, error: unknown): SpoolError {
  return new SpoolError(
    'ROTA_SPOOL_FOLDER',
    `The spool folder ${root} cannot be used (${asError(error).message}). Give spool.dir a folder that this process may write to.`,
    { cause: error },
  );
}
