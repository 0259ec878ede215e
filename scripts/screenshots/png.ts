import { constants, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE_BYTES = 8;
/** Length, type and checksum around a chunk's data. */
const CHUNK_FRAME = 12;
const KEPT = new Set(['IHDR', 'PLTE', 'tRNS', 'sRGB', 'gAMA', 'IEND']);

/** The same picture in fewer bytes: one data chunk, packed as tightly as zlib can, and nothing that is not drawn. */
export function repack(png: Buffer): Buffer {
  const chunks = readChunks(png);
  const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  const tight = deflateSync(inflateSync(packed), { level: 9, memLevel: 9, strategy: constants.Z_FILTERED });
  const data = tight.length < packed.length ? tight : packed;
  const first = chunks.findIndex(({ type }) => type === 'IDAT');
  return Buffer.concat([
    png.subarray(0, SIGNATURE_BYTES),
    ...chunks.flatMap(({ type, data: own }, n) =>
      n === first ? [chunk('IDAT', data)] : KEPT.has(type) ? [chunk(type, own)] : [],
    ),
  ]);
}

function readChunks(png: Buffer): { type: string; data: Buffer }[] {
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = SIGNATURE_BYTES; at < png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) });
    at += CHUNK_FRAME + length;
  }
  return chunks;
}

function chunk(type: string, data: Buffer): Buffer {
  const framed = Buffer.alloc(CHUNK_FRAME + data.length);
  framed.writeUInt32BE(data.length, 0);
  framed.write(type, 4, 'latin1');
  data.copy(framed, 8);
  framed.writeUInt32BE(crc32(framed.subarray(4, 8 + data.length)), 8 + data.length);
  return framed;
}

/** PNG's checksum (ISO 3309); Node.js has one of its own only from 20.15 on. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
