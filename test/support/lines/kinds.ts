import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';

type Value = string | number | boolean | null;
/** What a field must be: this value, one of several (null: absent), a text with this part or beginning. */
export type Wanted = Value | { any: Value[] } | { has: string } | { starts: string };

/** One document that a situation makes. */
export interface Expected {
  dataset: string;
  fields?: Record<string, Wanted>;
  /** Fields or whole objects that must not be there. */
  absent?: string[];
  /** How many there are in `rota.attempts`. */
  attempts?: number;
  /** Text anywhere in the document. */
  contains?: string[];
  not_contains?: string[];
}

/** A declared format, in the words of the program that writes it. */
export interface Declared {
  type:
    | 'nginx_log_format'
    | 'gunicorn_access_log_format'
    | 'haproxy_log_format'
    | 'apache_log_format'
    | 'json_fields'
    | 'host_zone';
  text?: string;
  dataset?: string;
  program?: string;
  host?: string;
  zone?: string;
}

/** One situation of test/fixtures/kinds (its README says how the tables are written). */
export interface Situation {
  kind: string;
  what: string;
  /** `file <dataset>`: a file that the agent follows; `udp`, `tcp`, `relp`: the server's inputs; `agent`: the agent's socket. */
  input: string;
  /** Text that stands in all of its messages. */
  mark: string;
  /** Lines of the file, or messages with their headers. */
  lines: Buffer[];
  declare: Declared | undefined;
  run: { agent_env?: Record<string, string>; clock?: string };
  /** `any`: as many documents as it likes. */
  count: 'any' | undefined;
  expect: Expected[];
}

const FOLDER = join(import.meta.dirname, '../../fixtures/kinds');

export function readSituations(): Situation[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => {
      const all = load(readFileSync(join(FOLDER, name), 'utf8')) as (Omit<Situation, 'lines'> & {
        lines: (string | { bytes: string })[];
      })[];
      return all.map(({ lines, run, ...one }) => ({
        ...one,
        kind: name.slice(0, -'.yaml'.length),
        run: run ?? {},
        lines: lines.map((line) => (typeof line === 'string' ? Buffer.from(line) : Buffer.from(line.bytes, 'latin1'))),
      }));
    });
}
