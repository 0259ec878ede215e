import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';

const WRITABLE_BY_OTHERS = 0o022;

/**
 * Why what is at `path` must not be sent in this application's name; undefined when nothing speaks against it: a folder of
 * this user, which holds nothing but files of this user, none of them writable by others, and no links.
 * @throws what the file system throws when it cannot be looked at
 */
export function reasonAgainstFolder(path: string): string | undefined {
  const folder = lstatSync(path);
  if (folder.isSymbolicLink()) return 'it is a link';
  if (!folder.isDirectory()) return 'it is no folder';
  const reason = reasonAgainst(folder);
  if (reason !== undefined) return reason;
  for (const name of readdirSync(path)) {
    const file = lstatSync(join(path, name));
    if (file.isSymbolicLink()) return `${name} in it is a link`;
    if (!file.isFile()) return `${name} in it is no file`;
    const reason = reasonAgainst(file);
    if (reason !== undefined) return `of ${name} in it: ${reason}`;
  }
  return undefined;
}

/** The same of one file or folder that is known to be no link. */
export function reasonAgainst({ uid, mode }: Stats): string | undefined {
  const user = process.geteuid?.();
  // Windows has neither.
  if (user === undefined) return undefined;
  if (uid !== user) return `it belongs to user ${uid}, not to user ${user}`;
  if ((mode & WRITABLE_BY_OTHERS) !== 0) return `others may write to it (mode ${(mode & 0o777).toString(8)})`;
  return undefined;
}
