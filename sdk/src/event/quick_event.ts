import { severityOf } from '../record/levels.js';
import type { PlainRules } from '../redact/index.js';
import { type HeaderEncoder, SD_START, sequenceId } from '../syslog/rfc5424.js';
import type { Stamp } from '../syslog/timestamp.js';
import type { EcsEncoder, Fields } from './ecs_encoder.js';
import { QuickJson } from './quick_json.js';
import { NOT_PLAIN, writeAscii, writeNumber } from './write_ascii.js';

/** Numbers and closing braces of one message at their longest. */
const SMALL_PARTS = 64;
const CLOSE = 0x7d;
const MAX_LEVELS = 64;

/** What messages of one level share; only the two times in it change, from one millisecond to the next. */
interface Frame {
  stamp: Stamp;
  /** PRI to the number in STRUCTURED-DATA. */
  header: Uint8Array;
  headerTimeAt: number;
  sdAt: number;
  /** From there to the document's message. */
  opening: Uint8Array;
  openingTimeAt: number;
}

/**
 * The whole syslog message of an ordinary line, a text and plain fields that touch nothing of ours, written straight into
 * memory. Byte for byte what `HeaderEncoder` and `EcsEncoder` make of it.
 */
export class QuickEvent {
  private readonly json: QuickJson;
  private readonly frames = new Map<string, Frame>();
  private readonly idStart: Uint8Array;
  private readonly idEnd: Uint8Array;
  /** After `write`: where STRUCTURED-DATA begins, from the message's start. */
  sdAt = 0;

  constructor(
    private readonly header: HeaderEncoder,
    private readonly ecs: EcsEncoder,
    private readonly msgId: string,
    rules: PlainRules,
  ) {
    this.json = new QuickJson(rules, (key) => ecs.touches(key));
    this.idStart = Buffer.from(ecs.idStart, 'latin1');
    this.idEnd = Buffer.from(ecs.idEnd, 'latin1');
  }

  /** @returns the position behind the message, or NOT_PLAIN: take the long way, nothing counts as written */
  write(
    bytes: Uint8Array,
    start: number,
    limit: number,
    stamp: Stamp,
    level: string,
    message: string,
    sequence: number,
    fields: Fields | undefined,
  ): number {
    const frame = this.frameOf(level, stamp);
    const { header, opening } = frame;
    const { idStart, idEnd } = this;
    const tail = this.ecs.tailBytes;
    const room = limit - header.length - opening.length - idStart.length - idEnd.length - tail.length - SMALL_PARTS;
    if (room < start) return NOT_PLAIN;
    bytes.set(header, start);
    let at = writeNumber(bytes, start + header.length, sequenceId(sequence));
    bytes.set(opening, at);
    at += opening.length;
    at = this.json.text(bytes, at, at + room - start, message);
    if (at === NOT_PLAIN) return NOT_PLAIN;
    bytes.set(idStart, at);
    at = writeNumber(bytes, at + idStart.length, sequence);
    bytes.set(idEnd, at);
    at = writeNumber(bytes, at + idEnd.length, sequence);
    bytes[at] = CLOSE;
    at += 1;
    if (fields !== undefined) {
      at = this.json.fields(bytes, at, limit - tail.length, fields);
      if (at === NOT_PLAIN) return NOT_PLAIN;
    }
    bytes.set(tail, at);
    this.sdAt = frame.sdAt;
    return at + tail.length;
  }

  private frameOf(level: string, stamp: Stamp): Frame {
    const known = this.frames.get(level);
    if (known !== undefined) {
      if (known.stamp === stamp) return known;
      if (known.stamp.rfc5424.length === stamp.rfc5424.length) {
        writeAscii(known.header, known.headerTimeAt, stamp.rfc5424);
        writeAscii(known.opening, known.openingTimeAt, stamp.iso);
        known.stamp = stamp;
        return known;
      }
    }
    const frame = this.newFrame(level, stamp);
    if (this.frames.size >= MAX_LEVELS) this.frames.clear();
    this.frames.set(level, frame);
    return frame;
  }

  private newFrame(level: string, stamp: Stamp): Frame {
    const head = this.header.head(severityOf(level), stamp.rfc5424, this.msgId);
    const opening = `${this.header.origin}${this.ecs.opening(stamp.iso, level)}`;
    return {
      stamp,
      header: Buffer.from(head + SD_START, 'latin1'),
      headerTimeAt: head.indexOf(stamp.rfc5424),
      sdAt: head.length,
      opening: Buffer.from(opening, 'utf8'),
      openingTimeAt:
        Buffer.byteLength(this.header.origin) + opening.slice(this.header.origin.length).indexOf(stamp.iso),
    };
  }
}
