import { z } from 'zod';
import { filterSchema } from './filter';

/** A moment in answers: milliseconds since 1970, UTC. */
export const momentSchema = z.number();

/** Questions are about times from 1900 up to 2200: what is looked up before and after them stays a year of four digits. */
export const EARLIEST = Date.UTC(1900, 0);
export const LATEST = Date.UTC(2200, 0);

/** Whether a question may be about that moment; false for NaN. */
export function isWithinReach(t: number): boolean {
  return t >= EARLIEST && t <= LATEST;
}

const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/;

/** A moment in questions: ISO 8601 with an offset, in UTC once it is read. The browser resolves `now-30m` before it asks. */
export const instantSchema = z
  .string()
  .max(40)
  .refine((text) => ISO_8601.test(text) && isWithinReach(Date.parse(text)), {
    message: 'must be an ISO 8601 time with an offset between 1900 and 2200, such as 2026-11-23T09:00:00Z',
  })
  .transform((text) => new Date(text).toISOString());

/** For the message of a range that is no range. */
export const ENDS_BEFORE = 'must be before its end';

/** What a question holds at most: filters, names of a selector, characters of one and of the KQL. */
export const MOST_FILTERS = 50;
export const MOST_NAMES = 50;
export const MOST_NAME = 256;
export const MOST_KQL = 4000;

const namesSchema = z.array(z.string().min(1).max(MOST_NAME)).max(MOST_NAMES).default([]);

/** An IANA zone, or an offset. */
export const zoneSchema = z.string().max(64).refine(isZone, { message: 'must be a time zone, such as Europe/Berlin' });

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }) !== null;
  } catch {
    return false;
  }
}

/** What every question carries. Empty `service`, `pool`, `environment` mean all. */
export const scopeSchema = z.object({
  from: instantSchema,
  to: instantSchema,
  kql: z.string().max(MOST_KQL).default(''),
  /** What times without an offset in the KQL are meant in; UTC when left out. */
  zone: zoneSchema.optional(),
  filters: z.array(filterSchema).max(MOST_FILTERS).default([]),
  service: namesSchema,
  pool: namesSchema,
  environment: namesSchema,
});
export type Scope = z.infer<typeof scopeSchema>;

/** Most time buckets that one chart may ask for. */
export const MAX_BUCKETS = 400;
export const bucketsSchema = z.number().int().min(10).max(MAX_BUCKETS).default(120);

export const windowSchema = z.object({
  from: momentSchema,
  to: momentSchema,
  interval_ms: z.number(),
  /** Up to here every line has had time to arrive (95th percentile of lag); hatch what lies after. */
  complete_to: momentSchema,
});
export type WindowInfo = z.infer<typeof windowSchema>;

export const tierSchema = z.enum(['lb', 'frontend', 'webapp']);

/** Requests by status class. */
export const classesSchema = z.object({
  s2xx: z.number(),
  s3xx: z.number(),
  s4xx: z.number(),
  s5xx: z.number(),
  /** 1XX, 499-like or no status at all. */
  other: z.number(),
});
export type Classes = z.infer<typeof classesSchema>;

/** Why a page may be empty, so that it can say the right next step. */
export const stateSchema = z.enum(['ok', 'no_match', 'no_data_in_range', 'never_any_data']);

/** A deploy or a pool event, for every time chart. `n` is the event's number in the Health list. */
export const annotationSchema = z.object({
  kind: z.enum([
    'deploy',
    'outage',
    'ejected',
    'ejected_passive',
    'drained',
    'returned',
    'gap',
    'burst',
    'silent',
    'all_silent',
    'clock',
  ]),
  from: momentSchema,
  to: momentSchema.nullable(),
  label: z.string(),
  hosts: z.array(z.string()),
  n: z.number().int().nullable(),
});
export type Annotation = z.infer<typeof annotationSchema>;

/** What cannot be said, why, and the line of configuration that would make it known. */
export const notKnownSchema = z.object({ id: z.string(), because: z.string(), mend: z.string().nullable() });
export type NotKnown = z.infer<typeof notKnownSchema>;

/** Why a name or an address of the tier above is taken for a host. */
export const joinSchema = z.object({
  /** As the balancer or the frontend writes it. */
  name: z.string(),
  host: z.string(),
  kind: z.enum(['request_id', 'address', 'own_machine', 'declaration', 'name', 'several']),
  certainty: z.enum(['proven', 'told', 'assumed']),
  reason: z.string(),
});
export type JoinInfo = z.infer<typeof joinSchema>;

/** Where a sentence, bar or row leads: a page and the part of its state that differs. */
export const targetSchema = z.object({
  page: z.enum(['rotation', 'health', 'requests', 'delivery']),
  from: momentSchema.optional(),
  to: momentSchema.optional(),
  kql: z.string().optional(),
  request_id: z.string().optional(),
  run: z.string().optional(),
});
export type Target = z.infer<typeof targetSchema>;

export const verdictSchema = z.object({
  tone: z.enum(['good', 'warning', 'danger', 'neutral']),
  headline: z.string(),
  /** At most two sentences of reason. */
  detail: z.string(),
  action: z.object({ label: z.string(), target: targetSchema }).nullable(),
});
export type Verdict = z.infer<typeof verdictSchema>;
