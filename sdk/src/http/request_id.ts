import { randomUUID } from 'node:crypto';

/** Letters, digits and `. _ - ~ : @ / + =`: what uuids, ULIDs, base64 and AWS, GCP and nginx ids are made of. */
const VALID = /^[A-Za-z0-9._~:@/+=-]{1,128}$/;

/** The longest id taken from a client. */
export const MAX_REQUEST_ID_LENGTH = 128;

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
