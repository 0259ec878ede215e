const MAX_FIELDS = 300;

/** A document's fields by their dotted names, sorted; arrays of objects are written as JSON. */
export function flatten(doc: object): { field: string; value: string }[] {
  const found: { field: string; value: string }[] = [];
  const walk = (value: unknown, name: string): void => {
    if (value === null || value === undefined) return;
    if (Array.isArray(value)) {
      const plain = value.every((item) => typeof item !== 'object');
      found.push({ field: name, value: plain ? value.map(String).join(', ') : JSON.stringify(value) });
    } else if (typeof value === 'object') {
      for (const [key, inner] of Object.entries(value)) walk(inner, name === '' ? key : `${name}.${key}`);
    } else found.push({ field: name, value: String(value) });
  };
  walk(doc, '');
  return found.sort((a, b) => a.field.localeCompare(b.field)).slice(0, MAX_FIELDS);
}
