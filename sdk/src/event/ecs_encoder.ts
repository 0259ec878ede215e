/**
 * Writes ECS documents. What is the same in every event is serialised once; what the application adds is serialised
 * once, as it comes. Only when the application's fields touch an object that we write too (`event`, `service`, …) are
 * the two merged, key by key.
 */
import { toJson } from './json.js';

/** ECS version whose field names are used. */
export const ECS_VERSION = '8.11.0';

export type Fields = Readonly<Record<string, unknown>>;

export interface Statics {
  service: Fields;
  agent: Fields;
  host: Fields;
  process: Fields;
  rota: Fields;
  labels?: Fields;
}

/** Where a user's value would break the proof of delivery or the mapping, ours stays. */
const OURS = new Set(['agent', 'ecs', 'log']);

export class EcsEncoder {
  private readonly statics: Record<string, Fields>;
  private readonly spelled: Record<string, string> = {};
  private readonly tail: string;
  private readonly dataset: string;

  constructor(
    statics: Statics,
    private readonly ephemeralId: string,
    dataset: string,
  ) {
    this.statics = { ecs: { version: ECS_VERSION } };
    for (const [key, value] of Object.entries(statics)) {
      if (value !== undefined && Object.keys(value).length > 0) this.statics[key] = value;
    }
    for (const [key, value] of Object.entries(this.statics)) this.spelled[key] = `,"${key}":${toJson(value)}`;
    this.tail = Object.values(this.spelled).join('');
    this.dataset = JSON.stringify(dataset);
  }

  /** One document as JSON text. `fields` are the application's, nested ECS objects or anything else. */
  encode(time: string, level: string, message: string, sequence: number, fields: Fields | undefined): string {
    const head = `{"@timestamp":"${time}","log":{"level":${JSON.stringify(level)}},"message":${JSON.stringify(message)}`;
    if (fields === undefined) return `${head}${this.event(sequence)}${this.tail}}`;
    let own = '';
    let touched = false;
    for (const key in fields) {
      if (
        key === 'event' ||
        key in this.statics ||
        key === 'log' ||
        key === '@timestamp' ||
        key === 'message' ||
        key.includes('.')
      ) {
        touched = true;
        break;
      }
      const value = toJson(fields[key]);
      if (value !== undefined) own += `,${JSON.stringify(key)}:${value}`;
    }
    if (touched) return this.merge(time, level, message, sequence, fields);
    return `${head}${this.event(sequence)}${this.tail}${own}}`;
  }

  private event(sequence: number): string {
    return `,"event":{"dataset":${this.dataset},"id":"${this.ephemeralId}-${sequence}","sequence":${sequence}}`;
  }

  private merge(time: string, level: string, message: string, sequence: number, fields: Fields): string {
    const theirs = nest(fields);
    const stamp = asTimestamp(theirs['@timestamp']) ?? time;
    const event = { dataset: JSON.parse(this.dataset) as string, ...asObject(theirs.event) };
    let text = `{"@timestamp":"${stamp}","log":{"level":${JSON.stringify(level)}},"message":${JSON.stringify(message)}`;
    text += `,"event":${toJson({ ...event, id: `${this.ephemeralId}-${sequence}`, sequence })}`;
    for (const [key, value] of Object.entries(this.statics)) {
      const over = OURS.has(key) ? undefined : theirs[key];
      text += over === undefined ? this.spelled[key] : `,"${key}":${toJson({ ...value, ...asObject(over) })}`;
    }
    for (const key of Object.keys(theirs)) {
      if (key === 'event' || key === '@timestamp' || key === 'message' || key === 'log' || key in this.statics)
        continue;
      const value = toJson(theirs[key]);
      if (value !== undefined) text += `,${JSON.stringify(key)}:${value}`;
    }
    return `${text}}`;
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
