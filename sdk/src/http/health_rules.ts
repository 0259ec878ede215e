import { addressMatcher } from './trusted_proxies.js';

/** A health check is a request for which all that the rule gives is true. */
export interface HealthRule {
  /** Tested against the User-Agent header; `'none'` means that there is none (Octavia's probes). */
  userAgent?: RegExp | 'none';
  /** The exact path, without query. */
  path?: string;
  method?: string;
  /** Addresses or networks of the connection's peer; not of the client that headers name. */
  source?: readonly string[];
}

/** What a rule looks at. */
export interface Probe {
  userAgent: string | undefined;
  path: string;
  method: string;
  peer: string;
}

/** Monitors that give themselves a name: Kubernetes, AWS, Google, HAProxy, Envoy, Consul, Route 53, Azure Front Door. */
export const DEFAULT_HEALTH_RULES: readonly HealthRule[] = [
  {
    userAgent:
      /^(?:kube-probe\/|ELB-HealthChecker\/|GoogleHC\/|HAProxy\b|Envoy\/HC\b|Consul Health Check\b|Amazon-Route53-Health-Check-Service\b|Edge Health Probe\b)/,
  },
];

/**
 * One test out of several rules, any of which may match.
 * @throws UnreadableAddress for a `source` that is no address or network
 */
export function compileHealthRules(rules: readonly HealthRule[]): (probe: Probe) => boolean {
  const tests = rules.map(compileRule);
  return (probe) => tests.some((test) => test(probe));
}

function compileRule(rule: HealthRule): (probe: Probe) => boolean {
  const fromSource = rule.source === undefined ? undefined : addressMatcher(rule.source);
  const agent = rule.userAgent;
  return (probe) => {
    if (rule.method !== undefined && rule.method !== probe.method) return false;
    if (rule.path !== undefined && rule.path !== probe.path) return false;
    if (agent === 'none' && probe.userAgent !== undefined && probe.userAgent !== '-') return false;
    if (agent instanceof RegExp && !(probe.userAgent !== undefined && test(agent, probe.userAgent))) return false;
    return fromSource === undefined || fromSource(probe.peer);
  };
}

/** A pattern with the flag g or y remembers where it stopped; a rule must not. */
function test(pattern: RegExp, text: string): boolean {
  pattern.lastIndex = 0;
  return pattern.test(text);
}
