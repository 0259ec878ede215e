import { z } from 'zod';
import {
  annotationSchema,
  bucketsSchema,
  classesSchema,
  ENDS_BEFORE,
  instantSchema,
  joinSchema,
  momentSchema,
  notKnownSchema,
  scopeSchema,
  stateSchema,
  targetSchema,
  tierSchema,
  verdictSchema,
  windowSchema,
} from './scope';

/** Of one event; a deploy to more is drawn and told for these alone. */
export const MAX_EVENT_HOSTS = 200;

/** `POST /internal/rota/v1/health`: who fell, what it cost, and why. */
export const healthRequestSchema = scopeSchema.extend({
  buckets: bucketsSchema,
  /** `annotations` alone is what the charts of other pages ask for. */
  parts: z
    .array(z.enum(['overview', 'annotations', 'event']))
    .min(1)
    .max(3)
    .default(['overview', 'annotations']),
  /** With part `event`: the event to draw second by second. A deploy has several hosts, which are drawn as one. */
  event: z
    .object({
      hosts: z.array(z.string().min(1).max(256)).min(1).max(MAX_EVENT_HOSTS),
      tier: tierSchema,
      since: instantSchema,
      until: instantSchema,
    })
    .refine(({ since, until }) => Date.parse(since) <= Date.parse(until), { message: ENDS_BEFORE, path: ['since'] })
    .optional(),
});
export type HealthRequest = z.infer<typeof healthRequestSchema>;

export const HOST_STATES = [
  'serving',
  'errors',
  'probes_failing',
  'out',
  /** Out of some of the pools that it stands in, or with some of its places. */
  'partly_out',
  /** Taken out by hand: owed nothing, and no failure. */
  'drained',
  'silent',
  /** In its pool, but the tier above sent it nothing. */
  'no_turns',
  /** Not in its pool any more, or not yet: whoever gives turns gave it none, and it wrote nothing. */
  'gone',
  'unknown',
] as const;
export const hostStateSchema = z.enum(HOST_STATES);
export type HostState = z.infer<typeof hostStateSchema>;

export const segmentSchema = z.object({
  state: hostStateSchema,
  from: momentSchema,
  to: momentSchema,
  /** What the hover says. */
  note: z.string().nullable(),
});
export type Segment = z.infer<typeof segmentSchema>;

export const probeMarkSchema = z.object({ t: momentSchema, ok: z.boolean(), status: z.number().nullable() });

export const laneSchema = z.object({
  host: z.string(),
  tier: tierSchema,
  frontend: z.string().nullable(),
  segments: z.array(segmentSchema),
  /** Of the frontends: every probe, or the failed ones alone in long ranges (`probes_thinned`). */
  probes: z.array(probeMarkSchema),
  probes_thinned: z.boolean(),
  in_pool_share: z.number().nullable(),
  requests: z.number(),
  /** KQL for all that was written about it. */
  kql: z.string(),
  /** The places (addresses, server names) that are this host. */
  places: z.array(z.string()),
});
export type Lane = z.infer<typeof laneSchema>;

export const EVENT_KINDS = [
  /** Nobody was left in a pool. */
  'outage',
  'ejected',
  'ejected_passive',
  /** By hand: no failure. */
  'drained',
  'returned',
  'burst',
  'silent',
  /** Everything fell silent at once: the site, or the way of its lines. */
  'all_silent',
  /** A host's lines bear a wrong time. */
  'clock',
  'deploy',
] as const;

export const healthEventSchema = z.object({
  /** Oldest is 1; ties lanes, list and charts together. */
  n: z.number().int(),
  /** Stable across refreshes, for the URL. */
  id: z.string(),
  kind: z.enum(EVENT_KINDS),
  title: z.string(),
  hosts: z.array(z.string()),
  tier: tierSchema,
  /** Whose pool. */
  by: z.string().nullable(),
  since: momentSchema,
  /** null: it still lasts. */
  until: momentSchema.nullable(),
  duration_ms: z.number().nullable(),
  /** One or two sentences; names in back quotes are code. */
  cause: z.string(),
  users_hurt: z.number(),
  /** From the first 5XX of the host to its ejection; null where that has no meaning. */
  gap_ms: z.number().nullable(),
  /** When the first failure of the event was seen. */
  first_failure: momentSchema.nullable(),
  severity: z.enum(['danger', 'warning', 'info']),
  /** The raw lines in the window, a request to trace, Delivery or a comparison. */
  lines: targetSchema,
  trace_request_id: z.string().nullable(),
  other: z.object({ label: z.string(), target: targetSchema }).nullable(),
  /**
   * `replay` of probe lines, the balancer's `own_words`, nginx's `error_log` or `access_log`, `lines` of the host, or
   * `stored`: recorded in `rota.health` when it happened.
   */
  evidence: z.enum(['replay', 'own_words', 'error_log', 'access_log', 'lines', 'stored']),
});
export type HealthEvent = z.infer<typeof healthEventSchema>;

/** A line that tells of an event, as it reads. */
export const eventLineSchema = z.object({
  id: z.string(),
  index: z.string(),
  t: momentSchema,
  host: z.string(),
  dataset: z.string(),
  level: z.string().nullable(),
  /** A text line as it was written; of a structured one its message and its error. Cut at 2,000 characters. */
  text: z.string(),
  /** Of the whole text in UTF-8. */
  bytes: z.number(),
  /** `http.request.id`, where the line bears one. */
  request_id: z.string().nullable(),
});
export type EventLine = z.infer<typeof eventLineSchema>;

export const eventDetailSchema = z.object({
  hosts: z.array(z.string()),
  from: momentSchema,
  to: momentSchema,
  interval_ms: z.number(),
  times: z.array(momentSchema),
  good: z.array(z.number()),
  failed: z.array(z.number()),
  probes: z.array(
    probeMarkSchema.extend({ /** Its place in the run that changes the state. */ count: z.number().nullable() }),
  ),
  out_of_pool: z.array(z.object({ from: momentSchema, to: momentSchema.nullable() })),
  gap: z.object({ from: momentSchema, to: momentSchema }).nullable(),
  marks: z.array(
    z.object({
      t: momentSchema,
      kind: z.enum(['first_failure', 'ejected', 'drained', 'recovered', 'returned', 'began', 'ended']),
      label: z.string(),
    }),
  ),
  /** What the others of the pool carried meanwhile. */
  carried: z.array(z.object({ host: z.string(), per_s: z.number() })),
  /**
   * Lines that tell of it, oldest first: the balancer's and nginx's words on who is in the pool, then the earliest errors
   * and the hosts' own words, of `total` such lines in the picture's time.
   */
  lines: z.object({ shown: z.array(eventLineSchema), total: z.number() }),
});
export type EventDetail = z.infer<typeof eventDetailSchema>;

export const healthDataSchema = z.object({
  state: stateSchema,
  last_request_at: momentSchema.nullable(),
  window: windowSchema,
  annotations: z.array(annotationSchema),
  overview: z
    .object({
      verdict: verdictSchema,
      figures: z.object({
        serving: z.number(),
        hosts_known: z.number(),
        /** Hosts of which no line tells what they do at the end of the window. */
        hosts_unseen: z.number(),
        frontends: z.number(),
        webapps: z.number(),
        users_hurt: z.number(),
        users_hurt_share: z.number(),
        requests: z.number(),
        longest_gap_ms: z.number().nullable(),
        /** Bounds of what the probe settings allow, e.g. 3 × 10 s: 20–30 s. */
        best_gap_ms: z.object({ min: z.number(), max: z.number() }).nullable(),
        out_of_pool_ms: z.number(),
        out_of_pool_by_host: z.array(z.object({ host: z.string(), ms: z.number() })),
        probes: z.number(),
        probes_failed: z.number(),
        probes_failed_words: z.string().nullable(),
        silent_ms: z.number(),
        /** Of it nothing is known: no line of anybody arrived. */
        all_silent_ms: z.number(),
        silent_hosts: z.array(z.string()),
        /** "lb-1", "frontends" or "webapps": whose lines tell what users got. */
        counted_at: z.string(),
      }),
      not_known: z.array(notKnownSchema),
      joins: z.array(joinSchema),
      /** Servers that write no log of their own, said once. */
      quiet: z.string().nullable(),
      /** One line a tier: how its pool is judged ("lb-1 probes GET /healthz every 10 s; 3 failures take a host out"). */
      tiers: z.array(z.object({ tier: tierSchema, label: z.string(), rule: z.string(), pool_known: z.boolean() })),
      lanes: z.array(laneSchema),
      events: z.array(healthEventSchema),
      budget: z.object({
        objective: z.number(),
        requests: z.number(),
        failures: z.number(),
        allowed: z.number(),
        /** failures ÷ allowed; above 1 the objective is broken. null without requests. */
        burnt: z.number().nullable(),
        /** Of the failures: in detection gaps; while a pool was empty; elsewhere. */
        in_gap: z.number(),
        in_outage: z.number(),
        elsewhere: z.number(),
        left: z.number(),
        good_share: z.number().nullable(),
      }),
      series: z.object({
        times: z.array(momentSchema),
        s2xx: z.array(z.number()),
        s3xx: z.array(z.number()),
        s4xx: z.array(z.number()),
        s5xx: z.array(z.number()),
        other: z.array(z.number()),
        /** 5XX ÷ requests; null in a bucket without requests. */
        failed_share: z.array(z.number().nullable()),
      }),
      peak: z.object({ t: momentSchema, failed_share: z.number() }).nullable(),
      classes: classesSchema,
      /** More paths failed than were counted: the routes' numbers are lower bounds. */
      routes_cut: z.boolean(),
      routes: z.array(
        z.object({
          method: z.string(),
          path: z.string(),
          requests: z.number(),
          failed: z.number(),
          /** null: of its requests not all were counted (see `routes_cut`). */
          failed_share: z.number().nullable(),
          statuses: z.array(z.number()),
        }),
      ),
      hosts: z.array(
        z.object({
          host: z.string(),
          tier: tierSchema,
          requests: z.number(),
          p50_ms: z.number(),
          p95_ms: z.number(),
          p99_ms: z.number(),
        }),
      ),
    })
    .nullable(),
  event: eventDetailSchema.nullable(),
});
export type HealthData = z.infer<typeof healthDataSchema>;
