import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { repack } from './screenshots/png';

const picture = readFileSync(join(import.meta.dirname, '..', 'docs', 'images', 'rotation-light.png'));

/** The picture's rows, as they are before packing, and its head. */
function drawn(png: Buffer): { head: string; rows: Buffer } {
  const parts: Buffer[] = [];
  let head = '';
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const data = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
    if (png.toString('latin1', at + 4, at + 8) === 'IHDR') head = data.toString('hex');
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(data);
  }
  return { head, rows: inflateSync(Buffer.concat(parts)) };
}

describe('a repacked picture', () => {
  it('draws the same in no more bytes', () => {
    const packed = repack(picture);
    expect(packed.length).toBeLessThanOrEqual(picture.length);
    expect(drawn(packed).head).toBe(drawn(picture).head);
    expect(drawn(packed).rows.equals(drawn(picture).rows)).toBe(true);
    // What it gives is a PNG that it takes again.
    expect(repack(packed).equals(packed)).toBe(true);
  });
});
