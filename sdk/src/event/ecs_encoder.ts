/**
 * Writes ECS documents. What is the same in every event is serialised once; what the application adds is serialised
 * once, as it comes. Only when the application's fields touch an object that we write too (`event`, `service`, …) are
 * the two merged, key by key.
 */
import { escapeUnsafe } from '../redact/index.js';
import { toJson } from './json.js';

/** ECS version whose field names are used. */
const ECS_VERSION = '8.11.0';

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
    /** How the application's fields are spelled. */
    private readonly spell: (fields: unknown) => string | undefined = toJson,
  ) {
    this.statics.set('ecs', { version: ECS_VERSION });
    for (const [key, value] of Object.entries(statics)) if (value !== undefined) this.statics.set(key, value);
    for (const [key, value] of this.statics) this.spelled.set(key, `,"${key}":${toJson(value)}`);
    this.tail = `${[...this.spelled.values()].join('')}}`;
    this.tailBytes = Buffer.from(this.tail);
    this.idStart = `,"event":{"dataset":"${dataset}","id":"${ephemeralId}-`;
  }

  /**
   * One document as JSON text, without its end (`tail`) when `fields` touch nothing of ours. `fields` are the application's, nested ECS objects or anything else.
   */
  begin(time: string, level: string, message: string, sequence: number, fields: Fields | undefined): Begun {
    let own = '';
    if (fields !== undefined) {
      for (const key in fields) {
        if (this.touches(key)) return { text: this.merge(time, level, message, sequence, fields), whole: true };
      }
      const text = this.spell(fields) ?? '{}';
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
    const theirs = nest(fields);
    const doc: Record<string, unknown> = {
      '@timestamp': asTimestamp(theirs['@timestamp']) ?? time,
      log: { ...asObject(theirs.log), level },
      message,
      event: { dataset: this.dataset, ...asObject(theirs.event), id: `${this.ephemeralId}-${sequence}`, sequence },
    };
    for (const [key, value] of this.statics) doc[key] = OURS.has(key) ? value : { ...value, ...asObject(theirs[key]) };
    const misfits: Record<string, unknown> = {};
    for (const key of Object.keys(theirs)) {
      const ours = key in doc;
      if (!ours) define(doc, key, theirs[key]);
      else if (key === 'message' || OURS.has(key) || (key !== '@timestamp' && !isPlain(theirs[key])))
        define(misfits, key, theirs[key]);
    }
    // Something else of that name than ECS means: kept where the pipeline keeps unknown fields.
    if (Object.keys(misfits).length > 0) {
      const rota = asObject(doc.rota);
      doc.rota = { ...rota, extra: { ...asObject(rota.extra), ...misfits } };
    }
    return escapeUnsafe(this.spell(doc) as string);
  }
}

/** Dotted names as nested objects (`{'url.path': '/'}` → `{url: {path: '/'}}`): Elasticsearch would join them anyway. */
function nest(fields: Fields): Record<string, unknown> {
  const nested: Record<string, unknown> = {};
  for (const key of Object.keys(fields)) put(nested, key, fields[key]);
  return nested;
}

function put(into: Record<string, unknown>, name: string, value: unknown): void {
  const parts = /^[\w@-]+(\.[\w@-]+)+$/.test(name) ? name.split('.') : [name];
  const last = parts.pop() as string;
  let at = into;
  for (const part of parts) {
    const below = at[part];
    const next = isPlain(below) ? { ...below } : {};
    define(at, part, next);
    at = next;
  }
  const below = at[last];
  define(at, last, isPlain(below) && isPlain(value) ? { ...below, ...value } : value);
}

/** As an own property always, so that a field named `__proto__` is just a field. */
function define(at: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(at, key, { value, enumerable: true, configurable: true, writable: true });
}

function asObject(value: unknown): Record<string, unknown> {
  return isPlain(value) ? value : {};
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** A time that the application set itself, when it is one. */
function asTimestamp(value: unknown): string | undefined {
  if (value instanceof Date || typeof value === 'string' || typeof value === 'number') {
    const date = new Date(value);
    if (!Number.isNaN(date.getTime())) return date.toISOString();
  }
  return undefined;
}
