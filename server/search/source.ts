import { MOST_ATTEMPTS } from '../../common/api';

type Source = Record<string, unknown>;
type Read = (value: unknown) => unknown;

/**
 * The fields that Rota reads from a line's source, each with how its value is read. Elasticsearch takes `5` and `["5"]` for a
 * keyword and `"5"` for a number, and keeps them as they came; here each becomes what `EcsDocument` says it is. What cannot be
 * read so is left out.
 */
interface Shape {
  [key: string]: Read | Shape;
}

const text: Read = (value) => {
  const first = firstOf(value);
  if (typeof first === 'string') return first;
  return typeof first === 'number' || typeof first === 'boolean' ? String(first) : undefined;
};

const number: Read = (value) => {
  const first = firstOf(value);
  const n = typeof first === 'string' && first.trim() !== '' ? Number(first) : first;
  return typeof n === 'number' && Number.isFinite(n) ? n : undefined;
};

const whole: Read = (value) => {
  const n = number(value);
  return Number.isSafeInteger(n) ? n : undefined;
};

const time: Read = (value) => {
  const first = firstOf(value);
  if (typeof first === 'string' && !Number.isNaN(Date.parse(first)) && !/^[-+]?\d{5,}$/.test(first)) return first;
  const t = number(first) as number | undefined;
  const read = t === undefined ? null : new Date(t);
  return read && !Number.isNaN(read.getTime()) ? read.toISOString() : undefined;
};

const texts: Read = (value) => {
  const all = [value].flat(2);
  if (all.every((one) => typeof one === 'string')) return value;
  return all.map(text).filter((one) => one !== undefined);
};

const ATTEMPT: Shape = { n: whole, address: text, status_code: number, duration: number };

/** Of more attempts than are ever shown: the first ones and the last, which keep their numbers. */
const attempts: Read = (value) => {
  const all = [value].flat(2);
  const given = all.filter((one) => typeof one === 'object' && one !== null);
  const last = given.length - 1;
  const kept = given.flatMap((one, i): Source[] => {
    if (i >= MOST_ATTEMPTS - 1 && i !== last) return [];
    const attempt = conform(one, ATTEMPT)!;
    return [last < MOST_ATTEMPTS || 'n' in attempt ? attempt : { ...attempt, n: i + 1 }];
  });
  return kept.length === all.length && kept.every((attempt, i) => attempt === all[i]) ? value : kept;
};

const PLACE: Shape = { ip: text, address: text, port: number };

const LINE: Shape = {
  '@timestamp': time,
  message: text,
  tags: texts,
  agent: { ephemeral_id: text },
  data_stream: { dataset: text },
  error: { message: text, type: text, stack_trace: text },
  event: {
    id: text,
    dataset: text,
    created: time,
    ingested: time,
    original: text,
    action: text,
    reason: text,
    sequence: number,
    duration: number,
  },
  haproxy: { server_name: text, backend_name: text, frontend_name: text },
  host: { name: text },
  http: { version: text, request: { id: text, method: text }, response: { status_code: number } },
  nginx: { error: { connection_id: number } },
  log: { level: text, logger: text },
  rota: {
    tier: text,
    pool: text,
    upstream: { address: text, status_code: number, duration: number },
    attempts,
    raw: text,
    reason: text,
    input: text,
    drop: { cause: text, count: number, first_sequence: number, last_sequence: number },
    health: { host: text, tier: text, pool: text, state: text, cause: text, detection_gap: number },
  },
  server: PLACE,
  service: { name: text, version: text, environment: text },
  source: PLACE,
  trace: { id: text },
  url: { path: text, original: text, query: text },
  user_agent: { original: text, name: text },
};

/** The first value of a list of any depth, for that is what a single-valued field shows. */
function firstOf(value: unknown): unknown {
  let first = value;
  for (let level = 0; Array.isArray(first) && level < 4; level++) first = first[0];
  return first;
}

/** The same object where nothing had another shape, which is the rule. */
function conform(value: unknown, shape: Shape): Source | undefined {
  const given = firstOf(value);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
  let read = given as Source;
  for (const key of Object.keys(given)) {
    const how = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (how === undefined) continue;
    const before = read[key];
    const after = typeof how === 'function' ? how(before) : conform(before, how);
    if (after === before) continue;
    if (read === given) read = { ...read };
    if (after === undefined) delete read[key];
    else read[key] = after;
  }
  return read;
}

/**
 * A line's source as Rota reads it. undefined where it has a time that is no date (Elasticsearch takes years that JavaScript does
 * not have): such a line is counted, and cannot be shown.
 */
export function readSource(source: Source): Source | undefined {
  const read = conform(source, LINE) ?? {};
  return '@timestamp' in source && read['@timestamp'] === undefined ? undefined : read;
}
