import { createHash } from 'node:crypto';
import type { FileLine } from './read_lines';
import { type LogFile, stem } from './sources';

/** Gives each event of a file, in order, an id that is the same whenever it is read again. */
export type Identify = (event: FileLine) => string;

/**
 * By the host, the file's name before rotation, and all that stands in the file up to the event's end: so a file that was renamed, packed,
 * copied or grew has the ids that it had, and the same line at two places has two.
 */
export function byContent({ host, path }: LogFile): Identify {
  let before = createHash('sha1')
    .update(`${host}\n${stem(path)}`)
    .digest();
  return ({ bytes }) => {
    before = createHash('sha1').update(before).update(bytes).digest();
    return before.toString('base64url');
  };
}

/**
 * As the host's own agent does it (pipeline/rsyslog/agent.conf): a hash of host, path up to `.log`, and the bytes, and the offset. What it has
 * sent, or will yet send, is then known. Not for events of several lines: of them imfile's offset is that of whichever line ended them.
 */
export function asTheAgent({ host, path }: LogFile): Identify {
  const named = Buffer.from(`${host}\n${path.split('.log', 1)[0]}\n`);
  const start = hash64(named);
  return ({ bytes, offset }) => `${hash64Text(hash64(bytes, start))}-${offset}`;
}

/** rsyslog's hash64() without xxhash (Debian's): h × 33 xor c from 5381, in 64 bits, and c is signed. High and low half. */
function hash64(bytes: Buffer, [high, low]: readonly [number, number] = [0, 5381]): [number, number] {
  for (const byte of bytes) {
    const shifted = (high << 5) | (low >>> 27);
    const sum = ((low << 5) >>> 0) + low;
    high = (shifted + high + (sum > 0xffffffff ? 1 : 0)) | 0;
    low = (sum ^ byte) >>> 0;
    if (byte > 127) {
      high = ~high;
      low = (low ^ 0xffffff00) >>> 0;
    }
  }
  return [high, low];
}

function hash64Text([high, low]: readonly [number, number]): string {
  return String((BigInt(high) << 32n) | BigInt(low));
}
