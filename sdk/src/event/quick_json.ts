/**
 * JSON of plain data, written straight into memory: no string is made, nothing is left for the garbage collector. What it
 * writes is what the redactor and `JSON.stringify` would make of the same value; whatever it is not sure of (a secret's
 * name, a class, a getter, an odd character) it leaves to them.
 */

import { namesOf, UNLISTED } from '../record/names.js';
import { escapeUnsafe, type PlainRules } from '../redact/index.js';
import { ECS_OBJECTS, type Shape } from './ecs_objects.js';
import { NOT_PLAIN, writeAscii, writeLines, writeNumber } from './write_ascii.js';

const MAX_DEPTH = 8;
/** Keys may be anything (ids, user input): the memory of them is emptied when it is full. */
const MEMORY = 2000;
const LONGEST_KEY = 128;
/** Longer texts are searched by patterns, which are faster there. */
const LONGEST_WORD = 200;
const LONGEST_NUMBER = 25;
/** Of one event, those without a value included. */
const MAX_MEMBERS = 1024;

const QUOTE = 0x22;
const SPACE = 0x20;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Characters that neither JSON, nor a terminal, nor a search for secrets minds. The others may need an escape, or belong
 * to what `redact/text.ts` looks for: `=`, `@`, `:`, and the J of `eyJ`.
 */
const HARMLESS = new Uint8Array(256);
for (let c = 0x20; c < 0x7f; c += 1) HARMLESS[c] = '"\\=@:J'.includes(String.fromCharCode(c)) ? 0 : 1;
/** The last letters of `bearer`, `basic` and `token`, which only a space after them makes suspicious. */
const LAST_LETTERS = new Uint8Array(256);
for (const c of 'rcnRCN') LAST_LETTERS[c.charCodeAt(0)] = 1;

/** A key as it is written, `,"name":`, and whether its value must go the long way: anywhere, or at the top. */
interface Key {
  bytes: Uint8Array;
  unsure: boolean;
  reserved: boolean;
  /** What ECS has under that name at the top. */
  below: Shape | undefined;
}

/** Names that mean something to JSON or to the redactor beside the value under them. */
const MEANINGFUL = new Set(['toJSON', '__proto__', 'rawHeaders', 'value']);

export class QuickJson {
  private readonly keys = new Map<string, Key>();
  private room = 0;

  /** `rules` as the redactor gives them; `isReserved` are names at the top that need merging. */
  constructor(
    private readonly rules: PlainRules,
    private readonly isReserved: (key: string) => boolean,
  ) {}

  /**
   * Writes `,"a":1,"b":{…}` for the fields of an event.
   * @returns the position behind it, or NOT_PLAIN, after which what stands in `bytes` from `at` on is worthless
   */
  fields(bytes: Uint8Array, at: number, limit: number, fields: object): number {
    this.room = MAX_MEMBERS;
    return this.members(bytes, at, limit, fields, 0, ECS_OBJECTS);
  }

  /** Writes a text in quotes, without what the redactor takes out of it. As `fields` else. */
  text(bytes: Uint8Array, at: number, limit: number, text: string): number {
    const { length } = text;
    if (length > LONGEST_WORD) return this.longText(bytes, at, limit, text);
    if (at + length + 2 > limit) return NOT_PLAIN;
    bytes[at] = QUOTE;
    let to = at + 1;
    let before = 0;
    for (let i = 0; i < length; i += 1) {
      const c = text.charCodeAt(i);
      if (c > 0x7e || HARMLESS[c] === 0 || (c === SPACE && LAST_LETTERS[before] === 1))
        return this.longText(bytes, at, limit, text);
      bytes[to] = c;
      to += 1;
      before = c;
    }
    bytes[to] = QUOTE;
    return to + 1;
  }

  private longText(bytes: Uint8Array, at: number, limit: number, text: string): number {
    if (at + text.length > limit) return NOT_PLAIN;
    const shown = this.rules.text(text);
    const end = writeLines(bytes, at, limit, shown);
    if (end !== NOT_PLAIN) return end;
    const json = escapeUnsafe(JSON.stringify(shown));
    if (at + json.length * 3 > limit) return NOT_PLAIN;
    return at + (bytes as Buffer).write(json, at, 'utf8');
  }

  private members(
    bytes: Uint8Array,
    start: number,
    limit: number,
    object: object,
    depth: number,
    shape: Shape | undefined,
  ): number {
    let at = start;
    const names = namesOf(object);
    this.room -= names.length;
    if (this.room < 0 || names === UNLISTED) return NOT_PLAIN;
    for (let i = 0; i < names.length; i += 1) {
      const name = names[i] as string;
      const value = (object as Record<string, unknown>)[name];
      const key = this.keys.get(name) ?? this.learn(name);
      if (key.unsure || (depth === 0 && key.reserved)) return NOT_PLAIN;
      if (value === undefined) continue;
      const below = shape === undefined ? undefined : depth === 0 ? key.below : shape[name];
      if (below !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value)))
        return NOT_PLAIN;
      const spelled = key.bytes;
      const { length } = spelled;
      if (at + length + LONGEST_NUMBER > limit) return NOT_PLAIN;
      for (let j = 0; j < length; j += 1) bytes[at + j] = spelled[j] as number;
      at = this.value(bytes, at + length, limit, value, depth, below);
      if (at === NOT_PLAIN) return NOT_PLAIN;
    }
    return at;
  }

  private value(
    bytes: Uint8Array,
    at: number,
    limit: number,
    value: unknown,
    depth: number,
    shape: Shape | undefined,
  ): number {
    if (typeof value === 'string') return this.text(bytes, at, limit, value);
    if (typeof value === 'number') return writeNumber(bytes, at, value);
    if (typeof value === 'object') {
      if (value === null) return writeAscii(bytes, at, 'null');
      if (Array.isArray(value)) return this.list(bytes, at, limit, value);
      return this.object(bytes, at, limit, value, depth, shape);
    }
    if (typeof value === 'boolean') return writeAscii(bytes, at, value ? 'true' : 'false');
    return NOT_PLAIN;
  }

  /** Texts, numbers and the like, such as `tags`; lists of anything else may hold pairs of name and secret. */
  private list(bytes: Uint8Array, start: number, limit: number, list: readonly unknown[]): number {
    if ((list as { toJSON?: unknown }).toJSON !== undefined) return NOT_PLAIN;
    let at = start;
    bytes[at] = OPEN_LIST;
    for (const item of list) {
      if (typeof item === 'object' ? item !== null : typeof item === 'function') return NOT_PLAIN;
      if (at + LONGEST_NUMBER + 2 > limit) return NOT_PLAIN;
      at = this.value(bytes, at + 1, limit - 1, item === undefined ? null : item, 0, undefined);
      if (at === NOT_PLAIN) return NOT_PLAIN;
      bytes[at] = COMMA;
    }
    if (at === start) at += 1;
    bytes[at] = CLOSE_LIST;
    return at + 1;
  }

  private object(
    bytes: Uint8Array,
    at: number,
    limit: number,
    value: object,
    depth: number,
    shape: Shape | undefined,
  ): number {
    if (Object.getPrototypeOf(value) !== Object.prototype || depth >= MAX_DEPTH) return NOT_PLAIN;
    const end = this.members(bytes, at, limit, value, depth + 1, shape);
    if (end === NOT_PLAIN || end + 2 > limit) return NOT_PLAIN;
    if (end === at) {
      bytes[at] = OPEN;
      bytes[at + 1] = CLOSE;
      return at + 2;
    }
    // The first member began with a comma: where the brace belongs.
    bytes[at] = OPEN;
    bytes[end] = CLOSE;
    return end + 1;
  }

  private learn(name: string): Key {
    const unsure = MEANINGFUL.has(name) || name.length > LONGEST_KEY || this.rules.isSensitive(name) || !isWord(name);
    const bytes = unsure ? EMPTY : Buffer.from(`,"${name}":`, 'latin1');
    const key = { bytes, unsure, reserved: this.isReserved(name), below: ECS_OBJECTS[name] };
    if (this.keys.size >= MEMORY) this.keys.clear();
    if (name.length <= LONGEST_KEY) this.keys.set(name, key);
    return key;
  }
}

const EMPTY = new Uint8Array(0);

function isWord(name: string): boolean {
  return /^[ !#-[\]-~]*$/.test(name);
}
