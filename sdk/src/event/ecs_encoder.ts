/**
 * Writes ECS documents. What is the same in every event is serialised once; what the application adds is serialised
 * once, as it comes. Only when the application's fields touch an object that we write too (`event`, `service`, …) are
 * the two merged, key by key.
 */
import { ECS_VERSION } from '../../../common/ecs/version.js';
import { put } from '../record/access.js';
import { escapeUnsafe } from '../redact/index.js';
import { ECS_OBJECTS, fits } from './ecs_objects.js';
import { layOut } from './lay_out.js';

export type Fields = Readonly<Record<string, unknown>>;

export interface Statics {
  service: Fields;
  agent: Fields;
  host: Fields;
  process: Fields;
  rota: Fields;
  labels?: Fields;
}

/** Objects of ours that the application cannot change: they prove delivery. */
const OURS = new Set(['agent', 'ecs']);
const HEAD = new Set(['@timestamp', 'message', 'log', 'event']);

export interface Begun {
  text: string;
  /** False: `tail` is to follow. */
  whole: boolean;
}

export class EcsEncoder {
  private readonly statics = new Map<string, Fields>();
  private readonly spelled = new Map<string, string>();
  private readonly levels = new Map<string, string>();
  /** The end of every document that is not merged: what is the same in all of them, encoded once for all. */
  readonly tail: string;
  readonly tailBytes: Buffer;
  /** What is between the message and the number in `event.id`, and between that and `event.sequence`. */
  readonly idStart: string;
  readonly idEnd = '","sequence":';

  constructor(
    statics: Statics,
    private readonly ephemeralId: string,
    private readonly dataset: string,
  ) {
    this.statics.set('ecs', { version: ECS_VERSION });
    for (const [key, value] of Object.entries(statics)) if (value !== undefined) this.statics.set(key, value);
    for (const [key, value] of this.statics) this.spelled.set(key, `,"${key}":${JSON.stringify(value)}`);
    this.tail = `${[...this.spelled.values()].join('')}}`;
    this.tailBytes = Buffer.from(this.tail);
    this.idStart = `,"event":{"dataset":"${dataset}","id":"${ephemeralId}-`;
  }

  /**
   * One document as JSON text, without its end (`tail`) when `fields` touch nothing of ours.
   * @param fields the application's, nested ECS objects or anything else that JSON knows
   */
  begin(time: string, level: string, message: string, sequence: number, fields: Fields | undefined): Begun {
    let own = '';
    if (fields !== undefined) {
      for (const key in fields) {
        if (this.touches(key) || !fits(fields[key], ECS_OBJECTS[key]))
          return { text: this.merge(time, level, message, sequence, fields), whole: true };
      }
      const text = JSON.stringify(fields);
      if (text.length > 2 && text[0] === '{') own = `,${text.slice(1, -1)}`;
    }
    const said = escapeUnsafe(JSON.stringify(message));
    const text = `${this.opening(time, level)}${said}${this.idStart}${sequence}${this.idEnd}${sequence}}${escapeUnsafe(own)}`;
    return { text, whole: false };
  }

  /** The start of every document that is not merged, up to its message. */
  opening(time: string, level: string): string {
    return `{"@timestamp":"${time}","log":${this.log(level)},"message":`;
  }

  /** One whole document as JSON text. */
  encode(time: string, level: string, message: string, sequence: number, fields: Fields | undefined): string {
    const { text, whole } = this.begin(time, level, message, sequence, fields);
    return whole ? text : text + this.tail;
  }

  /** Whether a field of that name must be merged with ours, or is a path (`a.b`). */
  touches(key: string): boolean {
    return this.statics.has(key) || HEAD.has(key) || key.includes('.');
  }

  private log(level: string): string {
    let text = this.levels.get(level);
    if (text === undefined) {
      text = JSON.stringify({ level });
      if (this.levels.size < 64) this.levels.set(level, text);
    }
    return text;
  }

  private merge(time: string, level: string, message: string, sequence: number, fields: Fields): string {
    const { laid: theirs, misfits } = layOut(fields);
    const given = theirs['@timestamp'];
    const timestamp = asTimestamp(given);
    const doc: Record<string, unknown> = {
      '@timestamp': timestamp ?? time,
      log: { ...asObject(theirs.log), level },
      message,
      event: { dataset: this.dataset, ...asObject(theirs.event), id: `${this.ephemeralId}-${sequence}`, sequence },
    };
    for (const [key, value] of this.statics) doc[key] = OURS.has(key) ? value : { ...value, ...asObject(theirs[key]) };
    for (const key of Object.keys(theirs)) {
      if (!Object.hasOwn(doc, key)) put(doc, key, theirs[key]);
      else if (key === 'message' || OURS.has(key)) put(misfits, key, theirs[key]);
    }
    if (given !== undefined && timestamp === undefined) put(misfits, '@timestamp', given);
    keepOwn(misfits, 'log.level', asObject(theirs.log)['level'], level);
    keepOwn(misfits, 'event.id', asObject(theirs.event)['id'], undefined);
    keepOwn(misfits, 'event.sequence', asObject(theirs.event)['sequence'], undefined);
    // Something else of that name than ECS means: kept where the pipeline keeps unknown fields.
    if (Object.keys(misfits).length > 0) {
      const rota = asObject(doc.rota);
      doc.rota = { ...rota, extra: { ...asObject(rota.extra), ...misfits } };
    }
    return escapeUnsafe(JSON.stringify(doc));
  }
}

/** What the application called by a name of ours. */
function keepOwn(misfits: Record<string, unknown>, path: string, theirs: unknown, ours: unknown): void {
  if (theirs !== undefined && theirs !== ours) put(misfits, path, theirs);
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** A time that the application set itself, when it is one. */
function asTimestamp(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'number') {
    const date = new Date(value);
    if (!Number.isNaN(date.getTime())) return date.toISOString();
  }
  return undefined;
}
