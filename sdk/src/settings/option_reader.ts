import { asError, ConfigurationError } from '../errors.js';
import type { Row } from './option_table.js';

export type Env = Readonly<Record<string, string | undefined>>;
type Rows = Readonly<Record<string, Row>>;

interface Given {
  value: unknown;
  /** How the reader of an error message finds it: `The option queue.policy`, or `ROTA_QUEUE_POLICY`. */
  name: string;
}

/** Reads options by a table: what was given in code over what the environment says over the default. */
export class OptionReader<T extends Rows> {
  constructor(
    private readonly rows: T,
    private readonly options: object,
    private readonly env: Env,
  ) {}

  text(path: keyof T & string): string | undefined {
    const given = this.given(path);
    if (given === undefined) return undefined;
    if (typeof given.value === 'string') return given.value;
    throw wrong('ROTA_CONFIG_TYPE', `${given.name} is ${shown(given.value)}. Give a text.`);
  }

  number(path: keyof T & string): number {
    const { least, most, otherwise } = this.rows[path] as Row & { kind: 'number' };
    const given = this.given(path);
    if (given === undefined) return otherwise;
    const value = given.value;
    const number = typeof value === 'string' && /^\s*[\d_.e]+\s*$/i.test(value) ? Number(value) : value;
    if (typeof number === 'number' && number >= least && number <= most) return Math.floor(number);
    const bounds = most === Number.MAX_SAFE_INTEGER ? `at least ${least}` : `${least} to ${most}`;
    throw wrong('ROTA_CONFIG_NUMBER', `${given.name} is ${shown(value)}. Give a number of ${bounds}.`);
  }

  choice<V extends string>(path: keyof T & string): V {
    const { of, otherwise, code } = this.rows[path] as Row & { kind: 'choice' };
    const given = this.given(path);
    if (given === undefined) return otherwise as V;
    if (of.includes(given.value as string)) return given.value as V;
    throw wrong(code ?? 'ROTA_CONFIG_CHOICE', `${given.name} is ${shown(given.value)}. Use one of ${of.join(', ')}.`);
  }

  flag(path: keyof T & string): boolean | undefined {
    const given = this.given(path);
    if (given === undefined) return undefined;
    const { value } = given;
    if (typeof value === 'boolean') return value;
    if (typeof value === 'string' && /^(true|1|yes|on)$/i.test(value)) return true;
    if (typeof value === 'string' && /^(false|0|no|off)$/i.test(value)) return false;
    throw wrong('ROTA_CONFIG_FLAG', `${given.name} is ${shown(value)}. Give true or false.`);
  }

  list(path: keyof T & string): readonly string[] | undefined {
    const given = this.given(path);
    if (given === undefined || typeof given.value !== 'string') return given?.value as readonly string[] | undefined;
    return given.value
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  }

  json(path: keyof T & string): unknown {
    const given = this.given(path);
    if (given === undefined || typeof given.value !== 'string') return given?.value;
    try {
      return JSON.parse(given.value);
    } catch (error) {
      throw wrong('ROTA_CONFIG_JSON', `${given.name} is no JSON (${asError(error).message}). Give JSON.`);
    }
  }

  /** What was given in code, or undefined. */
  own(path: string): unknown {
    let at: unknown = this.options;
    for (const part of path.split('.')) {
      if (typeof at !== 'object' || at === null) return undefined;
      at = (at as Record<string, unknown>)[part];
    }
    return at;
  }

  private given(path: keyof T & string): Given | undefined {
    const value = this.own(path);
    if (value !== undefined && value !== null) return { value, name: `The option ${path}` };
    const { env } = this.rows[path] as Row;
    const said = env === undefined ? undefined : this.env[env];
    return said === undefined || said === '' ? undefined : { value: said, name: env as string };
  }
}

/**
 * Refuses names that are not in the table, at any depth that the table knows.
 * @throws ConfigurationError `ROTA_CONFIG_UNKNOWN`, with the name that was probably meant
 */
export function refuseUnknown(what: string, options: object, known: readonly string[], prefix = ''): void {
  for (const name of Object.keys(options)) {
    const path = prefix + name;
    const value = (options as Record<string, unknown>)[name];
    if (!known.includes(path)) throw unknown(what, path, known);
    const nested = known.some((one) => one.startsWith(`${path}.`));
    if (nested && typeof value === 'object' && value !== null) refuseUnknown(what, value, known, `${path}.`);
  }
}

function unknown(what: string, path: string, known: readonly string[]): ConfigurationError {
  const near = nearest(path, known);
  const mend = near === undefined ? `It has ${known.join(', ')}.` : `Did you mean ${near}?`;
  return wrong('ROTA_CONFIG_UNKNOWN', `${what} has no option ${path}. ${mend}`);
}

/** The known name that takes the fewest changes, looked at whole and by its last part; undefined when none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(name.length / 2));
  for (const one of known) {
    const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '');
    const last = one.slice(one.lastIndexOf('.') + 1);
    const away = Math.min(distance(plain(name), plain(one)), distance(plain(name), plain(last)) + 0.5);
    if (away < least) [best, least] = [one, away];
  }
  return best;
}

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'object' ? 'an object' : String(value);
}

function wrong(code: string, message: string): ConfigurationError {
  return new ConfigurationError(code, message);
}
