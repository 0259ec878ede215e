import { z } from 'zod';
import { customQueryFault } from './custom_query';
import { fieldNameSchema } from './field_name';

const valueSchema = z.union([z.string().max(1024), z.number().finite(), z.boolean()]);
export type FilterValue = z.infer<typeof valueSchema>;

export const MOST_VALUES = 100;

const boundSchema = z.union([z.string().max(64), z.number().finite()]);

/** `between` takes one bound or both, as Elasticsearch's `range` has them. */
export const BOUNDS = ['gt', 'gte', 'lt', 'lte'] as const;
const boundsSchema = z
  .object({ gt: boundSchema, gte: boundSchema, lt: boundSchema, lte: boundSchema })
  .partial()
  .strict();

/** One filter of the filter bar, as Kibana's are: each kind and its opposite. */
export const filterSchema = z.union([
  z.object({ field: fieldNameSchema, op: z.enum(['is', 'is_not']), value: valueSchema }),
  z.object({ field: fieldNameSchema, op: z.enum(['exists', 'not_exists']) }),
  z.object({
    field: fieldNameSchema,
    op: z.enum(['is_one_of', 'is_not_one_of']),
    values: z.array(valueSchema).min(1).max(MOST_VALUES),
  }),
  z.object({
    field: fieldNameSchema,
    op: z.enum(['between', 'not_between']),
    bounds: boundsSchema.refine((bounds) => Object.keys(bounds).length > 0, { message: 'must have a bound' }),
  }),
  z.object({
    op: z.enum(['query', 'not_query']),
    /** A query in Elasticsearch's own language; see custom_query.ts for what it may hold. */
    query: z.record(z.unknown()).superRefine((query, context) => {
      const fault = customQueryFault(query);
      if (fault !== null) context.addIssue({ code: 'custom', message: fault });
    }),
  }),
]);
export type Filter = z.infer<typeof filterSchema>;
