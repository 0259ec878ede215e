import { className, isError, put, REST, read, UNREADABLE } from './access.js';
import { bigintText, Entries, formOf, MEMBERS } from './kinds.js';
import { isCopy, NOT_LISTED, namesOf, UNLISTED } from './names.js';

/** Objects nested deeper than this are left out. */
export const MAX_DEPTH = 32;
/** Longer texts wait until everything small has its place. */
const SMALL = 256;
/** What a member costs beside its name and value: quotes, colon, comma. */
const MEMBER = 4;
/** What any value costs at least, so that the bytes bound the number of values, too: 5,000 in 64 KiB. */
const VALUE = 12;
const LEAST = 16;
const CIRCULAR = '[circular]';
const TOO_DEEP = '[too deep]';
/** What may be half a secret at the seam of a cut is taken off with it. */
const WORD = 1024;
const BETWEEN_WORDS = /[\s,;&"'<>]/;
/** Errors that are told with their stacks. */
const MAX_ERRORS = 100;

/** A member that waits for what the small ones leave. */
interface Waiting {
  name: string;
  value: unknown;
  used: number;
  cut: boolean;
}

/**
 * A copy of anything as JSON knows it: texts, numbers, booleans, null, lists and plain objects. It never throws, reads
 * no more than its bytes allow (about what the JSON takes), and shares them: small members of an object come first, and
 * no large one takes from another what that needs. What is left out is marked where it stood, by texts with `…`.
 */
export class Plain {
  /** Whether something was cut or left out. */
  cut = false;
  private left: number;
  private readonly above: object[] = [];
  private errors = 0;

  /** `errorForm` says what an error becomes; that is looked into again. */
  constructor(
    bytes: number,
    private readonly errorForm: (error: Error) => unknown,
  ) {
    this.left = bytes;
  }

  /** undefined for what JSON leaves out: undefined, functions. */
  value(value: unknown, key = ''): unknown {
    switch (typeof value) {
      case 'string':
        return this.text(value);
      case 'number':
      case 'boolean':
        this.left -= VALUE;
        return value;
      case 'bigint':
        return this.text(bigintText(value));
      case 'symbol':
        return this.text(String(value));
      case 'object':
        return value === null ? null : this.object(value, key);
      default:
        return undefined;
    }
  }

  /** A text within what is left, or within `most` bytes. */
  text(text: string, most = this.left): string {
    const room = Math.min(most, this.left);
    const isShort = text.length * 3 <= room || (text.length <= room && Buffer.byteLength(text) <= room);
    const kept = isShort ? text : this.shorten(text, room);
    this.left -= Math.max(VALUE, isShort && text.length <= SMALL ? text.length : Buffer.byteLength(kept));
    return kept;
  }

  private shorten(text: string, room: number): string {
    this.cut = true;
    let keep = Math.max(0, Math.min(text.length, room));
    while (keep > 0 && Buffer.byteLength(text.slice(0, keep)) > room) keep = Math.floor(keep * 0.7);
    const head = text.slice(0, keep).replace(/[\ud800-\udbff]$/, '');
    const seam = seamOf(head);
    return `${head.slice(0, seam > head.length / 2 ? seam : head.length)}…`;
  }

  private object(value: object, key: string): unknown {
    if (this.above.includes(value)) return this.text(CIRCULAR, LEAST);
    if (this.above.length >= MAX_DEPTH) return this.leftOut(TOO_DEEP);
    if (this.left <= 0) return this.leftOut(REST);
    this.above.push(value);
    this.left -= VALUE;
    try {
      return this.form(value, key);
    } catch {
      return UNREADABLE;
    } finally {
      this.above.pop();
    }
  }

  private leftOut(mark: string): string {
    this.cut = true;
    return mark;
  }

  /** What speaks for itself by toJSON is taken at its word; bytes are not, of which that makes a list of numbers. */
  private form(value: object, key: string): unknown {
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function' && !ArrayBuffer.isView(value)) return this.again(toJSON.call(value, key), value);
    return isError(value) ? this.error(value) : this.parts(value);
  }

  /** Each takes as long as a line: of many the rest are told by their text. */
  private error(error: Error): unknown {
    this.errors += 1;
    if (this.errors <= MAX_ERRORS) return this.again(this.errorForm(error), error);
    this.cut = true;
    return this.text(`${className(error)}: ${String(read(error, 'message'))}`);
  }

  /** JSON asks no toJSON of what a toJSON gave. */
  private again(form: unknown, from: object): unknown {
    if (typeof form !== 'object' || form === null) return this.value(form);
    if (form !== from && this.above.includes(form)) return CIRCULAR;
    return isError(form) && form !== from ? this.value(this.errorForm(form)) : this.parts(form);
  }

  private parts(value: object): unknown {
    if (Array.isArray(value)) return this.list(value);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return this.members(value);
    const form = formOf(value, Math.ceil(this.left / VALUE) + 1);
    if (form === MEMBERS) return this.members(value);
    if (form instanceof Entries) {
      const { form: taken, more } = form;
      isCopy(taken);
      return Array.isArray(taken) ? this.list(taken, more) : this.members(taken, more);
    }
    if (Array.isArray(form)) return this.list(form);
    return typeof form === 'object' && form !== null ? this.members(form) : this.value(form);
  }

  /** `more` items there are that are not in the list. */
  private list(list: readonly unknown[], more = 0): unknown[] {
    const copy: unknown[] = [];
    const { length } = list;
    let i = 0;
    for (; i < length && this.left > 0; i += 1) {
      const item = this.value(read(list, i), String(i));
      if (item === undefined || item === null) this.left -= VALUE;
      copy.push(item ?? null);
    }
    if (i < length || more > 0) copy.push(this.leftOut(`… ${length - i + more} more`));
    return copy;
  }

  private members(object: object, more = 0): Record<string, unknown> | string {
    const copy: Record<string, unknown> = {};
    const waiting: Waiting[] = [];
    const names = namesOf(object);
    if (names === UNLISTED) return this.leftOut(NOT_LISTED);
    let i = 0;
    for (; i < names.length && this.left > 0; i += 1) {
      const name = names[i] as string;
      const value = read(object, name);
      if (value === undefined || typeof value === 'function') {
        this.left -= VALUE;
        continue;
      }
      const shown = name.length > SMALL ? `${name.slice(0, SMALL)}…` : name;
      this.left -= shown.length + MEMBER;
      const waits = typeof value === 'object' ? value !== null : typeof value === 'string' && value.length > SMALL;
      if (waits) waiting.push({ name: shown, value, used: 0, cut: false });
      // Its place is taken now, so that the order stays.
      put(copy, shown, waits ? null : this.value(value, name));
    }
    if (i < names.length || more > 0) put(copy, REST, this.leftOut(`${names.length - i + more} more`));
    this.share(copy, waiting);
    return copy;
  }

  /** Equal shares; what one does not use is for those after it, and at the top for those that were cut before, too. */
  private share(copy: Record<string, unknown>, waiting: readonly Waiting[]): void {
    const wasCut = this.cut;
    let remaining = waiting.length;
    for (const one of waiting) {
      this.within(copy, one, Math.floor(this.left / remaining));
      remaining -= 1;
    }
    const again = this.above.length <= 1 && this.left > SMALL ? waiting.filter((one) => one.cut) : [];
    if (again.length === waiting.length) {
      this.cut ||= waiting.some((one) => one.cut);
      return;
    }
    this.cut = wasCut;
    remaining = again.length;
    for (const one of again) {
      this.within(copy, one, one.used + Math.floor(this.left / remaining), one.used);
      remaining -= 1;
    }
    this.cut ||= waiting.some((one) => one.cut);
  }

  private within(copy: Record<string, unknown>, one: Waiting, bytes: number, before = 0): void {
    const { left, cut } = this;
    this.left = bytes;
    this.cut = false;
    const value = this.value(one.value, one.name);
    put(copy, one.name, value === undefined ? null : value);
    one.cut = this.cut;
    one.used = bytes - this.left;
    this.cut = cut || this.cut;
    this.left = left + before - one.used;
  }
}

/** Where the last word of a text begins. */
function seamOf(text: string): number {
  const least = Math.max(0, text.length - WORD);
  let at = text.length;
  while (at > least && !BETWEEN_WORDS.test(text.charAt(at - 1))) at -= 1;
  return at;
}
