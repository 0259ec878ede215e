import { load } from 'js-yaml';
import type { LineDataset, Tier } from '../program';
import { PROGRAMS } from '../registry';
import { compile, type DeclaredReader } from './compile';
import { jsonReader, readJsonFields } from './json_fields';
import { FormatError, type Piece } from './values';

/** A format that the operator declared, and for which lines. */
export interface Declared {
  /** Whose words it is written in: a program's name. */
  program: string;
  written: { dataset: LineDataset; module: string; tier: Tier };
  /** The files that are of it, a path with `*` for any name; and what fits it, rotated names as well. */
  path: string | undefined;
  file: RegExp | undefined;
  /** The programs, by their syslog name. */
  app: string | undefined;
  pieces: readonly Piece[];
  read: DeclaredReader;
}

/** The programs in whose words a format can be declared. */
export const DECLARING = PROGRAMS.filter(({ declares }) => declares !== undefined);
const REQUESTS: Readonly<Record<Tier, LineDataset>> = {
  lb: 'haproxy.log',
  frontend: 'nginx.access',
  webapp: 'gunicorn.access',
};

/** Which program writes certain lines, where neither its name nor what its agent says of the file tells. */
export interface Named {
  /** The program, as its folder is called. */
  is: string;
  written: Declared['written'];
  path: string | undefined;
  file: RegExp | undefined;
  app: string | undefined;
}

/** What formats.yaml says. */
export interface FormatsFile {
  declared: Declared[];
  named: Named[];
}

/** What a format is declared by: a program's words, or the names of JSON's members. */
export const WORDS: readonly string[] = [...DECLARING.map(({ name }) => name), 'json'];

/**
 * One format in its program's own words.
 * @throws FormatError
 */
export function declare(words: string, given: unknown): { pieces: readonly Piece[]; read: DeclaredReader } {
  if (words === 'json') {
    const pieces = readJsonFields(given);
    return { pieces, read: jsonReader(pieces) };
  }
  const found = DECLARING.find(({ name }) => name === words)?.declares;
  if (!found) throw new FormatError(`no format is declared in the words of ${words}`);
  if (typeof given !== 'string')
    throw new FormatError(`${words} must be a text: the format as it stands in its configuration`);
  const { pieces, escaping } = found.read(given);
  return { pieces, read: compile(pieces, escaping) };
}

/**
 * formats.yaml: a list of `{<program>: <format>, file: <path or glob>, program: <syslog name>}`, `{json: <names>, dataset: …}`, or
 * `{is: <program>, file|program: …}`.
 * @throws FormatError naming the entry
 */
export function readFormatsFile(text: string): FormatsFile {
  const entries: unknown = load(text) ?? [];
  if (!Array.isArray(entries)) throw new FormatError('formats.yaml is no list; begin each format with "- "');
  const found: FormatsFile = { declared: [], named: [] };
  for (const [n, entry] of (entries as unknown[]).entries()) {
    try {
      addEntry(found, entry);
    } catch (error) {
      throw new FormatError(`format ${n + 1}: ${(error as Error).message}`);
    }
  }
  return found;
}

function addEntry(found: FormatsFile, entry: unknown): void {
  if (typeof entry !== 'object' || entry === null) throw new FormatError('it is no map such as {nginx: …, file: …}');
  const { file, program: app, dataset, is, ...rest } = entry as Record<string, unknown>;
  for (const [name, value] of Object.entries({ file, program: app, dataset, is })) {
    if (value !== undefined && typeof value !== 'string') throw new FormatError(`${name} must be a text`);
  }
  const words = is === undefined ? WORDS.find((name) => rest[name] !== undefined) : 'is';
  if (words === undefined)
    throw new FormatError(`it has none of ${WORDS.join(', ')} with the format, nor "is" with a program`);
  const others = Object.keys(rest).filter((name) => name !== words);
  if (others.length > 0)
    throw new FormatError(`"${others[0]}" is not known; it may have ${words}, file, program, dataset`);
  const path = file as string | undefined;
  const which = { path, file: file === undefined ? undefined : globOf(file as string), app: app as string | undefined };
  if (is !== undefined) {
    const program = PROGRAMS.find(({ name }) => name === is);
    if (!program) throw new FormatError(`"${is}" is none of ${PROGRAMS.map(({ name }) => name).join(', ')}`);
    if (which.file === undefined && which.app === undefined)
      throw new FormatError(`say which lines are ${is}'s: file or program`);
    const { name, tier } = program;
    found.named.push({ is: name, written: { dataset: REQUESTS[tier], module: name, tier }, ...which });
    return;
  }
  const written = writtenBy(words, dataset as string | undefined);
  found.declared.push({ program: words, written, ...which, ...declare(words, rest[words]) });
}

/** Requests of the program's tier, unless another is said. */
function writtenBy(words: string, dataset: string | undefined): Declared['written'] {
  const program = DECLARING.find(({ name }) => name === words);
  const found = (Object.entries(REQUESTS) as [Tier, LineDataset][]).find(([tier, requests]) =>
    dataset === undefined ? tier === (program?.tier ?? 'frontend') : requests === dataset,
  );
  if (!found) {
    throw new FormatError(`dataset "${dataset}" is none of ${Object.values(REQUESTS).join(', ')}`);
  }
  const [tier, requests] = found;
  return { dataset: requests, module: program?.name ?? (requests.split('.')[0] as string), tier };
}

function globOf(path: string): RegExp {
  const escaped = path.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
  // What rotation renamed is the same file.
  return new RegExp(`^${escaped}(?:[.-]\\d[\\w.-]*)?$`);
}

/** The declared formats that a line may be of: by its file, by its program, or by what its agent says that the file holds. */
export function declaredFor(
  formats: readonly Declared[],
  file: string | undefined,
  app: string,
  dataset: string | undefined,
): Declared[] {
  return formats.filter((one) => {
    if (one.file !== undefined) return file !== undefined && one.file.test(file);
    if (one.app !== undefined) return file === undefined && one.app === app;
    if (file !== undefined) return one.written.dataset === dataset;
    return DECLARING.some(({ name, names }) => name === one.program && names.test(app));
  });
}

/** The program that the operator names for a line. */
export function namedFor(named: readonly Named[], file: string | undefined, app: string): string | undefined {
  return named.find((one) =>
    one.file === undefined ? file === undefined && one.app === app : file !== undefined && one.file.test(file),
  )?.is;
}
