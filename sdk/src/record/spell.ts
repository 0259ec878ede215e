import { types } from 'node:util';
import { isError, readOr } from './access.js';
import { errorForm } from './error_fields.js';
import { bigintText } from './kinds.js';
import { Plain } from './plain.js';

/** The most that a value takes of a line's text. */
const MAX_BYTES = 16_384;

/** Any value as a part of a text: an error by its message, an object as JSON, which the redactor can read. */
export function spell(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint') return bigintText(value);
  if (typeof value === 'function') return `[function ${value.name || 'anonymous'}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (isError(value)) return errorText(value);
  const plain = plainOf(value, MAX_BYTES).value;
  if (typeof plain === 'string') return plain;
  if (plain === null && types.isDate(value)) return 'Invalid Date';
  return JSON.stringify(plain) ?? '';
}

/** A value as JSON knows it, within so many bytes, and whether something of it was left out. */
export function plainOf<T>(value: T, bytes: number): { value: unknown; cut: boolean } {
  const plain = new Plain(bytes, errorForm);
  return { value: plain.value(value), cut: plain.cut };
}

export function errorText(error: Error): string {
  const message = readOr(error, 'message');
  return typeof message === 'string' ? message : String(message ?? '');
}
