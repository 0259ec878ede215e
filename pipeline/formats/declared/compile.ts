import { type DeclaredValues, FormatError, type Meaning, type Piece, type Variable } from './values';

/** Takes a line of a declared format apart. @returns undefined when it does not fit */
export type DeclaredReader = (text: string) => DeclaredValues | undefined;

/** @param undo undoes what the program's escaping did to a value */
export function compile(pieces: readonly Piece[], undo: (text: string) => string): DeclaredReader {
  const variables = pieces.filter((piece) => typeof piece !== 'string');
  if (variables.length === 0) throw new FormatError('there is no variable in it');
  const first = pieces[0];
  const isJson = typeof first === 'string' && /^\s*\{\s*["}]/.test(first);
  return isJson ? compileJson(pieces, undo) : compileText(pieces, undo);
}

interface Found {
  variable: Variable;
  value: string;
}

/**
 * A text. Where a value may end at more than one place, since a visitor may write what stands behind it, both the shortest and the longest
 * reading are made, and only what they agree in counts.
 */
function compileText(pieces: readonly Piece[], undo: (text: string) => string): DeclaredReader {
  const variables = pieces.filter((piece): piece is Variable => typeof piece !== 'string');
  const source = pieces.map((piece) => (typeof piece === 'string' ? literal(piece) : `(${piece.form})`)).join('');
  const logsAgent = variables.some(({ meaning }) => meaning === 'agent');
  const shortest = new RegExp(`^${source}\\s*$`, 's');
  const longest = new RegExp(`^${source.replaceAll('*?', '*')}\\s*$`, 's');
  return (text) => {
    const one = shortest.exec(text);
    const other = one && longest.exec(text);
    if (!one || !other) return undefined;
    const sure = variables.flatMap((variable, n): Found[] => {
      const value = one[n + 1] ?? '';
      return value === other[n + 1] ? [{ variable, value: undo(value) }] : [];
    });
    return valuesOf(sure, logsAgent);
  };
}

/** Blanks of a format may be more than one in a line. */
function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

const MARK = '\u0001';

/** JSON: the line is parsed, and each member is read as the format's member of the same name says. */
function compileJson(pieces: readonly Piece[], undo: (text: string) => string): DeclaredReader {
  const variables: Variable[] = [];
  let isInText = false;
  const template = pieces
    .map((piece) => {
      if (typeof piece === 'string') {
        isInText = inText(piece, isInText);
        return piece;
      }
      variables.push(piece);
      const mark = `${MARK}${variables.length - 1}${MARK}`;
      return isInText ? mark : `"${mark}"`;
    })
    .join('');
  const shape = parse(template.replaceAll(MARK, '\\u0001'));
  if (shape === undefined) throw new FormatError('it begins as JSON, but is none');
  const leaves = leavesOf(shape, variables, undo);
  const logsAgent = variables.some(({ meaning }) => meaning === 'agent');
  return (text) => {
    const found = parse(text);
    if (found === undefined) return undefined;
    const all: Found[] = [];
    for (const leaf of leaves) {
      const read = leaf(found);
      if (!read) return undefined;
      all.push(...read);
    }
    return valuesOf(all, logsAgent);
  };
}

function inText(piece: string, before: boolean): boolean {
  let inside = before;
  for (let at = 0; at < piece.length; at++) {
    if (piece[at] === '\\') at++;
    else if (piece[at] === '"') inside = !inside;
  }
  return inside;
}

function parse(text: string): unknown {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === 'object' && found !== null ? found : undefined;
  } catch {
    return undefined;
  }
}

type Leaf = (line: unknown) => Found[] | undefined;

/** For each text of the format that holds variables, how it is read out of a line. */
function leavesOf(shape: unknown, variables: readonly Variable[], undo: (text: string) => string): Leaf[] {
  const leaves: Leaf[] = [];
  walk(shape, []);
  return leaves;

  function walk(node: unknown, path: readonly string[]): void {
    if (typeof node === 'object' && node !== null) {
      for (const [name, child] of Object.entries(node)) walk(child, [...path, name]);
      return;
    }
    if (typeof node !== 'string' || !node.includes(MARK)) return;
    const parts = node.split(MARK).map((part, n) => (n % 2 === 0 ? part : (variables[Number(part)] as Variable)));
    const own = parts.filter((part) => part !== '');
    const [only] = own;
    if (own.length === 1 && typeof only === 'object') {
      // A member of its own name says more than the variable's.
      const name = path.join('.');
      const variable = only.meaning === undefined ? { ...only, name } : only;
      leaves.push((line) => [{ variable, value: textOf(at(line, path)) }]);
      return;
    }
    const read = compileText(own, undo);
    leaves.push((line) => {
      const found = read(textOf(at(line, path)));
      return (
        found && [
          ...Object.entries(found.values).map(([meaning, value]) => ({
            variable: { name: '', meaning: meaning as Meaning, form: '' },
            value,
          })),
          ...Object.entries(found.named).map(([name, value]) => ({
            variable: { name, meaning: undefined, form: '' },
            value,
          })),
        ]
      );
    });
  }
}

function at(line: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (node, name) =>
      typeof node === 'object' && node !== null && Object.hasOwn(node, name)
        ? (node as Record<string, unknown>)[name]
        : undefined,
    line,
  );
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function valuesOf(found: readonly Found[], logsAgent: boolean): DeclaredValues {
  const values: DeclaredValues['values'] = {};
  const named: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const { variable, value } of found) {
    if (value === '' || value === '-') continue;
    const { meaning, name } = variable;
    if (meaning === undefined) named[name.replace(/^[$%]+\(?|\)s$/g, '')] = value;
    // Seconds with a fraction say more than whole ones.
    else if (meaning !== 'seconds' || values.seconds === undefined || value.includes('.')) values[meaning] = value;
  }
  return { values, named, logsAgent };
}
