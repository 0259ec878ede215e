import { load } from 'js-yaml';
import type { LineDataset, Tier } from '../program';
import { PROGRAMS } from '../registry';
import { compile, type DeclaredReader } from './compile';
import { FormatError, type Piece } from './values';

/** A format that the operator declared, and for which lines. */
export interface Declared {
  /** Whose words it is written in: a program's name. */
  program: string;
  written: { dataset: LineDataset; module: string; tier: Tier };
  /** The files that are of it: paths, `*` for any name. */
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

/**
 * One format in its program's own words.
 * @throws FormatError
 */
export function declare(program: string, text: string): { pieces: readonly Piece[]; read: DeclaredReader } {
  const found = DECLARING.find(({ name }) => name === program)?.declares?.read(text);
  if (!found) throw new FormatError(`no format is declared in the words of ${program}`);
  return { pieces: found.pieces, read: compile(found.pieces, found.undo) };
}

/**
 * formats.yaml: a list of `{<program>: <format>, file: <path or glob>, program: <syslog name>}`.
 * @throws FormatError naming the entry
 */
export function readFormatsFile(text: string): Declared[] {
  const entries: unknown = load(text) ?? [];
  if (!Array.isArray(entries)) throw new FormatError('formats.yaml is no list; begin each format with "- "');
  return entries.map((entry: unknown, n) => {
    try {
      return readEntry(entry);
    } catch (error) {
      throw new FormatError(`format ${n + 1}: ${(error as Error).message}`);
    }
  });
}

function readEntry(entry: unknown): Declared {
  if (typeof entry !== 'object' || entry === null) throw new FormatError('it is no map such as {nginx: …, file: …}');
  const { file, program: app, ...rest } = entry as Record<string, unknown>;
  const found = DECLARING.find(({ name }) => typeof rest[name] === 'string');
  const program = found?.name;
  const others = Object.keys(rest).filter((name) => name !== program);
  if (found === undefined || program === undefined) {
    const names = DECLARING.map(({ name }) => name).join(', ');
    throw new FormatError(`it has none of ${names} with the format as a text`);
  }
  if (others.length > 0) throw new FormatError(`"${others[0]}" is not known; it may have ${program}, file, program`);
  for (const [name, value] of Object.entries({ file, program: app })) {
    if (value !== undefined && typeof value !== 'string') throw new FormatError(`${name} must be a text`);
  }
  return {
    program,
    written: { dataset: REQUESTS[found.tier], module: program, tier: found.tier },
    file: file === undefined ? undefined : globOf(file as string),
    app: app as string | undefined,
    ...declare(program, rest[program] as string),
  };
}

function globOf(path: string): RegExp {
  const escaped = path.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
  // What rotation renamed is the same file.
  return new RegExp(`^${escaped}(?:[.-]\\d[\\w.-]*)?$`);
}

/** The declared format of a line: by its file, by its program, or by what its agent says that the file holds. */
export function declaredFor(
  formats: readonly Declared[],
  file: string | undefined,
  app: string,
  dataset: string | undefined,
): Declared | undefined {
  return formats.find((one) => {
    if (one.file !== undefined) return file !== undefined && one.file.test(file);
    if (one.app !== undefined) return file === undefined && one.app === app;
    return file !== undefined ? one.written.dataset === dataset : app.startsWith(one.program);
  });
}
