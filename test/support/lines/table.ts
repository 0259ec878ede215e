import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { JSON_SCHEMA, load } from 'js-yaml';
import { expand, type Flat } from './expand.js';

/** Where the monitors of the tables probe from: a name in the User-Agent counts from nowhere else. */
export const HEALTH_SOURCES = '192.0.2.0/24,10.0.0.2';

/** One line of pipeline/formats/<program>/*.txt or of test/fixtures/lines (whose README says how the tables are written). */
export interface Case {
  /** `<program>/<format>`, of a format's own fixtures. */
  from: string | undefined;
  name: string;
  input: string;
  dataset: string;
  host: string;
  /** What is sent or written, without framing. */
  bytes: Buffer;
  /** The whole document, flat, but for what every document has; undefined for a dead letter. */
  expected: Flat | undefined;
  /** Part of a dead letter's reason. */
  dead: string | undefined;
  /** The document's `_id`, where the line has one of its own. */
  key: string | undefined;
}

interface Table {
  input: string;
  dataset: string;
  host: string;
  base: Flat;
  sample: string | undefined;
  prefix: string;
}

const ROOT = join(import.meta.dirname, '../../..');
const FORMATS = join(ROOT, 'pipeline/formats');

/** The fixtures of each format, and of what is no program's: sockets, whole sites. */
export function readCases(): Case[] {
  const programs = readdirSync(FORMATS, { withFileTypes: true }).filter((one) => one.isDirectory());
  const folders = [...programs.map(({ name }) => join(FORMATS, name)), join(ROOT, 'test/fixtures/lines')];
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.txt'))
      .flatMap((name) => readFile(join(folder, name))),
  );
}

function readFile(path: string): Case[] {
  const cases: Case[] = [];
  const from = path.startsWith(FORMATS) ? `${basename(dirname(path))}/${basename(path, '.txt')}` : undefined;
  let table: Table | undefined;
  for (const block of readFileSync(path, 'utf8').trimEnd().split('\n\n')) {
    const lines = block.split('\n');
    if (lines[0]?.startsWith('== ')) table = readTable(lines);
    else if (table) cases.push({ from, ...readCase(lines, table, cases.length + 1) });
  }
  return cases;
}

function readTable([head = '', base = '{}', extra = '']: string[]): Table {
  const [input = '', dataset = '', host = 'frontend-1'] = head.slice(3).split(' ');
  return {
    input,
    dataset,
    host,
    base: readMap(base),
    sample: extra.startsWith('~ ') ? extra.slice(2) : undefined,
    prefix: extra.startsWith('< ') ? extra.slice(2) : '',
  };
}

function readCase([head = '', line = '', expected = '']: string[], table: Table, n: number): Omit<Case, 'from'> {
  const name = head.slice(2);
  const text =
    line.startsWith('~ ') && table.sample !== undefined
      ? withMembers(table.sample, line.slice(2))
      : table.prefix.replaceAll('{n}', String(n)) + line;
  const common = { name, input: table.input, dataset: table.dataset, bytes: bytesOf(text) };
  if (expected.startsWith('dead ')) {
    return { ...common, host: table.host, expected: undefined, dead: expected.slice(5), key: undefined };
  }
  const { key, 'host.name': host, ...own } = readMap(expected.replaceAll('{n}', String(n)));
  return {
    ...common,
    host: typeof host === 'string' ? host : table.host,
    expected: expand({ ...table.base, ...own }),
    dead: undefined,
    key: key as string | undefined,
  };
}

/** Puts members over the sample's text, leaving their own text as written (escapes, bytes). */
function withMembers(sample: string, members: string): string {
  let line = sample;
  for (const [, name, value] of members.matchAll(/"(\w+)":("(?:[^"\\]|\\.)*")/g)) {
    line = line.replace(new RegExp(`"${name}":"(?:[^"\\\\]|\\\\.)*"`), () => `"${name}":${value}`);
  }
  return line;
}

function readMap(text: string): Flat {
  const found = load(text, { schema: JSON_SCHEMA }) as Flat | null;
  if (found === null || typeof found !== 'object') throw new Error(`not a map: ${text}`);
  return mapTexts(found) as Flat;
}

/** `⟨78×3⟩` in expected texts too. */
function mapTexts(value: unknown): unknown {
  if (typeof value === 'string') return bytesOf(value).toString('utf8');
  if (Array.isArray(value)) return value.map(mapTexts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mapTexts(one)]));
}

function bytesOf(text: string): Buffer {
  const parts = text.split(/⟨([0-9A-F]{2})(?:×(\d+))?⟩/);
  const bytes: Buffer[] = [];
  for (let at = 0; at < parts.length; at += 3) {
    bytes.push(Buffer.from(parts[at] as string));
    if (parts[at + 1] !== undefined) {
      bytes.push(Buffer.alloc(Number(parts[at + 2] ?? 1), Number.parseInt(parts[at + 1] as string, 16)));
    }
  }
  return Buffer.concat(bytes);
}
