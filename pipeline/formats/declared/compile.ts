import { withoutLineEnd } from '../parts';
import { objectsIn } from './json_objects';
import { certainSpans } from './readings';
import { type DeclaredValues, FormatError, type Meaning, type Piece, type Variable } from './values';

/** Takes a line of a declared format apart. @returns undefined when it does not fit */
export type DeclaredReader = (text: string) => DeclaredValues | undefined;

/** What a program does to the values that it writes. */
export interface Escaping {
  /** Undoes it. */
  undo: (text: string) => string;
  /** The same of a value that was parsed as JSON. */
  undoParsed?: (text: string) => string;
  /** It leaves quotes alone: what looks like a member of JSON may be a visitor's. */
  isBare?: boolean;
}

export function compile(pieces: readonly Piece[], escaping: Escaping): DeclaredReader {
  const variables = pieces.filter((piece) => typeof piece !== 'string');
  if (variables.length === 0) throw new FormatError('there is no variable in it');
  const first = pieces[0];
  const isJson = typeof first === 'string' && /^\s*\{\s*["}]/.test(first);
  return isJson ? compileJson(pieces, escaping) : compileText(pieces, escaping.undo);
}

interface Found {
  variable: Variable;
  value: string;
}

/**
 * A text. Where a value may end at more than one place, since a visitor may write what stands behind it, only what all readings of the line
 * agree in counts. The shortest reading and the longest tell whether there is another: where they are one, there is none.
 */
function compileText(given: readonly Piece[], undo: (text: string) => string): DeclaredReader {
  const pieces = given.filter((piece) => piece !== '');
  const variables = pieces.filter((piece): piece is Variable => typeof piece !== 'string');
  const logsAgent = variables.some(({ meaning }) => meaning === 'agent');
  const source = pieces.map((piece) => (typeof piece === 'string' ? literal(piece) : `(${piece.form})`)).join('');
  const shortest = new RegExp(`^${source}$`, 's');
  const longest = new RegExp(`^${source.replaceAll('*?', '*')}$`, 's');
  const forms = variables.map(({ form }) => new RegExp(`^(?:${form})$`, 's'));
  const most = lengthFor(pieces);
  return (line) => {
    const text = withoutLineEnd(line);
    // A blank at the end may have been lost on the way, or have come to it.
    return read(text) ?? read(text.endsWith(' ') ? text.trimEnd() : `${text} `);
  };

  function read(text: string): DeclaredValues | undefined {
    return text.length > most ? readCertain(text) : readQuickly(text);
  }

  function readQuickly(text: string): DeclaredValues | undefined {
    const one = shortest.exec(text);
    if (!one) return undefined;
    const other = longest.exec(text);
    if (variables.some((_, n) => one[n + 1] !== other?.[n + 1])) return readCertain(text);
    return valuesOf(
      variables.map((variable, n) => ({ variable, value: (variable.undo ?? undo)(one[n + 1] ?? '') })),
      logsAgent,
    );
  }

  function readCertain(text: string): DeclaredValues | undefined {
    const spans = certainSpans(pieces, forms, text);
    if (!spans) return undefined;
    const sure = variables.flatMap((variable, n): Found[] => {
      const span = spans[n];
      return span ? [{ variable, value: (variable.undo ?? undo)(text.slice(span.from, span.to)) }] : [];
    });
    return valuesOf(sure, logsAgent);
  }
}

/** How long a line may be for regular expressions, whose work grows with the power of how many values have no certain end. */
function lengthFor(pieces: readonly Piece[]): number {
  const loose = pieces.filter((piece, n) => typeof piece !== 'string' && isLoose(piece.form, pieces[n + 1])).length;
  return LENGTHS[loose] ?? 0;
}

const LENGTHS = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 8_192, 600, 300];

/** Whether a value may hold what stands behind it. */
function isLoose(form: string, next: Piece | undefined): boolean {
  if (!form.includes('*?') || next === undefined) return false;
  return typeof next !== 'string' || form.startsWith('.*?') || next[0] !== '"';
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

const MARK = '\u0001';
const AS_IT_IS = (text: string) => text;

/**
 * JSON, one object or several: the line is parsed, and each member is read as the format's member of the same name says. What does not
 * parse, since its program escapes otherwise than JSON, is read as the text that the format is.
 */
function compileJson(pieces: readonly Piece[], { undo, undoParsed = AS_IT_IS, isBare }: Escaping): DeclaredReader {
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
  const shapes = objectsIn(template.replaceAll(MARK, '\\u0001'));
  if (shapes === undefined) throw new FormatError('it begins as JSON, but is none');
  const asText = compileText(pieces, undo);
  if (isBare) return asText;
  const leaves = shapes.map((shape) => leavesOf(shape, variables, undoParsed));
  const logsAgent = variables.some(({ meaning }) => meaning === 'agent');
  return (text) => {
    const found = objectsIn(text) ?? objectsIn(text.replaceAll('\\x', '\\\\x'));
    if (found?.length !== shapes.length) return asText(text);
    const all: Found[] = [];
    for (const [n, object] of found.entries()) {
      for (const leaf of leaves[n] as Leaf[]) {
        const read = leaf(object);
        if (!read) return undefined;
        all.push(...read);
      }
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
      leaves.push((line) => [{ variable, value: undo(textOf(at(line, path))) }]);
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
  const strong = new Set<Meaning>();
  for (const { variable, value } of found) {
    if (value === '' || value === '-') continue;
    const { meaning, name, weak } = variable;
    if (meaning === undefined) named[name.replace(/^[$%]+\(?|\)s$/g, '')] = value;
    else if (weak && values[meaning] !== undefined) continue;
    else {
      if (strong.has(meaning) && !isMoreExact(meaning, value)) continue;
      if (!weak) strong.add(meaning);
      values[meaning] = value;
    }
  }
  return { values, named, logsAgent };
}

/** Seconds with a fraction say more than whole ones; of others the first counts. */
function isMoreExact(meaning: Meaning, value: string): boolean {
  return meaning === 'seconds' && value.includes('.');
}
