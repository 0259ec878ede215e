import { dateOf, isDate, type Row, type Value } from './rows';

type Dsl = Record<string, unknown>;
export type Predicate = (row: Row) => boolean;

/** What the evaluator does not know: add it here, as the real Elasticsearch has it, before a search uses it. */
export class UnknownDsl extends Error {
  readonly code = 'TEST_UNKNOWN_DSL';
  constructor(what: string, dsl: unknown) {
    super(`The search in memory does not know ${what}: ${JSON.stringify(dsl)}`);
    this.name = 'UnknownDsl';
  }
}

/** A query of Elasticsearch's DSL as a test of one document, or of one element inside `nested`. */
export function compile(query: unknown): Predicate {
  if (query === undefined) return () => true;
  const entries = Object.entries(query as Dsl);
  const [kind, body] = entries[0] ?? [];
  if (entries.length !== 1 || kind === undefined) throw new UnknownDsl('a query of several kinds', query);
  const make = KINDS[kind];
  if (!make) throw new UnknownDsl(`the query "${kind}"`, query);
  return make(body as Dsl);
}

const KINDS: Record<string, (body: Dsl) => Predicate> = {
  match_all: () => () => true,
  match_none: () => () => false,
  bool,
  term,
  terms,
  range,
  prefix,
  regexp,
  exists: ({ field }) => exists(String(field)),
  nested: ({ path, query }) => {
    const inner = compile(query);
    return ({ nested }) => nested.get(String(path))?.some(inner) ?? false;
  },
  ids: ({ values }) => {
    const wanted = new Set(values as string[]);
    return ({ id }) => wanted.has(id);
  },
  constant_score: ({ filter }) => compile(filter),
  // Who comes first of what matches is left to chance there; here it is the order of the lines.
  function_score: ({ query }) => compile(query),
  match_phrase: phrase,
};

function clauses(part: unknown): Predicate[] {
  if (part === undefined) return [];
  return (Array.isArray(part) ? part : [part]).map(compile);
}

function bool(body: Dsl): Predicate {
  const must = [...clauses(body['filter']), ...clauses(body['must'])];
  const not = clauses(body['must_not']);
  const should = clauses(body['should']);
  const least = Number(body['minimum_should_match'] ?? (must.length === 0 && should.length > 0 ? 1 : 0));
  return (row) => {
    for (const clause of must) if (!clause(row)) return false;
    for (const clause of not) if (clause(row)) return false;
    if (least === 0) return true;
    let matched = 0;
    for (const clause of should) if (clause(row) && ++matched >= least) return true;
    return false;
  };
}

function oneField(body: Dsl): [string, unknown] {
  const fields = Object.entries(body).filter(([name]) => name !== 'boost');
  if (fields.length !== 1) throw new UnknownDsl('a query on several fields', body);
  return fields[0]!;
}

function term(body: Dsl): Predicate {
  const [field, given] = oneField(body);
  const value = typeof given === 'object' && given !== null ? (given as Dsl)['value'] : given;
  return anyOf(field, [value as Value]);
}

function terms(body: Dsl): Predicate {
  const [field, values] = oneField(body);
  return anyOf(field, values as Value[]);
}

function anyOf(field: string, values: readonly Value[]): Predicate {
  if (field === '_id') return ({ id }) => values.includes(id);
  if (values.some((value) => String(value).includes('/') && field.endsWith('.ip'))) {
    throw new UnknownDsl('networks', values);
  }
  // A number may be asked for as text, and the other way round.
  const wanted = values.map((value) => String(isDate(field) ? dateOf(value) : value));
  const isWanted = wanted.length === 1 ? (text: string) => text === wanted[0] : inSet(new Set(wanted));
  return (row) => {
    const own = row.values.get(field);
    if (own === undefined) return false;
    for (const value of own) if (isWanted(typeof value === 'string' ? value : String(value))) return true;
    return false;
  };
}

function inSet(set: ReadonlySet<string>): (text: string) => boolean {
  return (text) => set.has(text);
}

const NOTHING: readonly Value[] = [];

function range(body: Dsl): Predicate {
  const [field, bounds] = oneField(body);
  const { gte, gt, lte, lt, format: _, ...more } = bounds as Record<string, Value>;
  if (Object.keys(more).length > 0) throw new UnknownDsl('a part of "range"', body);
  const of = (value: Value | undefined) =>
    value === undefined ? undefined : isDate(field) ? dateOf(value) : typeof value === 'string' ? value : Number(value);
  const [least, above, most, below] = [of(gte), of(gt), of(lte), of(lt)];
  return ({ values }) => {
    for (const value of values.get(field) ?? NOTHING) {
      if (least !== undefined && value < least) continue;
      if (above !== undefined && value <= above) continue;
      if (most !== undefined && value > most) continue;
      if (below === undefined || value < below) return true;
    }
    return false;
  };
}

function prefix(body: Dsl): Predicate {
  const [field, given] = oneField(body);
  const start = String(typeof given === 'object' && given !== null ? (given as Dsl)['value'] : given);
  return ({ values }) => values.get(field)?.some((value) => String(value).startsWith(start)) ?? false;
}

/** Lucene's patterns match the whole value; what JavaScript reads otherwise is not known here. */
function regexp(body: Dsl): Predicate {
  const [field, given] = oneField(body);
  const pattern = String(typeof given === 'object' && given !== null ? (given as Dsl)['value'] : given);
  if (/[@#&<>~"\\]/.test(pattern)) throw new UnknownDsl('a pattern', body);
  const whole = new RegExp(`^(?:${pattern})$`, 's');
  return ({ values }) => values.get(field)?.some((value) => whole.test(String(value))) ?? false;
}

/** Of keywords: the whole value. */
function phrase(body: Dsl): Predicate {
  const [field, value] = oneField(body);
  return anyOf(field, [value as Value]);
}

/** An object exists when any of its fields does. */
function exists(field: string): Predicate {
  const inner = `${field}.`;
  return ({ values }) => {
    if (values.has(field)) return true;
    for (const name of values.keys()) if (name.startsWith(inner)) return true;
    return false;
  };
}
