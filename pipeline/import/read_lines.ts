import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { SettingsError } from '../indexer/errors';
import type { LogFile } from './sources';

const NEWLINE = 10;
/** A little more than an event may have (64 KiB), so that one that was cut is seen to be. */
const LONGEST = 72 * 1024;
/** A file that was written to so recently may yet have the rest of its last line. */
const SETTLED_MS = 60_000;

/** One event's lines, as they stand in the file. */
export interface FileLine {
  bytes: Buffer;
  /** Where it begins, bytes from the (unpacked) file's beginning. */
  offset: number;
}

/**
 * A file's events from its beginning. What is longer than a message may be is cut. A last line without an end is left out while the file
 * may still be written to.
 * @param begins how an event begins, where events may have several lines
 * @throws SettingsError when the file cannot be read, or is no whole gzip
 */
export async function* readEvents(file: LogFile, begins: RegExp | undefined): AsyncGenerator<FileLine[]> {
  let open: FileLine | undefined;
  for await (const lines of readBlocks(file)) {
    if (!begins) {
      yield lines;
      continue;
    }
    const events: FileLine[] = [];
    for (const line of lines) {
      if (open && !begins.test(line.bytes.toString('latin1', 0, 64))) {
        if (open.bytes.length <= LONGEST) open.bytes = Buffer.concat([open.bytes, Buffer.from('\n'), line.bytes]);
        continue;
      }
      if (open) events.push(open);
      open = line;
    }
    yield events;
  }
  if (open) yield [open];
}

async function* readBlocks(file: LogFile): AsyncGenerator<FileLine[]> {
  let rest: Buffer[] = [];
  let held = 0;
  let offset = 0;
  for await (const chunk of chunksOf(file)) {
    const lines: FileLine[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      const length = held + end - from;
      lines.push({ bytes: whole(rest, chunk.subarray(from, end)), offset });
      offset += length + 1;
      rest = [];
      held = 0;
      from = end + 1;
    }
    // Of a line that never ends no more is kept than may be of use.
    if (held <= LONGEST && from < chunk.length) rest.push(chunk.subarray(from));
    held += chunk.length - from;
    if (lines.length > 0) yield lines;
  }
  const settled = file.packed || Date.now() - file.modified > SETTLED_MS;
  if (held > 0 && settled) yield [{ bytes: whole(rest, Buffer.alloc(0)), offset }];
}

/** A line of its pieces. */
function whole(rest: readonly Buffer[], last: Buffer): Buffer {
  const bytes = rest.length === 0 ? last : Buffer.concat([...rest, last]);
  return bytes.length > LONGEST ? bytes.subarray(0, LONGEST) : bytes;
}

async function* chunksOf(file: LogFile): AsyncGenerator<Buffer> {
  const raw = createReadStream(file.path, { highWaterMark: 1024 * 1024 });
  const source = file.packed ? raw.pipe(createGunzip({ chunkSize: 256 * 1024 })) : raw;
  raw.on('error', (error) => source.destroy(error));
  try {
    yield* source as AsyncIterable<Buffer>;
  } catch (error) {
    throw new SettingsError('--logs', `${file.path} cannot be read to its end: ${(error as Error).message}`);
  }
}
