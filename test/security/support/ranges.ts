import type { z } from 'zod';
import { fullest, type Times } from './bodies';
import { BUSY_ID, DAY_MS, LONG_ID } from './hostile_documents';

const YEAR_MS = 365 * DAY_MS;

/** From a millisecond to three centuries, with 1970 and the ends of what is answered inside. */
function rangesAt(now: number): Record<string, [number, number]> {
  return {
    'a millisecond': [now - 90_000, now - 89_999],
    'half an hour': [now - 1_800_000, now],
    'two years': [now - 2 * YEAR_MS, now],
    'a century and more': [now - 100 * YEAR_MS, now + 10 * YEAR_MS],
    'the turn of 1970': [-1000, 1000],
    'all that there is': [Date.UTC(1900, 0), Date.UTC(2200, 0)],
    'what is to come': [now + DAY_MS, Date.UTC(2200, 0)],
  };
}

/** What narrows an answer: left out, for this is about answers that are as large as can be. */
const NARROWING = [
  'filters',
  'service',
  'pool',
  'environment',
  'after',
  'live_after',
  'prefix',
  'trace_id',
  'line',
  'near',
];
/** What is there to be found, by the field's place. */
const KNOWN: Record<string, unknown[]> = {
  request_id: [LONG_ID, BUSY_ID],
  run: [{ id: 'run-0', around: Number.MAX_SAFE_INTEGER }, { id: 'run-0' }, { id: '6' }],
  dead_letter: [{ reason: 'too long', size: 50 }],
  columns: [['message', 'url.path', 'rota.attempts.address', 'rota.attempts.status_code']],
  field: ['url.path', 'rota.attempts.address'],
  break_down: ['host.name', undefined],
  kql: ['http.response.status_code : *'],
};

/** Questions of one route about every range, each as large as its schema lets it be. */
export function* hostileRanges(
  path: string,
  schema: z.ZodTypeAny,
  now: number,
): Generator<{ what: string; body: Record<string, unknown> }> {
  for (const [what, [from, to]] of Object.entries(rangesAt(now))) {
    const times: Times = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    const whole = fullest(schema, times) as Record<string, unknown>;
    for (const key of NARROWING) delete whole[key];
    const keys = Object.keys(KNOWN).filter((key) => key in whole);
    const most = Math.max(1, ...keys.map((key) => KNOWN[key]!.length));
    for (let i = 0; i < most; i++) {
      const known = keys.map((key) => [key, KNOWN[key]![i % KNOWN[key]!.length]]);
      yield { what: `${what} (${i + 1})`, body: { ...whole, ...Object.fromEntries(known) } };
    }
    if (path.endsWith('/health')) {
      const event = { hosts: ['frontend-1'], tier: 'frontend', since: times.from, until: times.to };
      yield { what: `${what}, an event of one host`, body: { ...whole, kql: '', event } };
    }
  }
}
