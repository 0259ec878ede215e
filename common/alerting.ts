import { z } from 'zod';

/** The Kibana feature whose privileges let a user see Rota and keep its rules. */
export const FEATURE = 'rota';
export const RULE_TYPE = 'rota.health';

export const ALERT_KINDS = ['outage', 'ejected', 'ejected_passive', 'burst', 'silent', 'all_silent', 'uneven'] as const;

/** What a rule of type `rota.health` is told; the form and the server read it by this one schema. */
export const alertParamsSchema = z
  .object({
    /** Minutes before now that are judged. */
    window_min: z.number().int().min(1).max(1440).default(15),
    kinds: z
      .array(z.enum(ALERT_KINDS))
      .min(1, 'Choose at least one kind of event.')
      .max(ALERT_KINDS.length)
      .default(['outage', 'ejected', 'burst', 'silent', 'all_silent', 'uneven']),
    /** Events that hurt fewer user requests stay quiet; silence and unevenness hurt none and are not held against it. */
    min_users_hurt: z.number().int().min(0).max(1_000_000_000).default(1),
  })
  .strict();
export type AlertParams = z.output<typeof alertParamsSchema>;

export const DEFAULT_PARAMS: AlertParams = alertParamsSchema.parse({});
