import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { JSON_SCHEMA, load } from 'js-yaml';

export type Flat = Record<string, unknown>;

const AGENTS = load(readFileSync(join(import.meta.dirname, '../../fixtures/lines/agents.yaml'), 'utf8'), {
  schema: JSON_SCHEMA,
}) as Record<string, object>;

const SHORT: Readonly<Record<string, string>> = {
  t: '@timestamp',
  m: 'http.request.method',
  v: 'http.version',
  b: 'http.response.body.bytes',
  ref: 'http.request.referrer',
  id: 'http.request.id',
  dur: 'event.duration',
  host: 'url.domain',
};

/** The short names of test/fixtures/lines/README.md as the fields they stand for. A null takes a field out again. */
export function expand(short: Flat): Flat {
  const flat: Flat = {};
  for (const [name, value] of Object.entries(short)) {
    if (name === 'ip') addSides(flat, 'ip', value, true);
    else if (name === 'port') addSides(flat, 'port', value, false);
    else if (name === 'sys') addSyslog(flat, value as SyslogParts);
    else if (name === 's') addStatus(flat, value as number, short);
    else if (name === 'ua') Object.assign(flat, flatten({ user_agent: AGENTS[value as string] ?? {} }));
    else if (name === 'path') addPath(flat, value as string, short);
    else if (name === 'q') flat['url.query'] = value;
    else if (name === 'orig') flat['url.original'] = value;
    else Object.assign(flat, flatten({ [SHORT[name] ?? name]: value }));
  }
  for (const name of Object.keys(flat)) if (flat[name] === null) delete flat[name];
  return flat;
}

/** Priority, version, host, program, process and message id; null where the header has none. */
type SyslogParts = [number, string | null, string, string, string | null, string | null];

const SEVERITIES = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'informational', 'debug'];
const FACILITIES: Readonly<Record<number, string>> = {
  0: 'kernel',
  1: 'user',
  4: 'security',
  16: 'local0',
  17: 'local1',
  23: 'local7',
};

function addSyslog(flat: Flat, [priority, version, hostname, appname, procid, msgid]: SyslogParts): void {
  const severity = priority & 7;
  const facility = priority >> 3;
  const parts = { priority, version, hostname, appname, procid, msgid };
  for (const [part, value] of Object.entries(parts)) flat[`log.syslog.${part}`] = value;
  flat['log.syslog.severity.code'] = severity;
  flat['log.syslog.severity.name'] = SEVERITIES[severity];
  flat['log.syslog.facility.code'] = facility;
  flat['log.syslog.facility.name'] = FACILITIES[facility];
}

function addSides(flat: Flat, name: string, value: unknown, withAddress: boolean): void {
  for (const side of ['source', 'client']) {
    flat[`${side}.${name}`] = value;
    if (withAddress) flat[`${side}.address`] = value;
  }
  if (withAddress && isIP(String(value)) === 0) throw new Error(`${String(value)} is no IP address`);
}

function addStatus(flat: Flat, status: number, short: Flat): void {
  flat['http.response.status_code'] = status;
  flat['event.outcome'] = short['event.outcome'] ?? (status >= 400 ? 'failure' : 'success');
}

function addPath(flat: Flat, path: string, short: Flat): void {
  flat['url.path'] = path;
  if (short['orig'] === undefined)
    flat['url.original'] = short['q'] === undefined ? path : `${path}?${String(short['q'])}`;
}

/** Nested objects as dotted names; arrays stay whole, an empty object is a value. */
export function flatten(object: object, prefix = ''): Flat {
  const flat: Flat = {};
  for (const [name, value] of Object.entries(object)) {
    const full = prefix + name;
    const isBranch = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isBranch && Object.keys(value as object).length > 0) Object.assign(flat, flatten(value as object, `${full}.`));
    else flat[full] = value;
  }
  return flat;
}
