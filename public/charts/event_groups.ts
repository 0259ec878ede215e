/** Pixels of a label: what stands around it, and each of its letters ("4", "10–12"). */
const AROUND_PX = 14;
const LETTER_PX = 8;
/** A label begins this far left of its event, so that the (first) number stands over it. */
const OVERHANG_PX = 9;

/** An event that a page gives a number. */
interface Numbered {
  n: number | null;
}

export interface EventGroup<T extends Numbered> {
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
export function groupEvents<T extends Numbered>(items: readonly T[], x: (item: T) => number): EventGroup<T>[] {
  const groups: EventGroup<T>[] = [];
  for (const item of items) {
    const last = groups.at(-1);
    if (last && x(item) - last.x < widthOf(last)) last.items.push(item);
    else groups.push({ items: [item], x: x(item) });
  }
  return groups;
}

/** "4", or "4–8" of a group. */
export function numbersOf({ items }: EventGroup<Numbered>): string {
  const numbers = items.flatMap(({ n }) => n ?? []);
  const [first, last] = [Math.min(...numbers), Math.max(...numbers)];
  return first === last ? `${first}` : `${first}–${last}`;
}

/** Pixels from … to that a group's label covers. */
export function spanOf(group: EventGroup<Numbered>): [from: number, to: number] {
  return [group.x - OVERHANG_PX, group.x - OVERHANG_PX + widthOf(group)];
}

/** Pixels of a group's label. */
export function widthOf(group: EventGroup<Numbered>): number {
  return AROUND_PX + LETTER_PX * numbersOf(group).length;
}
