/**
 * Names of an object's members. The language lists all of them or none, 100,000 in twenty to forty milliseconds: a line
 * asks once for each object, and for few long lists in all.
 */

/** Shorter lists cost what their members cost, which others bound. */
const LONG = 64;
/** Longer ones are remembered until the line is done. */
const REMEMBERED = 512;
/** Names of long lists that a line may have in all, and how many long lists it may have beyond. */
const MOST = 10_000;
const FURTHER = 3;

/** The list of an object that is not asked any more. */
export const UNLISTED: readonly string[] = Object.freeze([]);
/** Stands for the members of such an object. */
export const NOT_LISTED = '… not listed';

let depth = 0;
let listed = 0;
let further = 0;
const remembered = new Map<object, readonly string[]>();
const copies = new Set<object>();

/** A line begins; inside of it further ones may (a getter may log). Each is to end with `leaveLine`. */
export function enterLine(): void {
  depth += 1;
}

/** Whatever the line held may change from now on, and go. */
export function leaveLine(): void {
  depth -= 1;
  if (depth > 0 || (listed === 0 && copies.size === 0)) return;
  listed = 0;
  further = 0;
  remembered.clear();
  copies.clear();
}

/** A bounded object of our own making: listing it again is no reason to leave out others. */
export function isCopy(object: object): void {
  if (depth > 0) copies.add(object);
}

/** The names of an object's own enumerable members; of one that does not tell them, none. */
export function namesOf(object: object): readonly string[] {
  if (listed > 0) {
    const known = remembered.get(object);
    if (known !== undefined) return known;
    if (further >= FURTHER && !copies.has(object)) return UNLISTED;
  }
  let names: string[];
  try {
    names = Object.keys(object);
  } catch {
    return UNLISTED;
  }
  if (names.length > LONG && depth > 0 && !copies.has(object)) count(object, names);
  return names;
}

function count(object: object, names: readonly string[]): void {
  if (listed >= MOST) further += 1;
  listed += names.length;
  if (names.length > REMEMBERED) remembered.set(object, names);
}
