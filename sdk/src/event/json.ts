/**
 * JSON that never throws, whatever the application logs.
 */
import { spellError } from '../error_fields.js';

const MAX_DEPTH = 32;

/** `JSON.stringify`, and where that throws (cycles, BigInt, a getter or toJSON that throws) a tamed copy of the value. */
export function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return JSON.stringify(tame(value, new Set(), 0));
  }
}

/** As `toJson`; errors, of which JSON makes `{}`, are spelled out wherever they stand. */
export function toJsonWithErrors(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, (_key, one: unknown) => (one instanceof Error ? spellError(one) : one));
  } catch {
    return JSON.stringify(tame(value, new Set(), 0));
  }
}

function tame(value: unknown, above: Set<object>, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (above.has(value)) return '[circular]';
  if (depth >= MAX_DEPTH) return '[too deep]';
  above.add(value);
  try {
    return tameObject(value, above, depth);
  } catch {
    return '[unreadable]';
  } finally {
    above.delete(value);
  }
}

function tameObject(value: object, above: Set<object>, depth: number): unknown {
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return tame(toJSON.call(value), above, depth + 1);
  if (value instanceof Error) return tame(spellError(value), above, depth + 1);
  if (Array.isArray(value)) return value.map((item) => tame(item, above, depth + 1));
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    try {
      copy[key] = tame((value as Record<string, unknown>)[key], above, depth + 1);
    } catch {
      copy[key] = '[unreadable]';
    }
  }
  return copy;
}
