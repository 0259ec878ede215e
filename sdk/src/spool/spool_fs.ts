import * as fs from 'node:fs';
import { reasonAgainst } from './trust.js';

type OpenFlags = 'r' | 'r+' | 'w' | 'w+';

/** The file system calls of a spool, so that tests can let them fail. */
export interface SpoolFs {
  openSync(path: string, flags: OpenFlags): number;
  closeSync(fd: number): void;
  writeSync(fd: number, bytes: Buffer, offset: number, length: number, position: number): number;
  readSync(fd: number, bytes: Buffer, offset: number, length: number, position: number): number;
  ftruncateSync(fd: number, length: number): void;
  fileSize(path: string): number;
  unlinkSync(path: string): void;
  readdirSync(path: string): string[];
}

const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_TRUNC } = fs.constants;
/** Never through a link, and never waiting for the other end of a pipe. Windows has neither. */
const CAREFUL = (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0);
const FLAGS: Readonly<Record<OpenFlags, number>> = {
  r: O_RDONLY,
  'r+': O_RDWR,
  w: O_WRONLY | O_CREAT | O_TRUNC,
  'w+': O_RDWR | O_CREAT | O_TRUNC,
};

export const nodeFs: SpoolFs = {
  openSync: (path, flags) => fs.openSync(path, FLAGS[flags] | CAREFUL, 0o600),
  closeSync: fs.closeSync,
  writeSync: fs.writeSync,
  readSync: fs.readSync,
  ftruncateSync: fs.ftruncateSync,
  fileSize: (path) => fs.lstatSync(path).size,
  unlinkSync: fs.unlinkSync,
  readdirSync: (path) => fs.readdirSync(path),
};

/** The same for what others left: opens no file that must not be sent in this application's name. */
export function trustedOnly(from: SpoolFs): SpoolFs {
  return {
    ...from,
    openSync: (path, flags) => {
      const fd = from.openSync(path, flags);
      const found = fs.fstatSync(fd);
      const reason = found.isFile() ? reasonAgainst(found) : 'it is no file';
      if (reason === undefined) return fd;
      closeQuietly(from, fd);
      throw new Error(`${path} is not used: ${reason}`);
    },
  };
}

/** Closes a file of which no more is expected: an error then changes nothing, and must not end whoever closes it. */
export function closeQuietly(from: SpoolFs, fd: number): void {
  try {
    from.closeSync(fd);
  } catch {
    // The system closed it all the same.
  }
}
