/** What V8 takes for a value beside a text's own characters, about. */
const EACH = 16;

/**
 * About how many bytes a value of plain data keeps in memory; counts no further than `most`, so that its own cost has an end.
 */
export function weightOf(value: unknown, most: number): number {
  let weight = 0;
  const open: unknown[] = [value];
  while (open.length > 0 && weight <= most) {
    const next = open.pop();
    weight += EACH;
    if (typeof next === 'string') weight += next.length;
    else if (Array.isArray(next) || next instanceof Set) for (const one of next) open.push(one);
    else if (next instanceof Map) for (const [key, one] of next) open.push(key, one);
    else if (typeof next === 'object' && next !== null) for (const one of Object.values(next)) open.push(one);
  }
  return weight;
}
