import { z } from 'zod';
import { fieldNameSchema } from './field_name';
import { bucketsSchema, classesSchema, momentSchema, scopeSchema, stateSchema, windowSchema } from './scope';

export const MAX_ROWS = 500;
/** Columns that a list may have beside its own. */
export const MOST_COLUMNS = 30;
export const MAX_EXPORT_ROWS = 100_000;

/** Opaque place in the list, as the last answer gave it. */
export const cursorSchema = z
  .array(z.union([z.number().finite(), z.string().max(2048), z.null()]))
  .min(1)
  .max(3);
export type Cursor = z.infer<typeof cursorSchema>;

/** The furthest moment that a date can hold, 100 million days from 1970; Elasticsearch takes further ones. */
export const MOST_MS = 8.64e15;

/** How far a live tail has followed: an `event.ingested`. */
export const liveCursorSchema = z.array(z.number().min(-MOST_MS).max(MOST_MS)).length(1);
export type LiveCursor = z.infer<typeof liveCursorSchema>;

export const SORT_FIELDS = ['@timestamp', 'event.duration', 'http.response.status_code', 'host.name'] as const;

/** `POST /internal/rota/v1/requests`: a row is a request; it matches when any of its hops matches. */
export const requestsRequestSchema = scopeSchema.extend({
  buckets: bucketsSchema,
  parts: z
    .array(z.enum(['summary', 'rows']))
    .min(1)
    .max(2)
    .default(['summary', 'rows']),
  size: z.number().int().min(1).max(MAX_ROWS).default(100),
  sort: z
    .object({ field: z.enum(SORT_FIELDS), order: z.enum(['asc', 'desc']) })
    .default({ field: '@timestamp', order: 'desc' }),
  /** Rows after this place in the sort: "Load older". */
  after: cursorSchema.optional(),
  /**
   * Live tail: only rows that were ingested since `live_after` (an answer's `live_cursor`), the newest first by
   * `event.ingested` whatever `sort` says, and again those of a few seconds before it: some become searchable late.
   */
  live_after: liveCursorSchema.optional(),
  /** Fields to return for chosen columns, beside the row's own. */
  columns: z.array(fieldNameSchema).max(MOST_COLUMNS).default([]),
  /** What the histogram is split by; the status class the client got when left out. */
  break_down: fieldNameSchema.optional(),
  include_probes: z.boolean().default(false),
});
export type RequestsRequest = z.infer<typeof requestsRequestSchema>;

/** Attempts of one line that are shown: the first ones and the last. `n` tells how many there were. */
export const MOST_ATTEMPTS = 100;

export const attemptSchema = z.object({
  n: z.number().int(),
  host: z.string(),
  address: z.string().nullable(),
  status: z.number().nullable(),
  duration_ms: z.number().nullable(),
});
export type Attempt = z.infer<typeof attemptSchema>;

const cellSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const requestRowSchema = z.object({
  /** `_index` and `_id` of the line that stands for the request. */
  index: z.string(),
  id: z.string(),
  t: momentSchema,
  /** `event.ingested`. */
  ingested: momentSchema.nullable(),
  request_id: z.string().nullable(),
  trace_id: z.string().nullable(),
  dataset: z.string(),
  host: z.string().nullable(),
  method: z.string().nullable(),
  path: z.string().nullable(),
  status: z.number().nullable(),
  duration_ms: z.number().nullable(),
  /** Of the duration, what failed attempts took. */
  failed_ms: z.number(),
  attempts: z.array(attemptSchema),
  probe: z.boolean(),
  /** Values of the asked columns, several values joined by ", ". */
  columns: z.record(cellSchema),
});
export type RequestRow = z.infer<typeof requestRowSchema>;

export const requestsDataSchema = z.object({
  state: stateSchema,
  last_request_at: momentSchema.nullable(),
  window: windowSchema,
  summary: z
    .object({
      /** Requests that match, and all in the range. */
      matching: z.number(),
      total: z.number(),
      /** True when more inner hops matched than can be joined: counts are lower bounds. */
      lower_bound: z.boolean(),
      classes: classesSchema,
      /** Met a 5XX at any hop; of these hidden by a retry; reached the client. */
      met_5xx: z.number(),
      covered_by_retry: z.number(),
      reached_client: z.number(),
      /** Of those that reached the client: not safe to repeat (POST, PATCH …), so nginx did not retry. */
      never_retried: z.array(z.object({ method: z.string(), count: z.number() })),
      probes_excluded: z.number(),
      /** Counted where: "frontends", "balancer" or "webapps". */
      counted_at: z.string(),
      /** "875 of 41,318 requests met a 5xx" and the sentence below it. */
      headline: z.string(),
      detail: z.string(),
      histogram: z.object({
        times: z.array(momentSchema),
        /** Status classes, or the top values of `break_down` and "other". */
        groups: z.array(z.object({ key: z.string(), total: z.number(), counts: z.array(z.number()) })),
      }),
      slowest_ms: z.number().nullable(),
    })
    .nullable(),
  rows: z
    .object({
      rows: z.array(requestRowSchema),
      /** Ask again with `after` for the next ones; null at the end. */
      after: cursorSchema.nullable(),
      /** Ask again with `live_after` for what came since. Of an empty list: what comes from now on. */
      live_cursor: liveCursorSchema,
      /** Live tail: how many were ingested after `live_after`, those of further pages included; else null. */
      live_new: z.number().nullable(),
      newest: momentSchema.nullable(),
    })
    .nullable(),
});
export type RequestsData = z.infer<typeof requestsDataSchema>;

/**
 * How much an export holds, known before its body begins: requests that match, and rows in the file, of which CSV has one
 * more for the names. A body with fewer rows broke off. `lower_bound` is `true` when more match than can be told (see
 * `summary.lower_bound`).
 */
export const EXPORT_HEADERS = {
  matching: 'x-rota-matching',
  rows: 'x-rota-rows',
  lower_bound: 'x-rota-lower-bound',
} as const;

/** How a CSV file is written; each is one of Kibana's own settings. */
export const csvStyleSchema = z.object({
  /** `csv:separator` */
  separator: z
    .string()
    .min(1)
    .max(3)
    .refine((text) => !/["\r\n]/.test(text), { message: 'must be no quote and no line break' })
    .default(','),
  /** `csv:quoteValues` */
  quote_values: z.boolean().default(false),
  /** `dateFormat`, in the question's `zone`; ISO 8601 in UTC when left out. */
  date_format: z.string().min(1).max(100).optional(),
});

/** `POST /internal/rota/v1/requests/export`: streams what matches; the body is CSV or NDJSON, not JSON. */
export const exportRequestSchema = scopeSchema.extend({
  format: z.enum(['csv', 'ndjson']),
  columns: z.array(fieldNameSchema).max(60).default([]),
  include_probes: z.boolean().default(false),
  limit: z.number().int().min(1).max(MAX_EXPORT_ROWS).default(MAX_EXPORT_ROWS),
  csv: csvStyleSchema.default({}),
});
export type ExportRequest = z.infer<typeof exportRequestSchema>;
