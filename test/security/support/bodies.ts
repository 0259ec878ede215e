import { z } from 'zod';
import { fieldNameSchema, instantSchema, zoneSchema } from '../../../common/api';

/** A value that a body may hold at some place, and what it is called in a test's report. */
export interface Hostile {
  what: string;
  value: unknown;
}

type Path = readonly (string | number)[];

/** Times that a body asks about, where its schema asks for a moment. */
export interface Times {
  from: string;
  to: string;
}

const MEBI = 1_000_000;

/** What no place of any body expects; none of it may cost more than a moment. */
const JUNK: readonly Hostile[] = [...junk()];

function* junk(): Generator<Hostile> {
  yield { what: 'arrays inside each other', value: JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) };
  yield { what: 'objects inside each other', value: JSON.parse(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`) };
  yield { what: 'a list of numbers', value: Array.from({ length: 300_000 }, (_, i) => i) };
  yield { what: 'a list of texts', value: Array.from({ length: 100_000 }, (_, i) => `t${i}`) };
  yield { what: 'a list of objects', value: Array.from({ length: 100_000 }, () => ({})) };
  yield {
    what: 'an object of many keys',
    value: Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`k${i}`, i])),
  };
  yield { what: 'a long text', value: 'x'.repeat(MEBI) };
  yield { what: 'a long text of brackets', value: '('.repeat(MEBI) };
  yield { what: 'a large number', value: 1.7e308 };
  yield { what: 'a small number', value: -9_007_199_254_740_991 };
  yield { what: 'null', value: null };
  yield { what: 'a prototype', value: JSON.parse('{"__proto__":{"length":1e9},"constructor":{"name":"x"}}') };
}

/** Texts that fill a place to its end. */
function* texts(most: number, pieces: readonly string[]): Generator<Hostile> {
  for (const piece of pieces) {
    const value = piece.repeat(Math.ceil(most / piece.length)).slice(0, most);
    yield { what: `a text of ${JSON.stringify(piece)}`, value };
  }
}
const PIECES = ['x', '*', '\\', '(a+)+$', '\u0000', '\ud800'];

/** KQL that is hard to read, or to search for, of those texts that are taken and those that are not. */
function* queries(most: number): Generator<Hostile> {
  const pieces = ['(', 'a:(', 'a:{', '*', '*a', '?', ' ', 'not ', 'a or ', 'a:1 and ', '"', '😀', '[.]', '{"a":['];
  yield* texts(most, [...PIECES, ...pieces]);
  const closed = (n: number) => `${'('.repeat(n)}a:1${')'.repeat(n)}`;
  yield { what: 'brackets that close', value: closed(most / 2 - 2) };
  yield { what: 'twenty brackets', value: closed(20) };
  yield { what: 'a condition in every bracket', value: `${'a:1 and not (b:2 or '.repeat(6)}c:3${')'.repeat(6)}` };
  yield {
    what: 'as many values as are taken',
    value: Array.from({ length: 499 }, (_, i) => `v${i % 10}`).join(' or '),
  };
  yield { what: 'as many wildcards as are taken', value: `url.path : ${'*a'.repeat(99)}*` };
  yield { what: 'a long pattern', value: `url.path : *${'a'.repeat(most - 20)}*` };
}

const MOMENTS = [
  '0000-01-01T00:00:00Z',
  '1900-01-01T00:00:00Z',
  '1969-12-31T23:59:59.999Z',
  '2199-12-31T23:59:59.999Z',
  '9999-12-31T23:59:59.999Z',
  '2026-02-31T25:61:61Z',
  '+275760-09-13T00:00:00Z',
  '2026-01-01T00:00:00+99:99',
  `2026-01-01T00:00:00.${'0'.repeat(MEBI)}Z`,
];

/** A filter's own query, as wide and as deep as it may be and beyond, and what must never run. */
const QUERIES: [string, unknown][] = [
  ['100 clauses', { bool: { should: Array.from({ length: 99 }, (_, i) => ({ term: { 'host.name': `${i}` } })) } }],
  ['1,000 clauses', { bool: { should: Array.from({ length: 1000 }, () => ({ match_all: {} })) } }],
  ['7 levels', deep(7)],
  ['9 levels', deep(9)],
  ['20 wildcards', { wildcard: { 'host.name': '*a'.repeat(20) } }],
  ['2,000 wildcards', { wildcard: { 'host.name': '*?'.repeat(1000) } }],
  ['a script', { script: { script: { source: 'while (true) {}' } } }],
  ['a regular expression', { regexp: { 'host.name': '(a+)+'.repeat(50) } }],
  ['a look-up', { terms: { 'host.name': { index: 'logs-*', id: '1', path: 'host.name' } } }],
  ['no query', { nothing: [null] }],
];

function deep(levels: number): object {
  return levels === 0 ? { match_all: {} } : { bool: { must: [deep(levels - 1)] } };
}

/** A body with every field that its schema knows, each filled as far as it may be. */
export function fullest(schema: z.ZodTypeAny, times: Times, name = ''): unknown {
  if (schema === instantSchema) return /^(to|until)$/.test(name) ? times.to : times.from;
  if (schema === fieldNameSchema) return 'url.path';
  if (schema === zoneSchema) return 'Europe/Berlin';
  if (schema instanceof z.ZodRecord) return { match_all: {} };
  if (schema instanceof z.ZodEffects) return fullest(schema.innerType(), times, name);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    return fullest(schema._def.innerType, times, name);
  }
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries(schema.shape as Record<string, z.ZodTypeAny>);
    return Object.fromEntries(fields.map(([key, inner]) => [key, fullest(inner, times, key)]));
  }
  if (schema instanceof z.ZodArray) {
    const { element } = schema;
    if (element instanceof z.ZodEnum) return [...element.options].slice(0, schema._def.maxLength?.value);
    return Array.from({ length: schema._def.maxLength?.value ?? 100 }, () => fullest(element, times, name));
  }
  if (schema instanceof z.ZodEnum) return schema.options[0];
  if (schema instanceof z.ZodUnion) return fullest(schema.options[0], times, name);
  if (schema instanceof z.ZodNumber) return schema.maxValue ?? 1000;
  if (schema instanceof z.ZodBoolean) return true;
  if (schema instanceof z.ZodString) return name === 'kql' ? '' : 'a'.repeat(Math.min(64, schema.maxLength ?? 64));
  throw new Error(`A body's schema has a ${schema.constructor.name} at "${name}", which this test does not know.`);
}

/** What is hard at one place of a body: the ends of what its schema takes, one more, and a few texts that are hard to read. */
function* extremesOf(schema: z.ZodTypeAny, times: Times, name: string): Generator<Hostile> {
  if (schema === instantSchema) {
    for (const value of MOMENTS) yield { what: value.slice(0, 40), value };
    return;
  }
  if (schema instanceof z.ZodEffects) yield* extremesOf(schema.innerType(), times, name);
  else if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    yield { what: 'nothing', value: undefined };
    yield* extremesOf(schema._def.innerType, times, name);
  } else if (schema instanceof z.ZodString) {
    yield* name === 'kql' ? queries(schema.maxLength ?? 100_000) : texts(schema.maxLength ?? 100_000, PIECES);
  } else if (schema instanceof z.ZodNumber) {
    for (const value of [schema.minValue, schema.maxValue, 0, -1, 0.5, Number.MAX_SAFE_INTEGER]) {
      if (value !== null) yield { what: String(value), value };
    }
  } else if (schema instanceof z.ZodEnum) {
    for (const value of schema.options) yield { what: value, value };
  } else if (schema instanceof z.ZodUnion) {
    for (const option of schema.options) {
      if (!(option instanceof z.ZodObject)) yield* extremesOf(option, times, name);
      else {
        const form = fullest(option, times) as Record<string, unknown>;
        yield { what: `the form ${Object.keys(form).join()}`, value: form };
        if ('query' in form) for (const [what, query] of QUERIES) yield { what, value: { ...form, query } };
      }
    }
  } else if (schema instanceof z.ZodBoolean) yield { what: 'false', value: false };
  else if (schema instanceof z.ZodArray) {
    const element = fullest(schema.element, times);
    const most = schema._def.maxLength?.value ?? 10_000;
    for (const length of [0, 1, most, most + 1]) {
      yield { what: `${length} of it`, value: Array.from({ length }, () => element) };
    }
  }
}

function* placesOf(schema: z.ZodTypeAny, path: Path): Generator<{ path: Path; schema: z.ZodTypeAny }> {
  yield { path, schema };
  if (schema === instantSchema) return;
  if (schema instanceof z.ZodEffects) yield* inside(schema.innerType(), path);
  else if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    yield* inside(schema._def.innerType, path);
  else yield* inside(schema, path);
}

function* inside(schema: z.ZodTypeAny, path: Path): Generator<{ path: Path; schema: z.ZodTypeAny }> {
  if (schema instanceof z.ZodEffects) yield* inside(schema.innerType(), path);
  if (schema instanceof z.ZodObject) {
    for (const [key, inner] of Object.entries(schema.shape as Record<string, z.ZodTypeAny>)) {
      yield* placesOf(inner, [...path, key]);
    }
  } else if (schema instanceof z.ZodArray) yield* placesOf(schema.element, [...path, 0]);
}

/** A body with another value at one place. */
function withValue(body: unknown, [head, ...rest]: Path, value: unknown): unknown {
  if (head === undefined) return value;
  if (Array.isArray(body)) return body.map((inner, i) => (i === head ? withValue(inner, rest, value) : inner));
  const object = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  return { ...object, [head]: withValue(object[head], rest, value) };
}

/** What a route cannot do without, and all its parts; all that it knows where that is not enough for a body. */
function least(schema: z.ZodTypeAny, times: Times): Record<string, unknown> {
  const whole = fullest(schema, times) as Record<string, unknown>;
  const fields = Object.entries(objectOf(schema).shape);
  const needed = fields.filter(([key, inner]) => key === 'parts' || !inner.isOptional()).map(([key]) => key);
  const body = Object.fromEntries(needed.map((key) => [key, whole[key]]));
  return schema.safeParse(body).success ? body : whole;
}

function objectOf(schema: z.ZodTypeAny): z.ZodObject<Record<string, z.ZodTypeAny>> {
  if (schema instanceof z.ZodEffects) return objectOf(schema.innerType());
  if (schema instanceof z.ZodObject) return schema;
  throw new Error(`A route's body is a ${schema.constructor.name}, which this test does not know.`);
}

/**
 * Bodies that are hard to read or to answer, made from a route's own schema: at each place what its schema says is the most,
 * one more than that, and what it does not expect at all. A field that is new is tried without a change here.
 */
export function* hostileBodies(schema: z.ZodTypeAny, times: Times): Generator<{ what: string; body: unknown }> {
  const small = least(schema, times);
  yield { what: 'as little as it needs', body: small };
  yield { what: 'every field at its most', body: fullest(schema, times) };
  for (const { what, value } of JUNK) yield { what: `body: ${what}`, body: value };
  for (const [key, inner] of Object.entries(objectOf(schema).shape)) {
    const body = { ...small, [key]: fullest(inner, times, key) };
    yield { what: `${key} at its most`, body };
    for (const place of placesOf(inner, [key])) {
      const at = place.path.join('.');
      for (const { what, value } of extremesOf(place.schema, times, key)) {
        yield { what: `${at}: ${what}`, body: withValue(body, place.path, value) };
      }
      for (const { what, value } of JUNK) yield { what: `${at}: ${what}`, body: withValue(body, place.path, value) };
    }
  }
}
