import { isIP } from 'node:net';
import type { Upstreams } from './attempts';
import { given, secondsToNs, whole } from './http_fields';
import type { JsonObject } from './shaped';

/** What may stand behind a `combined` line. Formats differ; each value is taken for what it can only be. */
export interface Extras {
  durationNs?: number;
  upstreams: Upstreams;
  pid?: number;
  requestId?: string;
  forwardedFor?: string;
  domain?: string;
  /** `address:port` of the webapp that answered, which is what its frontend calls the upstream. */
  server?: string;
  service?: string;
  serviceVersion?: string;
  environment?: string;
  traceparent?: string;
  /** What has no name: kept as it is. */
  unknown?: string[];
  named?: JsonObject;
}

/**
 * Reads extras: gunicorn's `%(D)s` (µs, a whole number), `%(p)s` (`<pid>`) and a request id; nginx's
 * `$request_time`, `$upstream_response_time` (seconds with a fraction), a quoted X-Forwarded-For, an upstream's
 * address, and `name=value` pairs such as `rt=0.004 urt="0.003" id=…`. Several attempts are one value: `0.001, 0.003`.
 */
export function readExtras(text: string, wholeIsMicroseconds: boolean): Extras {
  const found: Extras = { upstreams: {} };
  for (const token of tokens(text)) {
    if (token.name !== undefined) takeNamed(found, token.name, token.value);
    else take(found, token, wholeIsMicroseconds);
  }
  return found;
}

interface Token {
  name?: string;
  value: string;
  quoted: boolean;
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  // Sticky, one token a step: a name and "=", then a quoted text (\" inside) or a run without spaces but behind a comma.
  const pattern = /\s*(?:([A-Za-z_][\w.-]*)=)?(?:"((?:[^"\\]|\\.)*)"|(\S+(?:(?<=,) [^\s"]+)*))/y;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const quoted = match[2] !== undefined;
    found.push({ name: match[1], value: quoted ? (match[2] as string) : (match[3] as string), quoted });
  }
  return found;
}

function take(found: Extras, { value, quoted }: Token, wholeIsMicroseconds: boolean): void {
  if (given(value) === undefined) return;
  const pid = /^<(\d{1,10})>$/.exec(value);
  if (pid) found.pid = Number(pid[1]);
  else if (!quoted && /^\d+\.\d+$/.test(value)) takeSeconds(found, value);
  else if (!quoted && wholeIsMicroseconds && whole(value) !== undefined && found.durationNs === undefined) {
    found.durationNs = (whole(value) as number) * 1000;
  } else if (isAddressList(value)) found.forwardedFor ??= value;
  else if (value.split(', ').every(isUpstream)) found.upstreams.addresses ??= value;
  else if (!quoted && /^(-|\d+\.\d+)(, (-|\d+\.\d+))+$/.test(value)) found.upstreams.durations ??= value;
  else if (!quoted && /^\d{3}(, \d{3})+$/.test(value)) found.upstreams.statuses ??= value;
  else if (isRequestId(value)) found.requestId ??= value;
  else {
    found.unknown ??= [];
    found.unknown.push(value);
  }
}

function takeSeconds(found: Extras, value: string): void {
  if (found.durationNs === undefined) found.durationNs = secondsToNs(value);
  else found.upstreams.durations ??= value;
}

const UPSTREAM_NAMES: Readonly<Record<string, keyof Upstreams>> = {
  urt: 'durations',
  upstream_response_time: 'durations',
  uct: 'connects',
  upstream_connect_time: 'connects',
  uht: 'headers',
  upstream_header_time: 'headers',
  ua: 'addresses',
  upstream: 'addresses',
  upstream_addr: 'addresses',
  us: 'statuses',
  upstream_status: 'statuses',
};

type TextMember =
  | 'requestId'
  | 'domain'
  | 'forwardedFor'
  | 'server'
  | 'service'
  | 'serviceVersion'
  | 'environment'
  | 'traceparent';

const NAMES: Readonly<Record<string, TextMember>> = {
  id: 'requestId',
  rid: 'requestId',
  req_id: 'requestId',
  request_id: 'requestId',
  host: 'domain',
  xff: 'forwardedFor',
  http_x_forwarded_for: 'forwardedFor',
  server: 'server',
  service: 'service',
  service_version: 'serviceVersion',
  environment: 'environment',
  traceparent: 'traceparent',
};

function takeNamed(found: Extras, name: string, value: string): void {
  if (given(value) === undefined) return;
  if (name === 'rt' || name === 'request_time') found.durationNs = secondsToNs(value);
  else if (Object.hasOwn(UPSTREAM_NAMES, name)) found.upstreams[UPSTREAM_NAMES[name] as keyof Upstreams] = value;
  else if (Object.hasOwn(NAMES, name)) found[NAMES[name] as TextMember] = value;
  else {
    // Without a prototype: a name may be __proto__.
    found.named ??= Object.create(null) as JsonObject;
    found.named[name] = value;
  }
}

function isAddressList(value: string): boolean {
  return value.split(',').every((one) => isIP(one.trim()) !== 0);
}

function isUpstream(value: string): boolean {
  return /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:]+\]):\d{1,5}$/i.test(value) || value.startsWith('unix:/');
}

/** A UUID, or 16 hexadecimal digits and more: a shorter word may be anything. */
function isRequestId(value: string): boolean {
  return /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(value) || /^[0-9a-f]{16,64}$/i.test(value);
}
