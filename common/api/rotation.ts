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
  tierSchema,
  verdictSchema,
  windowSchema,
} from './scope';

export const MAX_TURNS = 4000;

/** `POST /internal/rota/v1/rotation`: who served whose turn. */
export const rotationRequestSchema = scopeSchema.extend({
  buckets: bucketsSchema,
  /** A live page asks for `turns` alone between full refreshes. */
  parts: z
    .array(z.enum(['overview', 'turns']))
    .min(1)
    .max(2)
    .default(['overview', 'turns']),
  /** The lens; by default the window's last 60 s. */
  turns: z
    .object({
      from: instantSchema,
      to: instantSchema,
      limit: z.number().int().min(100).max(MAX_TURNS).default(1500),
      /** Start of "in order"; by default the lens' last requests. */
      order_from: instantSchema.optional(),
      order_size: z.number().int().min(10).max(300).default(140),
    })
    .refine(({ from, to }) => Date.parse(from) < Date.parse(to), { message: ENDS_BEFORE, path: ['from'] })
    .optional(),
});
export type RotationRequest = z.infer<typeof rotationRequestSchema>;

/** A time in which a host was out of its pool. */
export const outSpanSchema = z.object({
  host: z.string(),
  /** Whose pool: the balancer's or a frontend's name. */
  by: z.string(),
  from: momentSchema,
  /** null: still out when the window ends. */
  to: momentSchema.nullable(),
  /** `failed_try`: nginx let one request through after fail_timeout, it failed, and the span went on. */
  kind: z.enum(['probe', 'passive', 'failed_try', 'drain', 'maintenance']),
  cause: z.string(),
});

export const hostShareSchema = z.object({
  host: z.string(),
  /** The frontend whose pool the webapp is in; null in the balancer's pool or when it is unknown. */
  frontend: z.string().nullable(),
  requests: z.number(),
  classes: classesSchema,
  failed_share: z.number(),
  /** All shares are fractions of 1 of this tier's requests. */
  share: z.number(),
  /** Expected share of the hosts in the pool at each time, weighted by the requests of that time. */
  due: z.number(),
  /** Equal share by weight, as if every host had been in the pool all the time. */
  equal: z.number(),
  /** due − equal and share − due, in percentage points. */
  out_points: z.number(),
  in_points: z.number(),
  mean_ms: z.number().nullable(),
  /** Of the time since `figures.seen_from`: before the first line nobody knows who was in the pool. */
  in_pool_ms: z.number(),
  out_of_pool_ms: z.number(),
  /** Short words for both losses, when there is one to explain. */
  out_cause: z.string().nullable(),
  in_cause: z.string().nullable(),
  /** Beyond the threshold of deviation and requests, of its own pool's turns. */
  marked: z.boolean(),
  /** The skew is the same all along and nobody told the weights: it may be one of them, and never alerts. */
  steady: z.boolean(),
  /** Relative; `weight_known` where it is set or told. */
  weight: z.number(),
  weight_known: z.boolean(),
  /** It serves only while nobody else can. */
  backup: z.boolean(),
  /** Share of its pools' turns of which it is known what was due. */
  due_known: z.number(),
  /** The places (addresses, server names) that are this host here. */
  places: z.array(
    z.object({
      name: z.string(),
      pool: z.string().nullable(),
      requests: z.number(),
      due: z.number(),
      out_of_pool_ms: z.number(),
    }),
  ),
});
export type HostShare = z.infer<typeof hostShareSchema>;

export const tierShareSchema = z.object({
  tier: tierSchema,
  /** "lb-1 → frontends" */
  label: z.string(),
  pools: z.array(z.string()),
  /** The dataset that was counted, and a sentence when it is not the first choice. */
  source: z.string(),
  source_note: z.string().nullable(),
  requests: z.number(),
  hosts: z.array(hostShareSchema),
  jain: z.number().nullable(),
  /** Shown, never alerted on: with ten million requests it always rejects. */
  chi_squared_p: z.number().nullable(),
  judged: z.boolean(),
  /** What `due` rests on: pool changes seen, or only the hosts that served. */
  pool_known: z.boolean(),
  /** Turns of the tier above of which no line tells who took them. */
  not_counted: z.number(),
});
export type TierShare = z.infer<typeof tierShareSchema>;

export const flowSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.string(),
      tier: tierSchema,
      name: z.string(),
      requests: z.number(),
      share: z.number(),
      failed: z.number(),
      failed_share: z.number(),
    }),
  ),
  links: z.array(
    z.object({
      from: z.string(),
      to: z.string(),
      requests: z.number(),
      failed: z.number(),
      /** Of these, second and later attempts. */
      retries: z.number(),
    }),
  ),
});

export const turnSchema = z.object({
  t: momentSchema,
  host: z.string(),
  frontend: z.string().nullable(),
  status: z.number().nullable(),
  request_id: z.string().nullable(),
  /** 1 for the first attempt. */
  attempt: z.number().int(),
  attempts: z.number().int(),
  /** Tried again after fail_timeout while out of the pool. */
  ms: z.number().nullable(),
});
export type Turn = z.infer<typeof turnSchema>;

export const turnsSchema = z.object({
  from: momentSchema,
  to: momentSchema,
  /** One in N of the requests that were not 5XX is drawn; 1 draws all. */
  one_in: z.number(),
  /** False when there were more 5XX than could be sent. */
  every_5xx: z.boolean(),
  requests: z.number(),
  source: z.string(),
  lanes: z.array(
    z.object({
      host: z.string(),
      frontend: z.string().nullable(),
      turns: z.number(),
      share: z.number(),
      out_of_pool_ms: z.number(),
    }),
  ),
  /** Places behind which several hosts stand: who of them took a turn no line says. */
  shared: z.array(z.object({ place: z.string(), hosts: z.array(z.string()) })),
  marks: z.array(turnSchema),
  out_of_pool: z.array(outSpanSchema),
  /** Consecutive requests, unsampled, oldest first; the same shape as marks. */
  order: z.object({ from: momentSchema, to: momentSchema, marks: z.array(turnSchema) }),
});
export type Turns = z.infer<typeof turnsSchema>;

export const rotationDataSchema = z.object({
  state: stateSchema,
  last_request_at: momentSchema.nullable(),
  window: windowSchema,
  overview: z
    .object({
      verdict: verdictSchema,
      figures: z.object({
        requests: z.number(),
        per_s: z.number(),
        /** "lb-1" or "frontends": where user requests were counted. */
        counted_at: z.string(),
        probes: z.number(),
        probe_hosts: z.array(z.string()),
        probe_interval_s: z.number().nullable(),
        jain: z.number().nullable(),
        jain_hosts: z.number(),
        /** null: nothing arrived from anybody at the end, so nobody knows. */
        hosts_in_pool: z.number().nullable(),
        hosts_known: z.number(),
        /** The first line of any host in the window; the window's start where there is none. */
        seen_from: momentSchema,
        fewest: z.object({ hosts: z.number(), from: momentSchema, to: momentSchema }).nullable(),
        retries: z.number(),
        retries_answered_by: z.array(z.object({ host: z.string(), count: z.number() })),
        failed: z.number(),
        failed_share: z.number(),
        failed_in_gap: z.number(),
        failed_in_gap_host: z.string().nullable(),
      }),
      tiers: z.array(tierShareSchema),
      flow: flowSchema,
      /** `times[i]` is the start of bucket i; every `requests` array has the same length. */
      series: z.object({
        times: z.array(momentSchema),
        total: z.array(z.number()),
        hosts: z.array(
          z.object({
            host: z.string(),
            tier: tierSchema,
            requests: z.array(z.number()),
            failed: z.array(z.number()),
            /** Turns that were due to it in that bucket; 0 where it is not known. */
            due: z.array(z.number()),
          }),
        ),
      }),
      out_of_pool: z.array(outSpanSchema),
      annotations: z.array(annotationSchema),
      not_known: z.array(notKnownSchema),
      joins: z.array(joinSchema),
      settings: z.object({ min_requests: z.number(), deviation_points: z.number() }),
    })
    .nullable(),
  turns: turnsSchema.nullable(),
});
export type RotationData = z.infer<typeof rotationDataSchema>;
