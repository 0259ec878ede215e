/** Far above what any page asks, far below what takes a moment to read. */
const MOST_VALUES = 5_000;
const MOST_CHARS = 500_000;
const MOST_LEVELS = 30;

/**
 * Why what somebody sent is too large to be read at all, in a sentence; null when it can be read. Stops at the first that is
 * too much, so that its own cost has an end, too.
 */
export function tooLarge(body: unknown): string | null {
  let values = 0;
  let chars = 0;
  const open: [value: unknown, level: number][] = [[body, 0]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [value, level] = next;
    if (typeof value === 'string') chars += value.length;
    if (chars > MOST_CHARS) return `It holds more than ${MOST_CHARS.toLocaleString('en-US')} characters.`;
    if (typeof value !== 'object' || value === null) continue;
    if (level === MOST_LEVELS) return `It holds more than ${MOST_LEVELS} lists or objects inside each other.`;
    for (const key in value) {
      if (++values > MOST_VALUES) return `It holds more than ${MOST_VALUES.toLocaleString('en-US')} values.`;
      open.push([(value as Record<string, unknown>)[key], level + 1]);
    }
  }
  return null;
}
