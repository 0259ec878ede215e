import { isIP } from 'node:net';
import { given, secondsToNs, whole } from './http_fields';
import type { JsonObject } from './shaped';

/** What may stand behind a `combined` line. Formats differ; each value is taken for what it can only be. */
export interface Extras {
  durationNs?: number;
  upstreamDurationNs?: number;
  upstreamAddress?: string;
  upstreamStatus?: number;
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
 * address, and `name=value` pairs such as `rt=0.004 urt="0.003" id=…`.
 */
export function readExtras(text: string, wholeIsMicroseconds: boolean): Extras {
  const found: Extras = {};
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
  // Sticky, one token a step: a name and "=", then a quoted text (\" inside) or a run without spaces.
  const pattern = /\s*(?:([A-Za-z_][\w.-]*)=)?(?:"((?:[^"\\]|\\.)*)"|(\S+))/y;
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
  else if (isUpstream(value)) found.upstreamAddress ??= value;
  else if (isRequestId(value)) found.requestId ??= value;
  else {
    found.unknown ??= [];
    found.unknown.push(value);
  }
}

function takeSeconds(found: Extras, value: string): void {
  const ns = secondsToNs(value);
  if (found.durationNs === undefined) found.durationNs = ns;
  else found.upstreamDurationNs ??= ns;
}

const NAMES: Readonly<Record<string, keyof typeof READERS>> = {
  rt: 'rt',
  request_time: 'rt',
  urt: 'urt',
  upstream_response_time: 'urt',
  ua: 'ua',
  upstream: 'ua',
  upstream_addr: 'ua',
  us: 'us',
  upstream_status: 'us',
  id: 'id',
  rid: 'id',
  req_id: 'id',
  request_id: 'id',
  host: 'host',
  xff: 'xff',
  http_x_forwarded_for: 'xff',
  server: 'server',
  service: 'service',
  service_version: 'serviceVersion',
  environment: 'environment',
  traceparent: 'traceparent',
};

const READERS = {
  rt: (value: string): Extras => ({ durationNs: secondsToNs(value) }),
  urt: (value: string): Extras => ({ upstreamDurationNs: secondsToNs(value) }),
  ua: (value: string): Extras => ({ upstreamAddress: value }),
  us: (value: string): Extras => ({ upstreamStatus: whole(value) }),
  id: (value: string): Extras => ({ requestId: value }),
  host: (value: string): Extras => ({ domain: value }),
  xff: (value: string): Extras => ({ forwardedFor: value }),
  server: (value: string): Extras => ({ server: value }),
  service: (value: string): Extras => ({ service: value }),
  serviceVersion: (value: string): Extras => ({ serviceVersion: value }),
  environment: (value: string): Extras => ({ environment: value }),
  traceparent: (value: string): Extras => ({ traceparent: value }),
};

function takeNamed(found: Extras, name: string, value: string): void {
  if (given(value) === undefined) return;
  const known = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  if (known !== undefined) Object.assign(found, READERS[known](value));
  else {
    found.named ??= {};
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
