import { z } from 'zod';

/** Why an answer is incomplete; the page names it ("1 of 4 shards failed; counts are lower bounds"). */
export const partialReasonSchema = z.object({
  code: z.enum(['shards_failed', 'timed_out', 'search_failed', 'limit_reached', 'no_mapping']),
  message: z.string(),
});
export type PartialReason = z.infer<typeof partialReasonSchema>;

/** `{data, partial, took_ms}`: every answer of the API. */
export function envelopeOf<T extends z.ZodTypeAny>(data: T) {
  return z.object({
    data,
    partial: z.boolean(),
    partial_reasons: z.array(partialReasonSchema),
    took_ms: z.number(),
    /** True when the answer came from the cache of closed ranges. */
    cached: z.boolean(),
    /** The server's clock when it answered. */
    now: z.number(),
  });
}

export interface Envelope<T> {
  data: T;
  partial: boolean;
  partial_reasons: PartialReason[];
  took_ms: number;
  cached: boolean;
  now: number;
}

export const ERROR_CODES = [
  'invalid_request',
  'invalid_kql',
  'not_found',
  'forbidden',
  'search_failed',
  'too_large',
  'search_unavailable',
  'cancelled',
  'internal',
] as const;

/** The body of every answer that is not 2XX. */
export const errorBodySchema = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  /** With `invalid_kql`: where in the KQL the fault is, from 0. */
  at: z.number().int().optional(),
});
export type ErrorBody = z.infer<typeof errorBodySchema>;
export type ErrorCode = ErrorBody['code'];
