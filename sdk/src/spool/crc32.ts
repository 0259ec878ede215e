import * as zlib from 'node:zlib';

type Crc32 = (data: Uint8Array, value?: number) => number;

const TABLE = new Uint32Array(256).map((_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** CRC-32 as in zlib and Ethernet, for Node.js before 20.15, which has none. Continues from `value`. */
export function crc32Table(data: Uint8Array, value = 0): number {
  let crc = ~value;
  for (let i = 0; i < data.length; i += 1) {
    crc = (TABLE[(crc ^ (data[i] as number)) & 0xff] as number) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

/** CRC-32 of the bytes. */
export const crc32: Crc32 = (zlib as { crc32?: Crc32 }).crc32 ?? crc32Table;
