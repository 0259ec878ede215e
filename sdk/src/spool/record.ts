/**
 * The format of a spool segment. Pure: bytes in, bytes out.
 *
 * A segment is a 16-byte head and then records. All numbers are little-endian.
 *
 *   segment head   8 bytes `ROTASPL1`, u32 segment number, u32 CRC-32 of those 12 bytes
 *   record head    u32 message length, u16 offset of STRUCTURED-DATA in it, u16 0, f64 event.sequence,
 *                  u32 CRC-32 of those 16 bytes, u32 CRC-32 of the message
 *   message        the syslog message, without framing
 *
 * The record's head has a checksum of its own, so that one damaged message costs only itself: its length can still be
 * trusted. After a damaged head nothing in the segment can be found any more.
 */
import { crc32 } from './crc32.js';

export const SEGMENT_HEAD = 16;
export const RECORD_HEAD = 24;
const MAGIC = Buffer.from('ROTASPL1', 'latin1');
/** No message is longer; a length above it is damage. */
const MAX_MESSAGE = 64 * 1024 * 1024;

export function segmentHead(segment: number): Buffer {
  const head = Buffer.alloc(SEGMENT_HEAD);
  MAGIC.copy(head);
  head.writeUInt32LE(segment, 8);
  head.writeUInt32LE(crc32(head.subarray(0, 12)), 12);
  return head;
}

export function isSegmentHead(head: Buffer, segment: number): boolean {
  return head.length >= SEGMENT_HEAD && head.subarray(0, SEGMENT_HEAD).equals(segmentHead(segment));
}

/** Writes the head of a record whose message lies at `start + RECORD_HEAD … end` of `bytes`, in place. */
export function writeRecordHead(bytes: Buffer, start: number, end: number, sdAt: number, sequence: number): void {
  const message = start + RECORD_HEAD;
  bytes.writeUInt32LE(end - message, start);
  bytes.writeUInt16LE(sdAt, start + 4);
  bytes.writeUInt16LE(0, start + 6);
  bytes.writeDoubleLE(sequence, start + 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(start, start + 16)), start + 16);
  bytes.writeUInt32LE(crc32(bytes.subarray(message, end)), start + 20);
}

export type ReadResult =
  | { kind: 'record'; message: Buffer; sdAt: number; sequence: number; next: number }
  /** The message is damaged, the next record can be read. */
  | { kind: 'damaged'; sequence: number; next: number }
  /** More bytes are needed: at least up to `need`. */
  | { kind: 'short'; need: number }
  /** No record starts here and none can be found behind it. */
  | { kind: 'lost' };

/** Reads the record at `at`. `message` is a view of `bytes`. */
export function readRecord(bytes: Buffer, at: number): ReadResult {
  if (bytes.length < at + RECORD_HEAD) return { kind: 'short', need: at + RECORD_HEAD };
  const length = bytes.readUInt32LE(at);
  if (length > MAX_MESSAGE || bytes.readUInt32LE(at + 16) !== crc32(bytes.subarray(at, at + 16)))
    return { kind: 'lost' };
  const next = at + RECORD_HEAD + length;
  if (bytes.length < next) return { kind: 'short', need: next };
  const sequence = bytes.readDoubleLE(at + 8);
  const message = bytes.subarray(at + RECORD_HEAD, next);
  if (bytes.readUInt32LE(at + 20) !== crc32(message)) return { kind: 'damaged', sequence, next };
  return { kind: 'record', message, sdAt: bytes.readUInt16LE(at + 4), sequence, next };
}
