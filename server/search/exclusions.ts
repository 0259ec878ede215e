import type { Dsl } from '../host';

/** What a request must have on one of its lines, and what it must have on none. */
export interface Parts {
  wanted: Dsl[];
  excluded: Dsl[];
}

/**
 * Takes the clauses of a search apart. "Not /checkout" is meant of a request, not of a line: some line of nearly every request says
 * nothing of a path.
 */
export function partsOf(clauses: readonly Dsl[]): Parts {
  const parts: Parts = { wanted: [], excluded: [] };
  for (const clause of clauses) {
    const { filter, must_not, ...rest } = (clause['bool'] ?? {}) as Record<string, unknown>;
    const isGroup = 'bool' in clause && Object.keys(clause).length === 1 && Object.keys(rest).length === 0;
    if (!isGroup) parts.wanted.push(clause);
    else {
      const inner = partsOf(listOf(filter));
      parts.wanted.push(...inner.wanted);
      parts.excluded.push(...inner.excluded, ...listOf(must_not));
    }
  }
  return parts;
}

function listOf(given: unknown): Dsl[] {
  return given === undefined ? [] : ([given].flat() as Dsl[]);
}
