/**
 * Patterns such as `user.email`, `items.*.iban`, `**.ssn` are compiled to a tree; a walk through an object is at a set of
 * its nodes at once. Each such set is made once and remembers where each key led (a lazy automaton), so that a walk
 * costs one look into a map per key, however many patterns there are.
 */
export interface Place {
  /** A pattern ends here: what stands here goes. */
  readonly ends: boolean;
  readonly nodes: readonly Node[];
  /** Where keys lead; undefined: no pattern can match any more. */
  readonly next: Map<string, Place | undefined>;
  readonly all: Map<string, Place>;
}

interface Node {
  readonly id: number;
  readonly named: Map<string, Node>;
  /** `*`: any one segment. */
  any?: Node;
  /** `**` leads here: any number of segments, none too. */
  deep?: Node;
  /** This node came by `**`, so it stays reachable at any depth. */
  loops: boolean;
  ends: boolean;
}

/** Keys may be anything (ids, user input); beyond this many a place remembers no more of them. */
const MEMORY = 2000;

/**
 * Compiles patterns.
 * @returns where a walk starts; undefined without patterns
 * @throws UnreadablePath
 */
export function compilePaths(patterns: readonly string[]): Place | undefined {
  if (patterns.length === 0) return undefined;
  let count = 0;
  const make = (loops: boolean): Node => ({ id: count++, named: new Map(), loops, ends: false });
  const root = make(false);
  for (const pattern of patterns) {
    let at = root;
    for (const segment of segmentsOf(pattern)) at = step(at, segment, make);
    at.ends = true;
  }
  return placeOf([root], new Map());
}

/** The place one key further; a key with dots is as many segments as it has parts. */
export function advance(place: Place, key: string): Place | undefined {
  const known = place.next.get(key);
  if (known !== undefined || place.next.has(key)) return known;
  let nodes = place.nodes;
  for (const segment of key.split('.')) nodes = closure(nodes.flatMap((node) => after(node, segment)));
  const found = nodes.length === 0 ? undefined : placeOf(nodes, place.all);
  if (place.next.size < MEMORY && key.length <= 128) place.next.set(key, found);
  return found;
}

function after(node: Node, segment: string): Node[] {
  const named = node.named.get(segment);
  return [...(named ? [named] : []), ...(node.any ? [node.any] : []), ...(node.loops ? [node] : [])];
}

function placeOf(nodes: readonly Node[], all: Map<string, Place>): Place {
  const reachable = closure(nodes);
  const name = reachable.map((node) => node.id).join();
  let place = all.get(name);
  if (!place) {
    place = { ends: reachable.some((node) => node.ends), nodes: reachable, next: new Map(), all };
    all.set(name, place);
  }
  return place;
}

function closure(nodes: readonly Node[]): Node[] {
  const all = new Set(nodes);
  for (const node of all) if (node.deep) all.add(node.deep);
  return [...all].sort((a, b) => a.id - b.id);
}

function step(at: Node, segment: string, make: (loops: boolean) => Node): Node {
  if (segment === '**') {
    at.deep ??= make(true);
    return at.deep;
  }
  if (segment === '*') {
    at.any ??= make(false);
    return at.any;
  }
  const next = at.named.get(segment) ?? make(false);
  at.named.set(segment, next);
  return next;
}

const SEGMENT = /\.?(?:\["((?:[^"\\]|\\.)*)"\]|\['((?:[^'\\]|\\.)*)'\]|\[(\d+|\*)\]|([^.[\]]+))/y;

/** What {@link segmentsOf} cannot read. */
export class UnreadablePath extends Error {}

/** @throws UnreadablePath with the pattern as message */
export function segmentsOf(pattern: string): string[] {
  const segments: string[] = [];
  let at = 0;
  while (at < pattern.length) {
    SEGMENT.lastIndex = at;
    const match = SEGMENT.exec(pattern);
    if (!match || (at === 0 && pattern.startsWith('.'))) throw new UnreadablePath(pattern);
    const quoted = match[1] ?? match[2];
    if (quoted === undefined) segments.push((match[3] ?? match[4]) as string);
    else segments.push(...quoted.replace(/\\(.)/g, '$1').split('.'));
    at = SEGMENT.lastIndex;
  }
  if (segments.length === 0) throw new UnreadablePath(pattern);
  return segments;
}
