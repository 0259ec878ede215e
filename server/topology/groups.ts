/** Items by key, in their order. */
export function groupBy<K, T>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const known = groups.get(key);
    if (known) known.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** The least of numbers, however many they are; infinite of none. `Math.min(...)` of a hundred thousand overflows the stack. */
export function leastOf(numbers: Iterable<number>): number {
  let least = Number.POSITIVE_INFINITY;
  for (const n of numbers) if (n < least) least = n;
  return least;
}

/** The greatest of numbers, however many they are; −infinite of none. */
export function greatestOf(numbers: Iterable<number>): number {
  let greatest = Number.NEGATIVE_INFINITY;
  for (const n of numbers) if (n > greatest) greatest = n;
  return greatest;
}

/** Where in a list the first item stands of which `isThere` is true, of a list in which it is false first and then true. */
export function firstWhere<T>(items: readonly T[], isThere: (item: T) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isThere(items[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
