import { z } from 'zod';
import { instantSchema, momentSchema, tierSchema, verdictSchema } from './scope';

/**
 * `POST /internal/rota/v1/trace`: one request across its hops. With `request_id` or `trace_id` lines are joined;
 * with `line` alone (stock formats carry no id) the answer offers lines near in time, and says that it is a guess.
 */
export const traceRequestSchema = z
  .object({
    request_id: z.string().min(1).max(256).optional(),
    trace_id: z.string().min(1).max(256).optional(),
    line: z.object({ index: z.string().min(1).max(256), id: z.string().min(1).max(512) }).optional(),
    /** Where an id is looked for first: an hour either side of `near`, else these; then everywhere. */
    from: instantSchema.optional(),
    to: instantSchema.optional(),
    near: instantSchema.optional(),
  })
  .refine((q) => q.request_id || q.trace_id || q.line, { message: 'one of request_id, trace_id and line is needed' });
export type TraceRequest = z.infer<typeof traceRequestSchema>;

export const hopSchema = z.object({
  id: z.string(),
  parent: z.string().nullable(),
  depth: z.number().int(),
  /** Bars are spans, `event` is the webapp's own thin bar, `line` a diamond. */
  kind: z.enum(['balancer', 'frontend', 'attempt', 'event', 'line']),
  tier: tierSchema.nullable(),
  host: z.string(),
  /** "HAProxy · fe_https", "nginx", "attempt 1 → web-3", "event · 2.14.0-rc.2". */
  label: z.string(),
  dataset: z.string().nullable(),
  /** From the request's start, after clock correction. */
  offset_ms: z.number(),
  /** null: no answer logged yet. */
  duration_ms: z.number().nullable(),
  status: z.number().nullable(),
  failed: z.boolean(),
  level: z.string().nullable(),
  logger: z.string().nullable(),
  message: z.string().nullable(),
  error: z
    .object({
      type: z.string().nullable(),
      message: z.string().nullable(),
      /** Frames of the application, and how many lie in dependencies. */
      stack: z.array(z.string()),
      folded: z.array(z.string()),
    })
    .nullable(),
  /** The raw line below, by its id. */
  line: z.string().nullable(),
});
export type Hop = z.infer<typeof hopSchema>;

export const rawLineSchema = z.object({
  id: z.string(),
  index: z.string(),
  t: momentSchema,
  host: z.string(),
  dataset: z.string(),
  /** Found by nginx's connection, not by the request's id: an error line. */
  by_connection: z.boolean(),
  tier: z.string().nullable(),
  level: z.string().nullable(),
  original: z.string(),
  /** Of the whole line in UTF-8; an answer may show its beginning only. */
  bytes: z.number(),
  /** From the line's own time until the indexer sent it; searchable at Elasticsearch's next refresh. */
  sent_after_ms: z.number().nullable(),
  run: z.string().nullable(),
  sequence: z.number().nullable(),
});
export type RawLine = z.infer<typeof rawLineSchema>;

export const traceDataSchema = z.object({
  found: z.boolean(),
  request_id: z.string().nullable(),
  trace_id: z.string().nullable(),
  /** By id it is a join; `near_in_time` is a guess. */
  joined_by: z.enum(['http.request.id', 'trace.id', 'near_in_time']).nullable(),
  verdict: verdictSchema.nullable(),
  t: momentSchema.nullable(),
  method: z.string().nullable(),
  path: z.string().nullable(),
  status: z.number().nullable(),
  duration_ms: z.number().nullable(),
  failed_ms: z.number(),
  retries: z.number(),
  client: z.string().nullable(),
  user_agent: z.string().nullable(),
  open: z.boolean(),
  hops: z.array(hopSchema),
  /** Signed: what was added to that host's times. */
  clocks: z.array(z.object({ host: z.string(), correction_ms: z.number() })),
  clock_note: z.string().nullable(),
  lines: z.array(rawLineSchema),
  /** Fields of the line that stands for the request. */
  fields: z.array(z.object({ field: z.string(), value: z.string() })),
  truncated: z.boolean(),
  /** Other requests that bear the same id, and when they began: this answer is about one. */
  same_id: z.array(z.object({ t: momentSchema, path: z.string().nullable(), status: z.number().nullable() })),
});
export type TraceData = z.infer<typeof traceDataSchema>;
