import { StackError } from './errors.js';
import { DEFAULT_PORT_BASE } from './ports.js';

export type WebappKind = 'node' | 'django';
export type Profile = 'durable' | 'fast';

/** How a stack is to be: from the command line and the environment. */
export interface StackOptions {
  base: number;
  webapp: WebappKind;
  frontends: number;
  webappsPerFrontend: number;
  profile: Profile;
  namespace: string;
  /** The balancer's health monitor: seconds between probes, probes to go down, probes to come up. */
  probe: { interval_s: number; fall: number; rise: number };
  /** Whether a frontend asks its other webapp when one answers 5XX. */
  retryOn5xx: boolean;
  elasticsearch: { url: string } | { home: string } | 'embedded';
  kibanaHome: string | undefined;
  /** Log files to read instead of running a site: `HOST=PATHS`, their formats, and the zone of times without one. */
  logs: { logs: string[]; formats: string[]; zone: string } | undefined;
}

/** The Heat template's health monitor: every 10 s, out after 3 failures. */
export const HEAT_PROBE = { interval_s: 10, fall: 3, rise: 2 };

export function defaultOptions(env: NodeJS.ProcessEnv = process.env): StackOptions {
  return {
    base: wholeNumber(env['ROTA_PORT_BASE'] ?? String(DEFAULT_PORT_BASE), 'ROTA_PORT_BASE'),
    webapp: 'node',
    frontends: 2,
    webappsPerFrontend: 2,
    profile: 'durable',
    namespace: env['ROTA_NAMESPACE'] ?? 'rota',
    probe: { ...HEAT_PROBE },
    retryOn5xx: false,
    elasticsearch: env['ELASTICSEARCH_URL']
      ? { url: env['ELASTICSEARCH_URL'].replace(/\/+$/, '') }
      : env['ELASTICSEARCH_HOME']
        ? { home: env['ELASTICSEARCH_HOME'] }
        : 'embedded',
    kibanaHome: env['KIBANA_HOME'] || undefined,
    logs: undefined,
  };
}

export function wholeNumber(text: string, name: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new StackError('ROTA_USAGE', `${name} is "${text}"; give a whole number above 0.`);
}

/** Seconds of "30", "30s", "500ms", "2m" or "1h". */
export function seconds(text: string, name: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  const unit = { ms: 0.001, s: 1, m: 60, h: 3600 }[match?.[2] ?? 's'] as number;
  if (match && Number(match[1]) > 0) return Number(match[1]) * unit;
  throw new StackError('ROTA_USAGE', `${name} is "${text}"; give a time such as 500ms, 30s or 2m.`);
}
