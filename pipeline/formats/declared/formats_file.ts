import { load } from 'js-yaml';
import { compile, type DeclaredReader } from './compile';
import { readGunicornFormat } from './gunicorn';
import { readHaproxyFormat } from './haproxy';
import { readNginxFormat } from './nginx';
import { FormatError, type Piece } from './values';

/** A format that the operator declared, and for which lines. */
export interface Declared {
  /** `nginx`, `gunicorn` or `haproxy`: whose words it is written in. */
  program: DeclaredProgram;
  dataset: string;
  /** The files that are of it: paths, `*` for any name. */
  file: RegExp | undefined;
  /** The programs, by their syslog name. */
  app: string | undefined;
  pieces: readonly Piece[];
  read: DeclaredReader;
}

const PROGRAMS = ['nginx', 'gunicorn', 'haproxy'] as const;
export type DeclaredProgram = (typeof PROGRAMS)[number];
const DATASETS: Readonly<Record<DeclaredProgram, string>> = {
  nginx: 'nginx.access',
  gunicorn: 'gunicorn.access',
  haproxy: 'haproxy.log',
};

/**
 * One format in its program's own words.
 * @param undoEscapes undoes nginx's escape=default
 * @throws FormatError
 */
export function declare(
  program: DeclaredProgram,
  text: string,
  undoEscapes: (text: string) => string,
): { pieces: readonly Piece[]; read: DeclaredReader } {
  if (program === 'gunicorn') {
    const pieces = readGunicornFormat(text);
    return { pieces, read: compile(pieces, (value) => value.replaceAll('\\"', '"')) };
  }
  if (program === 'haproxy') {
    const pieces = readHaproxyFormat(text);
    return { pieces, read: compile(pieces, (value) => value) };
  }
  const { pieces, escaping } = readNginxFormat(text);
  const undo = { default: undoEscapes, json: withoutJsonEscapes, none: (value: string) => value }[escaping];
  return { pieces, read: compile(pieces, undo) };
}

function withoutJsonEscapes(value: string): string {
  if (!value.includes('\\')) return value;
  try {
    return String(JSON.parse(`"${value}"`));
  } catch {
    return value;
  }
}

/**
 * formats.yaml: a list of `{nginx|gunicorn|haproxy: <format>, file: <path or glob>, program: <syslog name>}`.
 * @throws FormatError naming the entry
 */
export function readFormatsFile(text: string, undoEscapes: (text: string) => string): Declared[] {
  const entries: unknown = load(text) ?? [];
  if (!Array.isArray(entries)) throw new FormatError('formats.yaml is no list; begin each format with "- "');
  return entries.map((entry: unknown, n) => {
    try {
      return readEntry(entry, undoEscapes);
    } catch (error) {
      throw new FormatError(`format ${n + 1}: ${(error as Error).message}`);
    }
  });
}

function readEntry(entry: unknown, undoEscapes: (text: string) => string): Declared {
  if (typeof entry !== 'object' || entry === null) throw new FormatError('it is no map such as {nginx: …, file: …}');
  const { file, program: app, ...rest } = entry as Record<string, unknown>;
  const program = PROGRAMS.find((name) => typeof rest[name] === 'string');
  const others = Object.keys(rest).filter((name) => name !== program);
  if (program === undefined) throw new FormatError(`it has none of ${PROGRAMS.join(', ')} with the format as a text`);
  if (others.length > 0) throw new FormatError(`"${others[0]}" is not known; it may have ${program}, file, program`);
  for (const [name, value] of Object.entries({ file, program: app })) {
    if (value !== undefined && typeof value !== 'string') throw new FormatError(`${name} must be a text`);
  }
  return {
    program,
    dataset: DATASETS[program],
    file: file === undefined ? undefined : globOf(file as string),
    app: app as string | undefined,
    ...declare(program, rest[program] as string, undoEscapes),
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
    return file !== undefined ? one.dataset === dataset : app.startsWith(one.program);
  });
}
