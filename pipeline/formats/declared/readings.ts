import type { Piece } from './values';

/** A value at a place of the line. */
export interface Span {
  from: number;
  to: number;
}

/** More pairs of ends than these are not compared for one variable: it is not certain then. */
const MOST_PAIRS = 2_000;

/**
 * All readings of a line at once: for each variable, its value if every reading of the whole line has the same there, else undefined.
 * The work is bounded, whatever a visitor wrote; where the bound is reached a value is not certain.
 * @returns undefined when the line has no reading
 */
export function certainSpans(
  pieces: readonly Piece[],
  forms: readonly RegExp[],
  text: string,
): (Span | undefined)[] | undefined {
  const ends = endsFrom(pieces, text);
  let starts = [0];
  let n = 0;
  const found: (Span | undefined)[] = [];
  for (const [at, piece] of pieces.entries()) {
    const after = ends[at + 1] as readonly number[];
    if (typeof piece === 'string') {
      const known = new Set(after);
      starts = starts.filter((from) => text.startsWith(piece, from)).map((from) => from + piece.length);
      starts = starts.filter((from) => known.has(from));
    } else {
      const { next, span } = step(starts, after, forms[n++] as RegExp, text);
      found.push(span);
      starts = next;
    }
    if (starts.length === 0) return undefined;
  }
  return found;
}

function step(starts: readonly number[], ends: readonly number[], form: RegExp, text: string) {
  const first = starts[0] as number;
  if (starts.length * ends.length > MOST_PAIRS) return { next: ends.filter((to) => to >= first), span: undefined };
  const next = new Set<number>();
  let span: Span | undefined;
  let isCertain = true;
  for (const from of starts) {
    for (const to of ends) {
      if (to < from || !form.test(text.slice(from, to))) continue;
      next.add(to);
      if (span && text.slice(span.from, span.to) !== text.slice(from, to)) isCertain = false;
      span ??= { from, to };
    }
  }
  return { next: [...next].sort((a, b) => a - b), span: isCertain ? span : undefined };
}

/** Where the pieces from each on may begin, as far as their literal texts tell: never too few places. */
function endsFrom(pieces: readonly Piece[], text: string): number[][] {
  const ends: number[][] = Array.from({ length: pieces.length + 1 }, () => []);
  ends[pieces.length] = [text.length];
  for (let at = pieces.length - 1; at >= 0; at--) {
    const piece = pieces[at] as Piece;
    const after = ends[at + 1] as number[];
    if (typeof piece === 'string') {
      ends[at] = after.map((to) => to - piece.length).filter((from) => from >= 0 && text.startsWith(piece, from));
      continue;
    }
    const last = after.at(-1) ?? -1;
    const before = pieces[at - 1];
    ends[at] = typeof before === 'string' ? placesBehind(before, text, last) : anyPlace(at, last);
  }
  return ends;
}

function placesBehind(literal: string, text: string, last: number): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(literal); at !== -1 && at + literal.length <= last; at = text.indexOf(literal, at + 1)) {
    places.push(at + literal.length);
  }
  return places;
}

/** Two variables side by side: nothing tells where the first ends. */
function anyPlace(at: number, last: number): number[] {
  return at === 0 ? [0] : Array.from({ length: Math.max(0, last + 1) }, (_, n) => n);
}
