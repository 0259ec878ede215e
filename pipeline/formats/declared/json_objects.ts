/** Objects of JSON one behind the other, with blanks or commas between; most lines hold one. @returns undefined when that is not all */
export function objectsIn(text: string): Record<string, unknown>[] | undefined {
  const whole = parse(text);
  if (whole) return [whole];
  const found: Record<string, unknown>[] = [];
  for (let at = skip(text, 0); at < text.length; ) {
    const end = endOf(text, at);
    const one = end === undefined ? undefined : parse(text.slice(at, end));
    if (end === undefined || !one) return undefined;
    found.push(one);
    at = skip(text, end);
  }
  return found.length === 0 ? undefined : found;
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === 'object' && found !== null && !Array.isArray(found)
      ? (found as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function skip(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n,'.includes(text[at] as string)) at++;
  return at;
}

/** Behind the brace that closes the object that begins there. */
function endOf(text: string, from: number): number | undefined {
  if (text[from] !== '{') return undefined;
  let depth = 0;
  let inText = false;
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (inText) {
      if (char === '\\') at++;
      else if (char === '"') inText = false;
    } else if (char === '"') inText = true;
    else if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return at + 1;
  }
  return undefined;
}
