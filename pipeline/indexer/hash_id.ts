import { createHash } from 'node:crypto';

/** A usable `_id` for what has none of its own: the same for the same bytes. */
export function hashId(...parts: readonly (Buffer | string)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\n');
  return hash.digest('base64url').slice(0, 32);
}
