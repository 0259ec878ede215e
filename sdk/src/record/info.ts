/**
 * winston's infos: made of a call, for formats and transports of others, and read again, as they or winston left them.
 */
import { LEVEL, MESSAGE, SPLAT } from 'triple-beam';
import { copyMembers, isError, isIndexed, merged, readOr } from './access.js';
import { hasTokens, membersOf, readArguments, type Said, withArguments } from './arguments.js';
import { errorForm } from './error_fields.js';
import { namesOf } from './names.js';
import { spell } from './spell.js';

const THROWN = Symbol('the error that this info was');
/** What winston takes for a token: it then keeps the object behind the text back for `splat`. */
const WINSTON_TOKEN = /%[scdjifoO%]/;

/** What winston hands to a transport. */
export interface Info {
  level: string;
  message: unknown;
  [LEVEL]?: string;
  [MESSAGE]?: string;
  [SPLAT]?: unknown[];
  [THROWN]?: Error;
  [name: string | symbol]: unknown;
}

/**
 * The info that winston would make of a call, in an object of its own: winston writes into what it was given.
 * @param severity a level that winston knows, by which it sorts
 */
export function infoOf(
  level: string,
  severity: string,
  given: readonly unknown[],
  under: readonly (object | undefined)[],
): Info {
  const [first, second] = given;
  let rest = given.slice(1);
  let fields: object | undefined;
  let message: unknown = first ?? '';
  let thrown: Error | undefined;
  if (isError(first)) {
    fields = { ...merged(first), stack: readOr(first, 'stack'), cause: readOr(first, 'cause') };
    thrown = first;
    message = typeof second === 'string' ? second : spell(first);
    if (typeof second === 'string') rest = given.slice(2);
  } else if (membersOf(first) !== undefined) {
    const said = readArguments([first]);
    fields = said.fields;
    message = typeof second === 'string' ? second : (said.errors[0] ?? said.message);
    if (typeof second === 'string') rest = given.slice(2);
  }
  const [meta] = rest;
  if (fields === undefined && typeof meta === 'object' && meta !== null && !hasWinstonTokens(message)) {
    const { message: more, stack, cause } = meta as Record<string, unknown>;
    fields = isIndexed(meta) ? {} : { ...merged(meta), ...(stack ? { stack } : {}), ...(cause ? { cause } : {}) };
    if (more) message = `${spell(message)} ${spell(more)}`;
  }
  const info = merged(...under, fields) as Info;
  Object.assign(info, { level, message, [LEVEL]: severity, [SPLAT]: rest, [THROWN]: thrown });
  if (rest.length === 0) delete info[SPLAT];
  if (thrown === undefined) delete info[THROWN];
  return info;
}

function hasWinstonTokens(text: unknown): boolean {
  return typeof text === 'string' && hasTokens(text, WINSTON_TOKEN);
}

const NAMES = new Set(['level', 'message']);

/** Takes an info apart: the text, and the fields that the application gave. Errors become ECS `error.*`. */
export function readInfo(info: Info): Said {
  if (isError(info)) {
    const form = errorForm(info);
    // winston wrote it there.
    delete form['level'];
    return { message: spell(info), fields: { error: form }, errors: [] };
  }
  const given = Array.isArray(info[SPLAT]) ? info[SPLAT] : [];
  const { [THROWN]: thrown, message } = info;
  if (thrown !== undefined) {
    const fields = pick(info, new Set([...NAMES, 'stack', 'cause', ...namesOf(thrown)]));
    return takeIn({ message: spell(message ?? ''), fields, errors: [thrown] }, given, true);
  }
  if (isError(message)) {
    return takeIn({ message: spell(message), fields: pick(info, NAMES), errors: [message] }, given, true);
  }
  const text = spell(message ?? '');
  const [first] = given;
  if (isError(first) && !hasTokens(text)) return takeIn(withError(info, text, first), given.slice(1), false);
  return takeIn({ message: text, fields: pick(info, NAMES), errors: [] }, given, true);
}

/** The arguments behind the text, as far as neither winston nor a format has taken them in. */
function takeIn(said: Said, given: readonly unknown[], firstIsMerged: boolean): Said {
  if (given.length === 0) return said;
  const merges = firstIsMerged && !hasWinstonTokens(said.message);
  const behind = withArguments(said.message, given, (value, index, message) => {
    if (isError(value)) return false;
    const members = membersOf(value);
    if (members !== undefined) return merges && index === 0;
    // A format that has taken it in (winston's splat) leaves it in the list all the same.
    return message.includes(spell(value));
  });
  const fields = merged(said.fields, behind.fields);
  // The one name that winston overwrites when it merges the first object.
  const [first] = given;
  const level = typeof first === 'object' && first !== null ? readOr(first, 'level') : undefined;
  if (merges && level !== undefined) fields['level'] = level;
  return {
    message: behind.message,
    fields: Object.keys(fields).length === 0 ? undefined : fields,
    errors: [...said.errors, ...behind.errors],
  };
}

/** `log.error('failed', error)`: winston appends the error's message to ours and copies its properties into the info. */
function withError(info: Info, text: string, error: Error): Said {
  const suffix = ` ${spell(error)}`;
  const fields = pick(info, new Set([...NAMES, ...namesOf(error), 'stack', 'cause']));
  return { message: text.endsWith(suffix) ? text.slice(0, -suffix.length) : text, fields, errors: [error] };
}

function pick(info: Info, without: ReadonlySet<string>): Record<string, unknown> | undefined {
  const fields: Record<string, unknown> = {};
  copyMembers(fields, info, without);
  return Object.keys(fields).length === 0 ? undefined : fields;
}
