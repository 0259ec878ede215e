import { PROBES } from '../../../common/probes/index.js';
import { addressMatcher } from './trusted_proxies.js';

/** A health check is a request for which all that the rule gives is true. */
export interface HealthRule {
  /** Tested against the User-Agent header; `'none'` means that there is none (Octavia's probes). */
  userAgent?: RegExp | 'none';
  /** The path, without query; or several, any of which. */
  path?: string | readonly string[];
  /** The method; or several, any of which. */
  method?: string | readonly string[];
  /** Addresses or networks of the client, as far as trusted proxies tell. */
  source?: readonly string[];
  /** A trusted proxy that asks for itself counts beside `source`, or alone: the balancer. */
  balancer?: true;
}

/** What a rule looks at. */
export interface Probe {
  userAgent: string | undefined;
  path: string;
  method: string;
  /** The client's address, seen through trusted proxies. */
  client: string;
  /** Somebody beyond the trusted proxies sent it on: no probe without a name comes that way. */
  forwarded: boolean;
  /** The client is a trusted proxy itself. */
  balancer: boolean;
}

/**
 * The rules without any settings: monitors that give their name, which anyone can, and so only from the sources that are set or from a
 * trusted proxy itself; and requests for `/` without a User-Agent, which is how HAProxy and Octavia probe. The variables
 * `ROTA_HEALTH_{AGENTS,PATHS,METHODS,SOURCES}` (comma lists) replace each its part, here and in the pipeline.
 */
export function defaultHealthRules(env: Readonly<Record<string, string | undefined>>): HealthRule[] {
  const said = (name: string, otherwise: readonly string[]) => {
    const text = env[name];
    return text === undefined ? otherwise : list(text);
  };
  const agents = said('ROTA_HEALTH_AGENTS', PROBES.agents).map(escaped);
  const sources = said('ROTA_HEALTH_SOURCES', []);
  const nameless: HealthRule = {
    userAgent: 'none',
    path: said('ROTA_HEALTH_PATHS', PROBES.paths),
    method: said('ROTA_HEALTH_METHODS', PROBES.methods),
    ...(sources.length > 0 ? { source: sources } : {}),
  };
  const named: HealthRule = { userAgent: new RegExp(agents.join('|')), source: sources, balancer: true };
  return agents.length > 0 ? [named, nameless] : [nameless];
}

/**
 * One test out of several rules, any of which may match.
 * @throws UnreadableAddress for a `source` that is no address or network
 */
export function compileHealthRules(rules: readonly HealthRule[]): (probe: Probe) => boolean {
  const tests = rules.map(compileRule);
  return (probe) => tests.some((test) => test(probe));
}

function compileRule(rule: HealthRule): (probe: Probe) => boolean {
  const { userAgent } = rule;
  const path = oneOf(rule.path);
  const method = oneOf(rule.method);
  const anywhere = rule.source === undefined && rule.balancer !== true;
  const fromSource = rule.source === undefined ? undefined : addressMatcher(rule.source);
  return (probe) => {
    if (!path(probe.path) || !method(probe.method)) return false;
    if (userAgent === 'none' && (named(probe) || probe.forwarded)) return false;
    if (userAgent instanceof RegExp && !(named(probe) && test(userAgent, probe.userAgent as string))) return false;
    return anywhere || (rule.balancer === true && probe.balancer) || fromSource?.(probe.client) === true;
  };
}

function named(probe: Probe): boolean {
  return probe.userAgent !== undefined && probe.userAgent !== '' && probe.userAgent !== '-';
}

function oneOf(given: string | readonly string[] | undefined): (value: string) => boolean {
  if (given === undefined) return () => true;
  const set = new Set(typeof given === 'string' ? [given] : given);
  return (value) => set.has(value);
}

/** A pattern with the flag g or y remembers where it stopped; a rule must not. */
function test(pattern: RegExp, text: string): boolean {
  pattern.lastIndex = 0;
  return pattern.test(text);
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
