/** A path with its variable parts named: numbers, UUIDs, long hexadecimal and base64-like texts become `:id`. */
export function routeOf(path: string): string {
  return path
    .split('/')
    .map((part) => (isVariable(part) ? ':id' : part))
    .join('/');
}

function isVariable(part: string): boolean {
  return (
    /^\d+$/.test(part) ||
    /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(part) ||
    /^[0-9a-f]{12,}$/i.test(part) ||
    (/^[\w-]{20,}$/.test(part) && /\d/.test(part) && /[A-Za-z]/.test(part))
  );
}
