/** Pixels that an event's number takes; closer ones would cover each other. */
const NUMBER_PX = 22;
/** A group's label ("4–8") is wider. */
const GROUP_PX = 38;
/** A label begins this far left of its event, so that the (first) number stands over it. */
const OVERHANG_PX = 9;

export interface EventGroup<T> {
  /** One, or several that stand too close together; in the order of time. */
  items: [T, ...T[]];
  /** Pixels of the first. */
  x: number;
}

/**
 * Puts events whose numbers would cover each other into one group: the one rule for lanes and charts.
 * @param items in the order of time
 * @param x pixels from the left
 */
export function groupEvents<T>(items: readonly T[], x: (item: T) => number): EventGroup<T>[] {
  const groups: EventGroup<T>[] = [];
  for (const item of items) {
    const last = groups.at(-1);
    if (last && x(item) - last.x < widthOf(last)) last.items.push(item);
    else groups.push({ items: [item], x: x(item) });
  }
  return groups;
}

/** "4", or "4–8" of a group. */
export function numbersOf({ items }: EventGroup<{ n: number | null }>): string {
  const numbers = items.flatMap(({ n }) => n ?? []);
  const [first, last] = [Math.min(...numbers), Math.max(...numbers)];
  return first === last ? `${first}` : `${first}–${last}`;
}

/** Pixels from … to that a group's label covers. */
export function spanOf(group: EventGroup<unknown>): [from: number, to: number] {
  return [group.x - OVERHANG_PX, group.x - OVERHANG_PX + widthOf(group)];
}

function widthOf({ items }: EventGroup<unknown>): number {
  return items.length > 1 ? GROUP_PX : NUMBER_PX;
}
