import { z } from 'zod';
import { bucketsSchema, momentSchema, scopeSchema, stateSchema, verdictSchema, windowSchema } from './scope';

/** Runs that an answer lists, the worst of all that it counts. */
export const MAX_RUNS = 500;

export const RUN_STATES = ['missing', 'unsearched', 'unproven', 'proven', 'running'] as const;

/** `POST /internal/rota/v1/delivery`: did everything that was written arrive? */
export const deliveryRequestSchema = scopeSchema.extend({
  buckets: bucketsSchema,
  parts: z
    .array(z.enum(['overview', 'run', 'dead_letter']))
    .min(1)
    .max(3)
    .default(['overview']),
  /** Lists runs of this state only; all are counted. */
  run_state: z.enum(RUN_STATES).optional(),
  /** With part `run`: the run to open (`agent.ephemeral_id`) and the gap to look at. */
  run: z
    .object({ id: z.string().min(1).max(256), around: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional() })
    .optional(),
  /** With part `dead_letter`: the originals of one reason, newest first. */
  dead_letter: z
    .object({
      reason: z.string().max(512),
      dataset: z.string().max(256).optional(),
      offset: z.number().int().min(0).max(9000).default(0),
      size: z.number().int().min(1).max(50).default(10),
    })
    .optional(),
});
export type DeliveryRequest = z.infer<typeof deliveryRequestSchema>;

export const rangeSchema = z.object({ first: z.number(), last: z.number() });
export type SequenceRange = z.infer<typeof rangeSchema>;

export const runSchema = z.object({
  id: z.string(),
  /** The end of the id, long enough to be unique on the page. */
  short_id: z.string(),
  host: z.string().nullable(),
  service: z.string().nullable(),
  version: z.string().nullable(),
  /**
   * `missing`: numbers are lost. `unsearched`: numbers are absent, and it is not known which, or why. `unproven`: nobody knows
   * what was written. `running`: all so far is accounted for, or may be on its way. `proven`: all of it is accounted for.
   */
  state: z.enum(RUN_STATES),
  started: momentSchema,
  last_seen: momentSchema,
  closed: z.boolean(),
  /** Highest sequence known; `≥` when `sent_is_lower_bound`. */
  sent: z.number(),
  sent_is_lower_bound: z.boolean(),
  /** Different numbers in the index. */
  indexed: z.number(),
  /** Lines that bear a number which another line bears, too. */
  duplicates_indexed: z.number(),
  missing: z.number(),
  /** Those of which it is known which are missing; fewer than `missing` where it is not. */
  missing_ranges: z.array(rangeSchema.extend({ from: momentSchema.nullable(), to: momentSchema.nullable() })),
  /** True when there are more ranges than were listed. */
  missing_ranges_truncated: z.boolean(),
  /** Young numbers that may still be on their way; not missing. */
  in_flight: z.number(),
  /** Absent numbers of which it is not known why; not missing. */
  unsearched: z.number(),
  /** Numbers that the retention may have deleted. */
  expired: z.number(),
  /** Absent numbers that a declared drop explains; less than `drops` tell where a resend arrived after all. */
  dropped: z.number(),
  /** Numbers after this one are not proven. */
  unproven_after: z.number().nullable(),
  /** By cause, as declared; `ranges` are for drawing, thinned out where they lie close together. */
  drops: z.array(z.object({ cause: z.string(), count: z.number(), ranges: z.array(rangeSchema) })),
  /** Absent numbers that are dead letters. */
  dead_letters: z.number(),
  /** For drawing, thinned out where they lie close together. */
  dead_letter_ranges: z.array(rangeSchema),
  /** Repeats that an indexer refused; null when no indexer has told. */
  duplicates_refused: z.number().nullable(),
  /** Sentences: why it is judged so, where the numbers do not say it. */
  notes: z.array(z.string()),
  /** From a line's own time until the indexer sent it; it can be searched at Elasticsearch's next refresh. */
  lag_p50_ms: z.number().nullable(),
  lag_p95_ms: z.number().nullable(),
});
export type Run = z.infer<typeof runSchema>;

const seriesSchema = z.array(z.number().nullable());

export const deadLetterGroupSchema = z.object({
  reason: z.string(),
  count: z.number(),
  datasets: z.array(z.string()),
  from: z.array(z.string()),
  inputs: z.array(z.string()),
  last: momentSchema,
  example: z.string(),
  /** The reason's own words for the newest one ("[event.duration] out of range"). */
  detail: z.string().nullable(),
});

export const deadLetterSchema = z.object({
  id: z.string(),
  t: momentSchema,
  host: z.string().nullable(),
  input: z.string().nullable(),
  /** Bytes as rsyslog received them. */
  raw_base64: z.string(),
  bytes: z.number(),
});

export const deliveryDataSchema = z.object({
  state: stateSchema,
  last_line_at: momentSchema.nullable(),
  window: windowSchema,
  overview: z
    .object({
      verdict: verdictSchema,
      counts: z.object({
        runs: z.number(),
        proven: z.number(),
        running: z.number(),
        unproven: z.number(),
        unsearched: z.number(),
        missing: z.number(),
      }),
      /** written = indexed + drops + dead_letters + missing + in_flight + unsearched + expired; duplicates stand outside. */
      account: z.object({
        written: z.number(),
        written_is_lower_bound: z.boolean(),
        indexed: z.number(),
        drops: z.number(),
        dead_letters: z.number(),
        missing: z.number(),
        in_flight: z.number(),
        unsearched: z.number(),
        expired: z.number(),
        duplicates_refused: z.number(),
      }),
      /** Worst first; of all, or of `run_state`. */
      runs: z.array(runSchema),
      runs_truncated: z.boolean(),
      series: z.object({
        times: z.array(momentSchema),
        lag_p50_ms: seriesSchema,
        lag_p95_ms: seriesSchema,
        queues: z.array(z.object({ server: z.string(), queue: z.string(), depth: seriesSchema })),
        indexed_per_s: seriesSchema,
        retries: seriesSchema,
        /** How long the oldest line had been waiting in each indexer when it reported. */
        waiting: z.array(z.object({ server: z.string(), oldest_ms: seriesSchema })),
      }),
      lag_p50_ms: z.number().nullable(),
      lag_p95_ms: z.number().nullable(),
      /** Times without any sign of life of a log server. */
      outages: z.array(z.object({ server: z.string(), from: momentSchema, to: momentSchema.nullable() })),
      dead_letters: z.array(deadLetterGroupSchema),
      dead_letters_total: z.number(),
      /** Of reasons that are not listed. */
      dead_letters_others: z.number(),
      dead_letters_of_runs: z.number(),
    })
    .nullable(),
  run: z
    .object({
      run: runSchema,
      /** Numbers around the gap: where each went, or that it is missing. */
      around: z.array(
        z.object({
          sequence: z.number(),
          /** `unknown`: absent, and on its way, expired, or it is not known why. */
          state: z.enum(['indexed', 'missing', 'dropped', 'dead_letter', 'unknown']),
          t: momentSchema.nullable(),
          received: momentSchema.nullable(),
        }),
      ),
      facts: z.array(z.object({ t: momentSchema, text: z.string() })),
      headline: z.string(),
      /** Share of the run's life, 0–1, for the strip. */
      strip: z.array(
        z.object({ kind: z.enum(['missing', 'drop', 'dead_letter', 'unproven']), first: z.number(), last: z.number() }),
      ),
    })
    .nullable(),
  dead_letter: z.object({ total: z.number(), items: z.array(deadLetterSchema) }).nullable(),
});
export type DeliveryData = z.infer<typeof deliveryDataSchema>;
export type DeliveryOverview = NonNullable<DeliveryData['overview']>;
