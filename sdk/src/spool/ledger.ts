/**
 * Up to where a spool is acknowledged. Two slots are written in turn, each with a number and a checksum, so that a torn
 * write leaves the one before it to be read. Pure: bytes in, bytes out.
 */
import { crc32 } from './crc32.js';

export const LEDGER_SLOT = 32;
const MAGIC = 0x4c544f52;

/** Everything before byte `offset` of segment `segment` needs no more sending. */
export interface Position {
  segment: number;
  offset: number;
}

export interface LedgerState extends Position {
  /** Counts the writes; the higher of two valid slots is the newer. */
  turn: number;
}

/** One slot: u32 magic, u32 turn, u32 segment, u32 0, f64 offset, u32 0, u32 CRC-32. */
export function encodeSlot(state: LedgerState): Buffer {
  const slot = Buffer.alloc(LEDGER_SLOT);
  slot.writeUInt32LE(MAGIC, 0);
  slot.writeUInt32LE(state.turn, 4);
  slot.writeUInt32LE(state.segment, 8);
  slot.writeDoubleLE(state.offset, 16);
  slot.writeUInt32LE(crc32(slot.subarray(0, 28)), 28);
  return slot;
}

/** The newest valid slot of a ledger file, or undefined: then everything in the spool is to be sent. */
export function decodeLedger(bytes: Buffer): LedgerState | undefined {
  const slots = [decodeSlot(bytes.subarray(0, LEDGER_SLOT)), decodeSlot(bytes.subarray(LEDGER_SLOT, 2 * LEDGER_SLOT))];
  let newest: LedgerState | undefined;
  for (const slot of slots) if (slot !== undefined && slot.turn >= (newest?.turn ?? 0)) newest = slot;
  return newest;
}

function decodeSlot(slot: Buffer): LedgerState | undefined {
  if (slot.length < LEDGER_SLOT || slot.readUInt32LE(0) !== MAGIC) return undefined;
  if (slot.readUInt32LE(28) !== crc32(slot.subarray(0, 28))) return undefined;
  return { turn: slot.readUInt32LE(4), segment: slot.readUInt32LE(8), offset: slot.readDoubleLE(16) };
}
