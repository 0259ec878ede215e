import * as fs from 'node:fs';

/** The file system calls of a spool, so that tests can let them fail. */
export interface SpoolFs {
  openSync(path: string, flags: string): number;
  closeSync(fd: number): void;
  writeSync(fd: number, bytes: Buffer, offset: number, length: number, position: number): number;
  readSync(fd: number, bytes: Buffer, offset: number, length: number, position: number): number;
  ftruncateSync(fd: number, length: number): void;
  fileSize(path: string): number;
  unlinkSync(path: string): void;
  readdirSync(path: string): string[];
}

export const nodeFs: SpoolFs = {
  openSync: (path, flags) => fs.openSync(path, flags, 0o600),
  closeSync: fs.closeSync,
  writeSync: fs.writeSync,
  readSync: fs.readSync,
  ftruncateSync: fs.ftruncateSync,
  fileSize: (path) => fs.statSync(path).size,
  unlinkSync: fs.unlinkSync,
  readdirSync: (path) => fs.readdirSync(path),
};
