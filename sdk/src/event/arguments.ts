import { toJson } from './json.js';

/** What the arguments behind a line's text come to. */
export interface Said {
  message: string;
  /** Fields of further objects, later ones over earlier ones. */
  fields: Record<string, unknown> | undefined;
  /** Errors among the arguments, in their order. */
  errors: readonly Error[];
}

const TOKEN = /%[sdifjoO%]/g;

export function hasTokens(text: string): boolean {
  return text.search(TOKEN) !== -1;
}

/**
 * Takes in the arguments of `log.info('user %s', name, { … }, …)` that no format of winston's has taken in, so that
 * nothing of them is lost: `%s %d %i %f` take a text, number, list or error, `%j %o %O` anything, as JSON (which the
 * redactor can read). Of what is left, plain objects become fields, errors `error.*`, and all else follows the text.
 *
 * @param first whether the first argument, an object, is in the fields already where the text has no tokens: winston does that
 */
export function withArguments(text: string, given: readonly unknown[], first: boolean): Said {
  const left = [...given];
  const errors: Error[] = [];
  const asks = hasTokens(text);
  const merged = first && !asks;
  let message = asks ? interpolate(text, left, errors) : text;
  let fields: Record<string, unknown> | undefined;
  for (const [index, value] of left.entries()) {
    if (value instanceof Error) errors.push(value);
    else if (merged && index === 0 && hasMembers(value)) continue;
    else if (isPlain(value)) fields = { ...fields, ...value };
    else {
      const said = spell(value);
      // A format that has taken it in (winston's splat) leaves it in the list all the same.
      if (!message.includes(said)) message = `${message} ${said}`;
    }
  }
  return { message, fields, errors };
}

function interpolate(text: string, left: unknown[], errors: Error[]): string {
  return text.replace(TOKEN, (token) => {
    if (token === '%%') return '%';
    if (left.length === 0) return token;
    const value = left[0];
    const takesAll = token === '%j' || token === '%o' || token === '%O';
    if (isPlain(value) && !takesAll) return token;
    left.shift();
    if (value instanceof Error) errors.push(value);
    return numeric(token, value) ?? spell(value);
  });
}

/** As Node.js's util.format does it; undefined for what is no number, which is then spelled out. */
function numeric(token: string, value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const number = token === '%d' ? Number(value) : token === '%i' ? Number.parseInt(String(value), 10) : Number.NaN;
  const result = token === '%f' ? Number.parseFloat(String(value)) : number;
  return Number.isNaN(result) ? undefined : String(result);
}

function spell(value: unknown): string {
  if (value instanceof Error) return value.message;
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  const plain = value instanceof Map ? Object.fromEntries(value) : value instanceof Set ? [...value] : value;
  return toJson(plain) ?? String(value);
}

/** An object that is merged as fields: not a list, and not a Date or Map, which have no properties. */
function hasMembers(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return isPlain(value) || Object.keys(value).length > 0;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
