/** Pixels that a flag's number needs; closer ones would cover each other. */
const FLAG_PX = 22;
/** A group's label ("4–8") is wider than a number. */
const GROUP_PX = 38;

export interface FlagGroup<T> {
  /** One, or several that stand too close together; in the order of time. */
  items: [T, ...T[]];
  /** Pixels of the first. */
  x: number;
}

/**
 * Puts flags that would cover each other into one group.
 * @param items in the order of time
 * @param x pixels from the left
 */
export function groupFlags<T>(items: readonly T[], x: (item: T) => number): FlagGroup<T>[] {
  const groups: FlagGroup<T>[] = [];
  for (const item of items) {
    const last = groups.at(-1);
    if (last && x(item) - last.x < (last.items.length > 1 ? GROUP_PX : FLAG_PX)) last.items.push(item);
    else groups.push({ items: [item], x: x(item) });
  }
  return groups;
}
