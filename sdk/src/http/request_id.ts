import { randomUUID } from 'node:crypto';

/**
 * Letters, digits and `. _ - ~ : / + =`: what UUIDs, ULIDs, base64 and the ids of AWS, GCP and nginx are made of. The
 * nginx configuration in `pipeline/nginx` tests by the same pattern: both must take the same id, or a request has two.
 */
const VALID = /^[A-Za-z0-9._~:/+=-]{1,128}$/;

/**
 * Checks an id that came with a request. Nothing that could break a log line, a header or a query gets through; an id
 * that came twice arrives from Node joined by a comma, and is refused too.
 */
export function validRequestId(value: unknown): value is string {
  return typeof value === 'string' && VALID.test(value);
}

/** A new random id: a version 4 UUID. */
export function makeRequestId(): string {
  return randomUUID();
}
