import { isIP } from 'node:net';
import type { DeclaredValues } from '../declared/values';
import type { Program } from '../program';

type Json = Readonly<Record<string, unknown>>;

export const caddy: Program = {
  name: 'caddy',
  title: 'Caddy',
  tier: 'frontend',
  names: /caddy/i,
  formats: [
    {
      name: 'access',
      what: 'access log (`http.log.access`, JSON); it says nothing of upstreams',
      dataset: 'nginx.access',
      own: true,
      readJson: (found) => {
        const request = objectOf(found['request']);
        if (!/^http\.log\.access(?:\.|$)/.test(textOf(found['logger']) ?? '') || !request || !('status' in found))
          return undefined;
        return { form: 'values', found: { ...requestOf(found, request), logsAgent: true } };
      },
    },
    {
      name: 'error',
      what: 'its other words (JSON)',
      dataset: 'nginx.error',
      alsoIn: ['nginx.access'],
      own: true,
      readJson: (found, { by }) => {
        const [level, logger, message] = ['level', 'logger', 'msg'].map((name) => textOf(found[name]));
        const isCaddys = by === 'name' || /^http\.(?:log\.error|handlers\.|auto_https|stdlib)/.test(logger ?? '');
        if (!isCaddys || level === undefined || message === undefined || typeof found['ts'] !== 'number')
          return undefined;
        const request = objectOf(found['request']);
        const { values, named } = request ? requestOf(found, request) : { values: timeOf(found), named: {} };
        for (const [name, value] of Object.entries(found)) {
          if (!KNOWN.has(name)) named[name] = typeof value === 'string' ? value : JSON.stringify(value);
        }
        return {
          form: 'event',
          found: {
            values: { ...values, level, message, ...(logger === undefined ? {} : { logger }) },
            named,
            logsAgent: false,
          },
        };
      },
    },
  ],
};

const KNOWN = new Set([
  'level',
  'logger',
  'msg',
  'ts',
  'request',
  'status',
  'duration',
  'size',
  'bytes_read',
  'user_id',
  'resp_headers',
]);

function requestOf(found: Json, request: Json): Pick<DeclaredValues, 'values' | 'named'> {
  const headers = objectOf(request['headers']) ?? {};
  const tls = objectOf(request['tls']);
  const client = textOf(request['client_ip']) ?? textOf(request['remote_ip']) ?? textOf(request['remote_addr']);
  const peer = textOf(request['remote_ip']);
  const all: Record<string, string | undefined> = {
    ...timeOf(found),
    client,
    peer,
    client_port: client === peer ? textOf(request['remote_port']) : undefined,
    method: textOf(request['method']),
    target: textOf(request['uri']),
    protocol: textOf(request['proto']),
    domain: textOf(request['host']),
    scheme: tls ? 'https' : undefined,
    user: textOf(found['user_id']),
    status: textOf(found['status']),
    body_bytes: textOf(found['size']),
    seconds: secondsOf(found['duration']),
    agent: headerOf(headers, 'User-Agent'),
    referrer: headerOf(headers, 'Referer'),
    forwarded_for: headerOf(headers, 'X-Forwarded-For'),
  };
  const values: DeclaredValues['values'] = {};
  for (const [name, value] of Object.entries(all))
    if (value !== undefined && value !== '') values[name as 'client'] = value;
  if (values.peer !== undefined && isIP(values.peer) === 0) delete values.peer;
  return { values, named: {} };
}

/** Seconds since 1970, its default; or what `time_format` makes of it. */
function timeOf({ ts }: Json): DeclaredValues['values'] {
  if (typeof ts === 'number') return { time_epoch: String(ts) };
  return typeof ts === 'string' && /^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:?\d\d)$/.test(ts) ? { time_iso: ts } : {};
}

/** `duration_format` may make texts of it: `12.3ms`. */
function secondsOf(duration: unknown): string | undefined {
  return typeof duration === 'number' && duration >= 0 ? duration.toFixed(9) : undefined;
}

function headerOf(headers: Json, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string').join(', ') : textOf(value);
}

function objectOf(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
