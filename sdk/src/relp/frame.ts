/**
 * RELP frames: `TXNR SP COMMAND SP DATALEN [SP DATA] LF`, where DATALEN counts bytes and DATA (with its space) is absent
 * when it is 0. TXNR has at most nine digits. Source: librelp's protocol description (relp.html).
 */
import { ProtocolError } from '../errors.js';

export const MAX_TXNR = 999_999_999;
/** Answers are short; anything longer than this is not RELP. */
const MAX_ANSWER_BYTES = 128 * 1024;
const MAX_COMMAND = 32;

/** Transaction numbers run 1 … 999,999,999 and then 1 again; 0 is for the server's hints. */
export function nextTxnr(txnr: number): number {
  return txnr >= MAX_TXNR ? 1 : txnr + 1;
}

/** How many transactions lie from `oldest` to `txnr`, across the wrap. */
export function txnrDistance(oldest: number, txnr: number): number {
  return txnr >= oldest ? txnr - oldest : txnr - oldest + MAX_TXNR;
}

/** A frame as text; only for short ASCII data (`open`, `close`). */
export function encodeFrame(txnr: number, command: string, data: string): string {
  return data === '' ? `${txnr} ${command} 0\n` : `${txnr} ${command} ${Buffer.byteLength(data)} ${data}\n`;
}

export interface RelpFrame {
  txnr: number;
  command: string;
  /** UTF-8 text of the data; '' when there is none. */
  data: string;
}

/** A plain answer behind its number. */
const OK = Buffer.from(' rsp 6 200 OK\n');
const SPACE = 0x20;
const LF = 0x0a;
const ZERO = 0x30;

enum At {
  txnr,
  command,
  length,
  data,
  trailer,
}

/** Reads frames from a byte stream, cut anywhere. */
export class RelpParser {
  private at: At = At.txnr;
  private txnr = 0;
  private digits = 0;
  private command = '';
  private length = 0;
  private parts: Buffer[] = [];
  private missing = 0;

  /**
   * Calls `onFrame` for each complete frame in order; for a plain `rsp 6 200 OK`, which nearly all are, `onOk`.
   * @throws ProtocolError `ROTA_RELP_FRAME` when the bytes are no RELP; the connection is then of no more use.
   */
  push(chunk: Buffer, onFrame: (frame: RelpFrame) => void, onOk?: (txnr: number) => void): void {
    let i = 0;
    while (i < chunk.length) {
      if (onOk !== undefined && this.at === At.txnr && this.digits === 0) {
        const end = this.readOk(chunk, i);
        if (end > 0) {
          i = end;
          onOk(this.txnr);
          this.txnr = 0;
          continue;
        }
        this.txnr = 0;
      }
      if (this.at === At.data) {
        i = this.takeData(chunk, i);
        continue;
      }
      const byte = chunk[i] as number;
      i += 1;
      if (this.at === At.txnr) this.onTxnr(byte);
      else if (this.at === At.command) this.onCommand(byte);
      else if (this.at === At.length) this.onLength(byte, onFrame);
      else if (byte === LF) this.finish(onFrame);
      else throw bad(`expected the end of frame ${this.txnr}, found byte ${byte}`);
    }
  }

  /** Behind a whole plain answer that begins at `from`, whose number is then in `txnr`; 0 where there is none. */
  private readOk(chunk: Buffer, from: number): number {
    let at = from;
    let number = 0;
    for (; at < chunk.length && at - from < 9; at += 1) {
      const digit = (chunk[at] as number) - ZERO;
      if (digit < 0 || digit > 9) break;
      number = number * 10 + digit;
    }
    if (at === from || at + OK.length > chunk.length) return 0;
    for (let i = 0; i < OK.length; i += 1) if (chunk[at + i] !== OK[i]) return 0;
    this.txnr = number;
    return at + OK.length;
  }

  private onTxnr(byte: number): void {
    const digit = byte - ZERO;
    if (digit >= 0 && digit <= 9 && this.digits < 9) {
      this.txnr = this.txnr * 10 + digit;
      this.digits += 1;
    } else if (byte === SPACE && this.digits > 0) this.next(At.command);
    else throw bad(`byte ${byte} in a transaction number`);
  }

  private onCommand(byte: number): void {
    if (byte === SPACE && this.command !== '') this.next(At.length);
    else if (isLetter(byte) && this.command.length < MAX_COMMAND) this.command += String.fromCharCode(byte);
    else throw bad(`byte ${byte} in a command`);
  }

  private onLength(byte: number, onFrame: (frame: RelpFrame) => void): void {
    const digit = byte - ZERO;
    if (digit >= 0 && digit <= 9 && this.digits < 9) {
      this.length = this.length * 10 + digit;
      this.digits += 1;
      if (this.length > MAX_ANSWER_BYTES) throw bad(`an answer of ${this.length} bytes`);
    } else if (this.digits === 0) throw bad(`byte ${byte} in a data length`);
    // librelp sends "0 serverclose 0\n", other servers put the space there as well.
    else if (byte === LF && this.length === 0) this.finish(onFrame);
    else if (byte === SPACE) {
      this.missing = this.length;
      this.next(this.length === 0 ? At.trailer : At.data);
    } else throw bad(`byte ${byte} after a data length`);
  }

  private takeData(chunk: Buffer, from: number): number {
    const end = Math.min(chunk.length, from + this.missing);
    // Copied: the socket may use the chunk's memory again before the frame is complete.
    this.parts.push(Buffer.from(chunk.subarray(from, end)));
    this.missing -= end - from;
    if (this.missing === 0) this.next(At.trailer);
    return end;
  }

  private finish(onFrame: (frame: RelpFrame) => void): void {
    const { txnr, command } = this;
    const data = this.parts.length === 1 ? (this.parts[0] as Buffer).toString() : Buffer.concat(this.parts).toString();
    this.txnr = 0;
    this.command = '';
    this.length = 0;
    this.parts = [];
    this.next(At.txnr);
    onFrame({ txnr, command, data });
  }

  private next(at: At): void {
    this.at = at;
    this.digits = 0;
  }
}

function isLetter(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a);
}

function bad(what: string): ProtocolError {
  return new ProtocolError(
    'ROTA_RELP_FRAME',
    `The receiver does not speak RELP (${what}). Check that the address and port belong to an imrelp input.`,
  );
}
