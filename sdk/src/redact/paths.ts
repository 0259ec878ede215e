/** Where in an object a walk stands, as a set of places in the tree of all patterns. */
export type Places = readonly Place[];

/** A node of the tree that all patterns together make. */
export interface Place {
  readonly named: Map<string, Place>;
  /** `*`: any one segment. */
  any?: Place;
  /** `**` leads here: any number of segments, none too. */
  deep?: Place;
  /** This place came by `**`, so it stays reachable at any depth. */
  loops: boolean;
  /** A pattern ends here. */
  ends: boolean;
}

/**
 * Compiles patterns such as `user.email`, `items.*.iban`, `**.ssn`, `headers["x.y"]`, `rows[0].note`.
 * @returns where a walk starts; undefined without patterns
 */
export function compilePaths(patterns: readonly string[]): Places | undefined {
  if (patterns.length === 0) return undefined;
  const root = place(false);
  for (const pattern of patterns) {
    let at = root;
    for (const segment of segmentsOf(pattern)) at = step(at, segment);
    at.ends = true;
  }
  return closure([root]);
}

/** The places one key further; a key with dots is as many segments as it has parts. */
export function advance(places: Places, key: string): Places {
  let now: Places = places;
  for (const segment of key.includes('.') ? key.split('.') : [key]) {
    const next = new Set<Place>();
    for (const at of now) {
      const named = at.named.get(segment);
      if (named) next.add(named);
      if (at.any) next.add(at.any);
      if (at.loops) next.add(at);
    }
    now = closure([...next]);
  }
  return now;
}

/** Whether a pattern ends here. */
export function reached(places: Places): boolean {
  return places.some((at) => at.ends);
}

function place(loops: boolean): Place {
  return { named: new Map(), loops, ends: false };
}

function step(at: Place, segment: string): Place {
  if (segment === '**') {
    at.deep ??= place(true);
    return at.deep;
  }
  if (segment === '*') {
    at.any ??= place(false);
    return at.any;
  }
  let next = at.named.get(segment);
  if (!next) {
    next = place(false);
    at.named.set(segment, next);
  }
  return next;
}

function closure(places: readonly Place[]): Places {
  const all = new Set(places);
  for (const at of all) if (at.deep) all.add(at.deep);
  return [...all];
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
