import { copyMembers, isError, isPlain, merged, REST, read, readOr, without } from './access.js';
import { formOf, MEMBERS } from './kinds.js';
import { namesOf } from './names.js';
import { spell } from './spell.js';

/** What a line says, before it has a level: its text, the fields, and the errors among them in their order. */
export interface Said {
  message: string;
  fields: Record<string, unknown> | undefined;
  errors: readonly Error[];
}

const TOKEN = /%[sdifjoO%]/g;
/** Characters of a text in which tokens are filled, and of what is spelled behind it. */
const MAX_TEXT = 65_536;
/** Arguments that are looked at. */
const MAX_ARGUMENTS = 2000;
/** Errors that are told in full. */
const MAX_ERRORS = 100;

export function hasTokens(text: string, token: RegExp = TOKEN): boolean {
  return text.includes('%') && text.slice(0, MAX_TEXT).search(token) !== -1;
}

/**
 * Takes in the arguments behind a text, so that nothing of them is lost: `%s %d %i %f` take a text, number, list or error,
 * `%j %o %O` anything, as JSON (which the redactor can read). Of what is left, objects become fields, errors `error.*`,
 * and all else follows the text. undefined says nothing.
 *
 * @param isTaken whether something of that spelling is in the text or the fields already
 */
export function withArguments(
  text: string,
  given: readonly unknown[],
  isTaken: (value: unknown, index: number, message: string) => boolean = () => false,
): Said {
  const left = given.slice(0, MAX_ARGUMENTS);
  const errors: Error[] = [];
  const room = { left: MAX_TEXT };
  let message = hasTokens(text) ? interpolate(text, left, errors, room) : text;
  const skipped = Math.min(given.length, MAX_ARGUMENTS) - left.length;
  let fields: Record<string, unknown> | undefined;
  let isOurs = false;
  for (const [index, value] of left.entries()) {
    if (value === undefined || isTaken(value, index + skipped, message)) continue;
    if (isError(value)) {
      errors.push(value);
      continue;
    }
    const members = membersOf(value);
    if (members === undefined) message = behind(message, spellIn(room, value));
    else if (fields === undefined) fields = members;
    else {
      if (!isOurs) fields = merged(fields);
      isOurs = true;
      copyMembers(fields, members);
    }
  }
  if (given.length > MAX_ARGUMENTS) message = behind(message, `… ${given.length - MAX_ARGUMENTS} more`);
  return { message, fields, errors };
}

function behind(message: string, text: string): string {
  if (text === '') return message;
  return message === '' ? text : `${message} ${text}`;
}

/** All values together take about as much of the text as an event holds. */
function spellIn(room: { left: number }, value: unknown): string {
  if (room.left <= 0 && typeof value === 'object' && value !== null) return REST;
  const text = spell(value);
  room.left -= text.length;
  return text;
}

function interpolate(text: string, left: unknown[], errors: Error[], room: { left: number }): string {
  const filled = text.slice(0, MAX_TEXT).replace(TOKEN, (token) => {
    if (left.length === 0) return token;
    if (token === '%%') return '%';
    const value = left[0];
    const takesAll = token === '%j' || token === '%o' || token === '%O';
    if (isPlain(value) && !takesAll) return token;
    left.shift();
    if (isError(value)) errors.push(value);
    return numeric(token, value) ?? spellIn(room, value);
  });
  return filled + text.slice(MAX_TEXT);
}

/** As Node.js's util.format does it; undefined for what is no number, which is then spelled out. */
function numeric(token: string, value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const number = token === '%d' ? Number(value) : token === '%i' ? Number.parseInt(String(value), 10) : Number.NaN;
  const result = token === '%f' ? Number.parseFloat(String(value)) : number;
  return Number.isNaN(result) ? undefined : String(result);
}

/**
 * The members of an object that is a line's fields; undefined for what has none, such as a list, a date or a Map. What
 * has a toJSON is what that gives. Not a copy where the object itself will do.
 */
export function membersOf(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    if (Array.isArray(value) || ArrayBuffer.isView(value)) return undefined;
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function') return chosen(toJSON.call(value, ''));
    if (isPlain(value)) return value;
    const form = formOf(value, 1);
    if (form === MEMBERS) return namesOf(value).length > 0 ? (value as Record<string, unknown>) : undefined;
    // A collection says what it is where it is seen whole; a request has members like any object.
    return Symbol.iterator in value ? undefined : chosen(form);
  } catch {
    return namesOf(value).length > 0 ? (value as Record<string, unknown>) : undefined;
  }
}

function chosen(form: unknown): Record<string, unknown> | undefined {
  return typeof form === 'object' && form !== null && !Array.isArray(form)
    ? (form as Record<string, unknown>)
    : undefined;
}

/** What the text is called in an object that stands where a text would: winston's name, then pino's. */
const TEXTS = ['message', 'msg'] as const;

/** `log.info({ message, … })`, as winston's users write it, and `log.info({ err, … }, 'text')`, as pino's do. */
function ofObject(object: Record<string, unknown>, rest: readonly unknown[]): Said {
  const [text] = rest;
  if (typeof text === 'string') return ofText(text, rest.slice(1), object);
  for (const name of TEXTS) {
    const said = readOr(object, name);
    if (said === undefined || (name === 'msg' && typeof said !== 'string')) continue;
    const fields = without(object, new Set([name]));
    if (isError(said)) return withFirst(said, ofText(spell(said), rest, fields));
    return ofText(spell(said), rest, fields);
  }
  return ofText('', rest, object);
}

function withFirst(error: Error, said: Said): Said {
  return { ...said, errors: [error, ...said.errors] };
}

function ofText(text: string, rest: readonly unknown[], under?: Record<string, unknown>): Said {
  if (rest.length === 0) return { message: text, fields: under, errors: [] };
  const said = withArguments(text, rest);
  const fields = said.fields === undefined ? under : under === undefined ? said.fields : merged(under, said.fields);
  return { ...said, fields };
}

/**
 * What the arguments of a log call say, whichever library's way it is called in. Pure: what it is given stays as it is, and
 * what it gives may hold it.
 */
export function readArguments(given: readonly unknown[]): Said {
  const [first] = given;
  const rest = given.slice(1);
  if (typeof first !== 'object' || first === null) {
    const said = ofText(first === undefined || first === null ? '' : spell(first), rest);
    return withItsMessage(said, rest);
  }
  if (isError(first)) {
    const [text] = rest;
    const behind = typeof text === 'string' ? ofText(text, rest.slice(1)) : ofText(spell(first), rest);
    return withFirst(first, behind);
  }
  const members = membersOf(first);
  return members === undefined ? ofText(spell(first), rest) : ofObject(members, rest);
}

const MESSAGE = new Set(['message']);

/** As in winston, a text called `message` in the fields behind a text follows that. */
function withItsMessage(said: Said, rest: readonly unknown[]): Said {
  const { fields } = said;
  if (fields === undefined || rest.length === 0) return said;
  const more = readOr(fields, 'message');
  if (typeof more !== 'string') return said;
  const message = more === '' ? said.message : `${said.message} ${more}`;
  return { ...said, message, fields: without(fields, MESSAGE) };
}

/** Lays out a line's fields: errors as `error` and `errors`, also where they stand under `err`, which pino calls it. */
export function fieldsOf(said: Said, errorForm: (error: Error) => unknown): Record<string, unknown> | undefined {
  const { fields, errors } = said;
  const named = fields === undefined ? [] : NAMES_OF_ERRORS.filter((name) => isError(readOr(fields, name)));
  const [first] = errors;
  if (named.length === 0 && first === undefined) return fields;
  if (fields === undefined && errors.length === 1) return { error: errorForm(first as Error) };
  const all = new Set([...named.map((name) => read(fields as object, name) as Error), ...errors]);
  const laid = fields === undefined ? {} : without(fields, new Set(named));
  const forms: unknown[] = [...all].slice(0, MAX_ERRORS).map(errorForm);
  if (all.size > MAX_ERRORS) forms.push(`${REST} ${all.size - MAX_ERRORS} more`);
  if (laid['error'] === undefined) laid['error'] = forms.shift();
  if (forms.length > 0) laid['errors'] = [...(Array.isArray(laid['errors']) ? laid['errors'] : []), ...forms];
  return laid;
}

const NAMES_OF_ERRORS = ['error', 'err'] as const;
