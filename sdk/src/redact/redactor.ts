import { ConfigurationError } from '../errors.js';
import { isError } from '../record/access.js';
import { errorForm } from '../record/error_fields.js';
import { compileNames, DEFAULT_NAMES, HARMLESS_NAMES, type IsSensitive, REPLACEMENT } from './names.js';
import { advance, compilePaths, type Place, UnreadablePath } from './paths.js';
import { redactQuery, redactText } from './text.js';

/** What to keep out of the logs. All of it adds to the defaults. */
export interface RedactOptions {
  /** Further names of secrets, at any depth; compared by their last words, like the defaults. */
  names?: readonly string[];
  /** Places, whatever stands there: `user.email`, `items.*.iban`, `**.ssn`, `headers["x.y"]`. */
  paths?: readonly string[];
  /** Names that are no secrets here, though the defaults say so, e.g. `['page token']`. Paths still win. */
  keep?: readonly string[];
  /** Taken out of every text: matches are replaced. */
  patterns?: readonly RegExp[];
  /** Whether texts are searched for secrets (default true). Keys and paths are looked at in any case. */
  text?: boolean;
  /** Whether the default names count (default true). */
  defaults?: boolean;
  /** What stands in the place of a secret (default `[redacted]`). */
  replacement?: string;
}

/** Redacts whole entries, texts and queries by the same rules. */
export interface Redactor {
  /** The entry itself when it holds no secret, otherwise a copy of what had to change. Never changes its argument. */
  fields<T extends object>(entry: T): T;
  text(text: string): string;
  query(query: string): string;
  /** The same rules for a walk that leaves to `fields` all that these two do not decide; undefined when they never suffice. */
  plain: PlainRules | undefined;
}

/** What matters of the rules for data of strings, numbers and plain objects, without lists. */
export interface PlainRules {
  isSensitive: IsSensitive;
  /** Returns a text of harmless characters (see `event/quick_json.ts`) as it is. */
  text(text: string): string;
}

/** Without redaction. */
export const NO_RULES: PlainRules = { isSensitive: () => false, text: (text) => text };

/** Objects nested deeper than this are replaced: what is not looked at is not let through. */
export const MAX_DEPTH = 32;
/** An entry with more values than this is replaced from there on. */
const MAX_VALUES = 20_000;
const TOO_LARGE = '[not logged: too large to redact]';
const TOO_DEEP = '[not logged: nested too deep]';
const CIRCULAR = '[circular]';
const UNREADABLE = '[not logged: unreadable]';

interface Rules {
  isSensitive: IsSensitive;
  place: Place | undefined;
  text: (text: string) => string;
  replacement: string;
}

/** State of one walk through one entry. */
interface Walk {
  readonly rules: Rules;
  readonly above: object[];
  left: number;
}

/**
 * Compiles the rules once; what it returns is for every entry.
 * @throws ConfigurationError `ROTA_CONFIG_REDACT` for a path that does not parse or a pattern that is none
 */
export function createRedactor(options: RedactOptions = {}): Redactor {
  check(options);
  const replacement = options.replacement ?? REPLACEMENT;
  const names = [...(options.defaults === false ? [] : DEFAULT_NAMES), ...(options.names ?? [])];
  const isSensitive = compileNames(names, [...HARMLESS_NAMES, ...(options.keep ?? [])]);
  const patterns = (options.patterns ?? []).map((one) => (one.global ? one : new RegExp(one.source, `${one.flags}g`)));
  const searched = (text: string) => (options.text === false ? text : redactText(text, isSensitive, replacement));
  const matched = (text: string) => patterns.reduce((rest, pattern) => rest.replace(pattern, () => replacement), text);
  const rules: Rules = {
    isSensitive,
    place: pathsOf(options.paths ?? []),
    text: patterns.length === 0 ? searched : (text) => matched(searched(text)),
    replacement,
  };
  const isPlain = rules.place === undefined && patterns.length === 0;
  return {
    plain: isPlain ? { isSensitive, text: rules.text } : undefined,
    fields: <T extends object>(entry: T) =>
      redactObject(entry, rules.place, { rules, above: [], left: MAX_VALUES }) as T,
    text: rules.text,
    query: (query) => matched(redactQuery(query, isSensitive, replacement)),
  };
}

function check(options: RedactOptions): void {
  const { patterns = [], ...lists } = options;
  for (const pattern of patterns) {
    if (!(pattern instanceof RegExp))
      throw wrong(`redact.patterns holds ${String(pattern)}. Give regular expressions.`);
  }
  for (const name of ['names', 'paths', 'keep'] as const) {
    const list: unknown = lists[name] ?? [];
    if (!Array.isArray(list) || list.some((one) => typeof one !== 'string')) {
      throw wrong(`redact.${name} must be a list of strings.`);
    }
  }
}

function pathsOf(patterns: readonly string[]): Place | undefined {
  try {
    return compilePaths(patterns);
  } catch (error) {
    if (!(error instanceof UnreadablePath)) throw error;
    throw wrong(
      `"${error.message}" in redact.paths is no path. Write user.email, items.*.iban, **.ssn or headers["x.y"].`,
    );
  }
}

function wrong(message: string): ConfigurationError {
  return new ConfigurationError('ROTA_CONFIG_REDACT', message);
}

function redactValue(value: unknown, place: Place | undefined, walk: Walk): unknown {
  if (typeof value === 'string') return walk.rules.text(value);
  if (typeof value !== 'object' || value === null) return value;
  if (--walk.left < 0) return TOO_LARGE;
  if (walk.above.includes(value)) return CIRCULAR;
  if (walk.above.length >= MAX_DEPTH) return TOO_DEEP;
  if (value instanceof Date || ArrayBuffer.isView(value)) return value;
  return redactObject(value, place, walk);
}

function redactObject(object: object, place: Place | undefined, walk: Walk): unknown {
  const plain = asJson(object);
  if (typeof plain !== 'object' || plain === null) {
    return typeof plain === 'string' ? walk.rules.text(plain) : plain;
  }
  walk.above.push(object);
  try {
    return Array.isArray(plain) ? redactArray(plain, place, walk) : redactRecord(plain, place, walk);
  } catch {
    return UNREADABLE;
  } finally {
    walk.above.pop();
  }
}

/**
 * What JSON would make of it: an AxiosError's headers, say, come out of its `toJSON` only. Of an error without one JSON would
 * make `{}`; it becomes ECS `error.*` and its own properties instead, wherever it stands.
 */
function asJson(object: object): unknown {
  const { toJSON } = object as { toJSON?: unknown };
  if (typeof toJSON !== 'function') return isError(object) ? errorForm(object) : object;
  try {
    return toJSON.call(object);
  } catch {
    return UNREADABLE;
  }
}

function redactArray(array: readonly unknown[], place: Place | undefined, walk: Walk): unknown {
  let copy: unknown[] | undefined;
  for (let index = 0; index < array.length; index++) {
    const value = array[index];
    const here = place && advance(place, String(index));
    const secret = here?.ends || (index === 1 && isSecretPair(array, walk));
    const next = secret ? walk.rules.replacement : redactValue(value, here, walk);
    if (next !== value) {
      copy ??= array.slice();
      copy[index] = next;
    }
  }
  return copy ?? array;
}

/** `['authorization', '…']` in a list of pairs, as `Object.entries` and fetch's Headers give them. */
function isSecretPair(array: readonly unknown[], walk: Walk): boolean {
  const [name, value] = array;
  const isPair = array.length === 2 && typeof name === 'string' && isSecret(value);
  return isPair && Array.isArray(walk.above.at(-2)) && walk.rules.isSensitive(name);
}

/** Node's `rawHeaders`: names and values in turn. */
function redactRawHeaders(headers: readonly unknown[], walk: Walk): unknown[] {
  const { isSensitive, replacement, text } = walk.rules;
  return headers.map((one, index) => {
    const name = index % 2 === 1 ? headers[index - 1] : undefined;
    if (typeof name === 'string' && isSensitive(name)) return replacement;
    return typeof one === 'string' ? text(one) : replacement;
  });
}

function redactRecord(record: object, place: Place | undefined, walk: Walk): object {
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(record)) {
    const here = place && advance(place, key);
    const value = (record as Record<string, unknown>)[key];
    const next = redactEntry(record, key, value, here, walk);
    if (next !== value) {
      copy ??= { ...record };
      if (key === '__proto__') Object.defineProperty(copy, key, { value: next, enumerable: true });
      else copy[key] = next;
    }
  }
  return copy ?? record;
}

function redactEntry(record: object, key: string, value: unknown, here: Place | undefined, walk: Walk): unknown {
  if (here?.ends) return walk.rules.replacement;
  if (isSecret(value) && (walk.rules.isSensitive(key) || (key === 'value' && isNamedSecret(record, walk)))) {
    return walk.rules.replacement;
  }
  if (key === 'rawHeaders' && Array.isArray(value)) return redactRawHeaders(value, walk);
  return redactValue(value, here, walk);
}

/** `{ name: 'Authorization', value: '…' }`, as HAR files and many clients write headers. */
function isNamedSecret(record: object, walk: Walk): boolean {
  const { name, key } = record as { name?: unknown; key?: unknown };
  return (
    (typeof name === 'string' && walk.rules.isSensitive(name)) ||
    (typeof key === 'string' && walk.rules.isSensitive(key))
  );
}

/** Nothing, yes and no give no secret away. */
function isSecret(value: unknown): boolean {
  return (
    value !== undefined && value !== null && typeof value !== 'boolean' && value !== '' && typeof value !== 'function'
  );
}
