import { z } from 'zod';

/**
 * Kibana takes the dots of a key for levels, and a number for a place in a list: `{"10.0.0.7:80": "web-1"}` arrives as ten
 * holes and a list behind them. This puts the keys together again.
 */
function joinKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    const joined = joinKeys(inner);
    if (joined === undefined || joined === null) return [];
    if (typeof joined !== 'object') return [[key, joined]];
    return Object.entries(joined).map(([rest, last]) => [`${key}.${rest}`, last]);
  });
  return Object.fromEntries(entries);
}

/** Settings of the plugin (`rota.*` in kibana.yml). Each has a default that fits the local stack. */
export const settingsSchema = z
  .object({
    /** The data streams are `logs-<dataset>-<namespace>`. */
    namespace: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_.]*$/)
      .default('rota'),
    /** Address (`10.0.0.7:8000` or `10.0.0.7`) → host name, where what the webapps write does not tell. */
    hosts: z.preprocess(joinKeys, z.record(z.string())).default({}),
    /** Host → its weight in its pool (HAProxy's and nginx's `weight`); 1 where none is given. */
    weights: z.preprocess(joinKeys, z.record(z.number().positive())).default({}),
    /** Share of user requests without a 5XX. */
    objective: z.number().min(0.5).max(0.999999).default(0.999),
    judge: z
      .object({
        /** Fewer requests than this are not judged. */
        min_requests: z.number().int().min(1).default(1000),
        /** A host is marked from this deviation on, in percentage points. */
        deviation_points: z.number().positive().default(5),
      })
      .strict()
      .default({}),
    /** How the balancer probes the frontends (Octavia, HAProxy: inter, rise, fall; Rackspace: delay, attempts). */
    monitor: z
      .object({
        interval_s: z.number().positive().default(2),
        timeout_s: z.number().positive().default(5),
        rise: z.number().int().min(1).default(2),
        fall: z.number().int().min(1).default(3),
        /** Statuses that pass, as a regular expression over the three digits. */
        ok_status: z.string().max(200).default('^[234][0-9][0-9]$'),
      })
      .strict()
      .default({}),
    /** Take HAProxy's own words of its servers (UP, DOWN) where there are any; else replay the probes alone. */
    balancer_words: z.boolean().default(true),
    /** How nginx takes a webapp out of its pool. */
    passive: z
      .object({
        max_fails: z.number().int().min(0).default(3),
        fail_timeout_s: z.number().positive().default(10),
      })
      .strict()
      .default({}),
    /** No line of a host for so long, while others write, is silence. */
    silent_after_s: z.number().positive().default(60),
    /** A burst: at least so many 5XX, and so large a share, within one bucket. */
    burst: z
      .object({ min_failed: z.number().int().min(1).default(5), share: z.number().min(0).max(1).default(0.05) })
      .strict()
      .default({}),
    /** Longest time a line needs from host to search before it counts as missing. */
    in_flight_s: z.number().positive().default(60),
  })
  .strict();

/** What is wrong with the settings, a sentence for each; undefined when they can be used. */
export function faultsOf(settings: unknown): string | undefined {
  const { error } = settingsSchema.safeParse(settings ?? {});
  return error?.issues.map(({ path, message }) => `${['rota', ...path].join('.')}: ${message}`).join('; ');
}

export type Settings = z.output<typeof settingsSchema>;

export function defaultSettings(): Settings {
  return settingsSchema.parse({});
}
