import { randomBytes } from 'node:crypto';

/** The ids of one span, as W3C Trace Context names them (lower-case hex). */
export interface SpanIds {
  /** 32 hex digits, not all zero. */
  traceId: string;
  /** 16 hex digits, not all zero. */
  spanId: string;
  /** Whether the caller asked for this trace to be recorded (bit 0 of the flags). */
  sampled: boolean;
}

const SHAPE = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const NO_TRACE = '0'.repeat(32);
const NO_SPAN = '0'.repeat(16);
/** Far beyond what any version needs; a longer header is not read at all. */
const MAX_LENGTH = 512;

/**
 * Reads a `traceparent` header (W3C Trace Context, section 3.2): version `ff`, zero ids, upper case and a version 00
 * with anything behind the flags are invalid; a later version is read as far as version 00 goes.
 */
export function parseTraceparent(value: unknown): SpanIds | undefined {
  if (typeof value !== 'string' || value.length > MAX_LENGTH) return undefined;
  const match = SHAPE.exec(value);
  if (!match) return undefined;
  const [, version, traceId, spanId, flags, rest] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string?,
  ];
  if (version === 'ff' || traceId === NO_TRACE || spanId === NO_SPAN) return undefined;
  if (version === '00' && rest !== undefined) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** Writes a version 00 `traceparent`. */
export function formatTraceparent(ids: SpanIds): string {
  return `00-${ids.traceId}-${ids.spanId}-${ids.sampled ? '01' : '00'}`;
}

/** The span of this server: inside the caller's trace if there is one, otherwise the first of a new trace. */
export function childSpan(caller: SpanIds | undefined): SpanIds {
  return {
    traceId: caller?.traceId ?? randomId(16, NO_TRACE),
    spanId: randomId(8, NO_SPAN),
    sampled: caller?.sampled ?? false,
  };
}

/** Random bytes are fetched a page at a time: one call to the system's generator for a hundred requests. */
const pool = { bytes: Buffer.alloc(0), at: 0 };

function randomId(size: number, zero: string): string {
  for (;;) {
    if (pool.at + size > pool.bytes.length) {
      pool.bytes = randomBytes(4096);
      pool.at = 0;
    }
    const id = pool.bytes.toString('hex', pool.at, pool.at + size);
    pool.at += size;
    if (id !== zero) return id;
  }
}
