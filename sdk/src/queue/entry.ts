/** A piece of memory outside the JavaScript heap that holds many messages. `live` counts those still needed. */
export interface Slab {
  bytes: Buffer;
  used: number;
  live: number;
}

/** A record on disk that waits for its message's acknowledgement. */
export interface Ticket {
  /** The message needs no more sending. */
  settle(): void;
}

/** One message that waits for its acknowledgement: `slab.bytes[start, end)` is the syslog message without framing. */
export interface Entry {
  slab: Slab;
  start: number;
  end: number;
  /** Offset of STRUCTURED-DATA from `start`: where the mark of a repeat is put in. */
  sdAt: number;
  /** `event.sequence`; 0 for what another process left behind. */
  sequence: number;
  /** How often it was written to a connection. From the second time on it is marked as a repeat. */
  sends: number;
  /** The receiver has it, though an older one is still open (acknowledgements out of order). */
  acknowledged: boolean;
  /** Its record in a spool, if it has one. */
  origin: Ticket | null;
}

/** Bytes of the message itself. */
export function sizeOf(entry: Entry): number {
  return entry.end - entry.start;
}
