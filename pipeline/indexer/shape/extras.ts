import type { Upstreams } from './attempts';
import { isHopList } from './forwarded';
import { given, secondsToNs, whole } from './http_fields';
import type { JsonObject } from './shaped';

/** What stands behind a `combined` line. */
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
  pool?: string;
  requestBytes?: number;
  /** What has no name: kept as it is. */
  unknown?: string[];
  named?: JsonObject;
}

/**
 * Reads what stands behind a `combined` line. A value gets a meaning by its name (`rt=0.004`, written by the format), or by its place in a
 * format that is known whole: nginx's `main` (a quoted X-Forwarded-For), ingress-nginx's default, Rota's own of gunicorn. Never by its
 * look: what a visitor writes into a header looks as it likes. A number without a name has no unit. What is not certain stays unknown.
 */
export function readExtras(text: string, isGunicorn: boolean): Extras {
  return (isGunicorn ? rotaGunicorn(text) : ingress(text)) ?? byName(text);
}

const MAIN = /^\s*"((?:[^"\\]|\\.)*)"\s*$/s;

function byName(text: string): Extras {
  const main = MAIN.exec(text)?.[1];
  if (main !== undefined) {
    if (given(main) === undefined) return { upstreams: {} };
    return isHopList(main) ? { upstreams: {}, forwardedFor: main } : { upstreams: {}, unknown: [main] };
  }
  const found: Extras = { upstreams: {} };
  const all = tokens(text);
  if (!all) return { upstreams: {}, unknown: [text] };
  const times = new Map<string, number>();
  for (const { name } of all) if (name !== undefined) times.set(name, (times.get(name) ?? 0) + 1);
  // Behind a value that may be a header without quotes, names may be the visitor's.
  let isOpen = false;
  for (const { name, value, isQuoted } of all) {
    const isCertain = isQuoted || !isOpen;
    if (!isQuoted && (name === undefined || !MEASURED.has(name))) isOpen = true;
    if (given(value) === undefined) continue;
    // A name that stands twice may have been written by the visitor once.
    const isOnce = name !== undefined && times.get(name) === 1;
    if (isOnce && (isCertain || !hasMeaning(name))) takeNamed(found, name, value);
    else {
      found.unknown ??= [];
      found.unknown.push(name === undefined ? value : `${name}=${value}`);
    }
  }
  return found;
}

interface Token {
  name: string | undefined;
  value: string;
  /** A visitor's quotes are escaped: these are the format's. */
  isQuoted: boolean;
}

/** @returns undefined when the text does not consist of tokens: nobody knows then where a value ends */
function tokens(text: string): Token[] | undefined {
  const found: Token[] = [];
  // Sticky, one token a step: a name and "=", then a quoted text (\" inside) or a run without spaces but behind a comma or around a colon.
  const pattern = /\s*(?:([A-Za-z_][\w.-]*)=)?(?:"((?:[^"\\]|\\.)*)"|([^\s"]+(?:(?:(?<=,) | : )[^\s"]+)*))(?=\s|$)/sy;
  let end = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const [, name, quoted, bare] = match;
    const value = quoted === undefined ? (bare as string) : quoted.replaceAll('\\"', '"');
    found.push({ name, value, isQuoted: quoted !== undefined });
    end = pattern.lastIndex;
  }
  return text.slice(end).trim() === '' ? found : undefined;
}

/**
 * ingress-nginx's default (docs, "Log format"): request length, request time, `[namespace-service-port]`, `[alternative]`, and the
 * upstreams' addresses, response lengths, times and statuses, then the request's id.
 */
const INGRESS =
  /^(\d+) (\d+\.\d+) \[([^\]"]*)\] \[[^\]"]*\] (-|[^"]+?) (-|[\d, :-]+?) (-|[\d., :-]+?) (-|[\d, :-]+?) ([0-9a-f]{16,64}|-)\s*$/;

function ingress(text: string): Extras | undefined {
  const found = INGRESS.exec(text);
  if (!found) return undefined;
  const [, length, time, pool, addresses = '', , durations = '', statuses = '', id] = found;
  const counts = [addresses, durations, statuses].map((list) => list.split(/, | : /).length);
  if (new Set(counts).size > 1) return undefined;
  const extras: Extras = { upstreams: { addresses, durations, statuses } };
  return Object.assign(extras, {
    ...definite('durationNs', secondsToNs(time)),
    ...definite('requestBytes', whole(length)),
    ...definite('pool', given(pool)),
    ...definite('requestId', given(id)),
  });
}

/**
 * Rota's own format of gunicorn (stack/webapps/django): microseconds, `<process>`, then what has names. A visitor can write no quote without
 * a backslash, so a quote, a blank and a name of the format end each value.
 */
const ROTA_GUNICORN =
  /^(\d+) <(\d+)> id="(.*?)" host="(.*?)" xff="(.*?)"(?: traceparent="(.*?)"((?: [a-z_]+=\S+)*))?\s*$/s;

function rotaGunicorn(text: string): Extras | undefined {
  const found = ROTA_GUNICORN.exec(text);
  if (!found) return undefined;
  const [, micros, pid, id = '', host = '', forwardedFor = '', traceparent = '', rest = ''] = found;
  const extras: Extras = { upstreams: {}, durationNs: Number(micros) * 1000, pid: Number(pid) };
  for (const [name, value] of Object.entries({ id, host, xff: forwardedFor, traceparent })) {
    if (given(value) !== undefined) takeNamed(extras, name, value.replaceAll('\\"', '"'));
  }
  for (const { name = '', value } of tokens(rest) ?? []) takeNamed(extras, name, value);
  return extras;
}

function definite<K extends keyof Extras>(name: K, value: Extras[K] | undefined): Pick<Extras, K> | object {
  return value === undefined ? {} : { [name]: value };
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

/** What the server itself measures, and the host, of which it takes none with a blank: no visitor can write a name behind these. */
const MEASURED: ReadonlySet<string> = new Set(['rt', 'request_time', 'host', ...Object.keys(UPSTREAM_NAMES)]);

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

function hasMeaning(name: string): boolean {
  return MEASURED.has(name) || Object.hasOwn(NAMES, name);
}

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
