import { z } from 'zod';
import { fieldNameSchema } from './field_name';
import { momentSchema, scopeSchema } from './scope';

export const MAX_FIELDS = 400;

/**
 * `POST /internal/rota/v1/fields`: `selectors` (services, pools, environments), `setup` (the first-run page),
 * `list` (types and coverage in the matching requests) and `values` (top values of one field).
 */
export const fieldsRequestSchema = scopeSchema
  .extend({
    parts: z
      .array(z.enum(['selectors', 'setup', 'list', 'values']))
      .min(1)
      .max(4)
      .default(['selectors']),
    /** With part `values`. */
    field: fieldNameSchema.optional(),
    /** Values that begin with this (for the search bar's suggestions). */
    prefix: z.string().max(256).optional(),
    size: z.number().int().min(1).max(50).default(5),
  })
  .refine(({ parts, field }) => !parts.includes('values') || field !== undefined, {
    message: 'is needed with the part "values"',
    path: ['field'],
  });
export type FieldsRequest = z.infer<typeof fieldsRequestSchema>;

const optionSchema = z.object({ value: z.string(), requests: z.number() });

export const fieldInfoSchema = z.object({
  name: z.string(),
  /** Elasticsearch's type: keyword, long, ip, date, nested, flattened … `conflict` when data streams disagree. */
  type: z.string(),
  searchable: z.boolean(),
  aggregatable: z.boolean(),
  /** The nested field that it is a part of: a request may have several values. */
  nested: z.string().nullable(),
  /** Share of the matching lines that carry it; null when it cannot be counted. */
  coverage: z.number().nullable(),
  /** Whose lines were counted: those that stand for requests, or the webapps' where only they carry the field. */
  counted_at: z.string(),
});
export type FieldInfo = z.infer<typeof fieldInfoSchema>;

export const setupCheckSchema = z.object({
  id: z.enum([
    'elasticsearch',
    'templates',
    'balancer',
    'frontends',
    'webapps',
    'sdk',
    'probes',
    'request_ids',
    'senders',
  ]),
  state: z.enum(['ok', 'missing', 'old']),
  title: z.string(),
  /** What is missing and how to mend it. */
  message: z.string(),
  last: momentSchema.nullable(),
  lines: z.number(),
});

export const fieldsDataSchema = z.object({
  selectors: z
    .object({
      services: z.array(optionSchema),
      pools: z.array(optionSchema),
      environments: z.array(optionSchema),
      hosts: z.array(z.object({ host: z.string(), tier: z.string(), requests: z.number() })),
    })
    .nullable(),
  setup: z.object({ complete: z.boolean(), checks: z.array(setupCheckSchema) }).nullable(),
  list: z
    .object({ lines: z.number(), fields: z.array(fieldInfoSchema), empty: z.array(z.string()), truncated: z.boolean() })
    .nullable(),
  values: z
    .object({
      field: z.string(),
      counted_at: z.string(),
      /** Share of the matching lines and of all lines in the range. */
      values: z.array(z.object({ value: z.string(), count: z.number(), share: z.number(), share_of_all: z.number() })),
      other: z.number(),
      /** "2.14.0-rc.2 is 3.7× more common here than in all traffic." */
      outlier: z.string().nullable(),
    })
    .nullable(),
});
export type FieldsData = z.infer<typeof fieldsDataSchema>;
