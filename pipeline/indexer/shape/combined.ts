import { type Access, accessDocument } from './access_document';
import { addAttempts } from './attempts';
import { child, put } from './document';
import { unescapeNginx } from './escapes';
import { type Extras, readExtras } from './extras';
import { forwardedIp } from './forwarded';
import { given, requestLine, traceId, whole } from './http_fields';
import type { Line, Parsed } from './line';
import type { ShapeSettings } from './settings';
import type { JsonObject } from './shaped';
import { clfTime } from './times';

/** An access line of nginx (`combined`) or gunicorn (its default format), with whatever stands before and behind. */
export function combinedDocument(line: Line, parsed: Parsed, dataset: string, id: string, settings: ShapeSettings) {
  const found = readCombined(parsed, dataset, id);
  if (!found) return undefined;
  const doc = accessDocument(line, found.access, settings);
  addExtras(doc, found.extras);
  return doc;
}

/** @returns undefined when it is none after all (its time is no time, its status no status): then the raw line counts */
export function readCombined(
  parsed: Parsed,
  dataset: string,
  id: string,
): { access: Access; extras: Extras } | undefined {
  const timestamp = clfTime(parsed['time'] ?? '');
  const status = whole(parsed['status']);
  if (timestamp === undefined || status === undefined || status > 999) return undefined;
  const isGunicorn = dataset === 'gunicorn.access';
  const text = (value: string | undefined) => {
    const there = given(value);
    if (there === undefined) return undefined;
    return isGunicorn ? quotesBack(there) : unescapeNginx(there);
  };
  const extras =
    parsed['extra'] === undefined
      ? NOTHING
      : readExtras(isGunicorn ? quotesBack(parsed['extra']) : parsed['extra'], isGunicorn);
  const requestText = parsed['request'] ?? '';
  const request = requestLine(isGunicorn ? quotesBack(requestText) : requestText);
  if (request.target !== undefined && !isGunicorn) request.target = unescapeNginx(request.target);
  const bodyBytes = whole(parsed['bytes']);
  const access: Access = {
    dataset,
    module: isGunicorn ? 'gunicorn' : 'nginx',
    tier: isGunicorn ? 'webapp' : 'frontend',
    id,
    timestamp,
    client: given(parsed['addr']),
    forwardedFor: extras.forwardedFor,
    user: text(parsed['user']),
    request,
    // nginx logs 000 when no answer was begun.
    status: status === 0 ? undefined : status,
    bodyBytes,
    referrer: text(parsed['referer']),
    agent: text(parsed['agent']),
    domain: given(parsed['host']) ?? extras.domain,
    durationNs: extras.durationNs,
    requestId: extras.requestId,
    pid: extras.pid,
  };
  return { access, extras };
}

const ACCESS_LINE =
  /^(?:(?<host>\S+) )?(?<addr>\S*) - (?<user>[^"]+?) \[(?<time>\d\d\/[^\]]+)\] "(?<request>[^"]*)" (?<status>\S+) (?<bytes>\S+) "(?<referer>[^"]*)" "(?<agent>[^"]*)"(?:\s*| (?<extra>.*))$/s;

/**
 * An access line whose user has ` [` in the name: whoever may choose the name must not thereby hide the request. No type of
 * liblognorm's reads on when its first end was not the last.
 * @returns undefined when it is no such line
 */
export function oddUserDocument(line: Line, dataset: string, id: string, settings: ShapeSettings) {
  const found = ACCESS_LINE.exec(line.text.replaceAll('\\"', '\u0001'))?.groups;
  return found && combinedDocument(line, found as Parsed, dataset, id, settings);
}

const NOTHING: Extras = { upstreams: {} };

/** parse.conf puts \001 in the place of gunicorn's \" so that liblognorm sees where a field ends. */
function quotesBack(text: string): string {
  return text.includes('\u0001') ? text.replaceAll('\u0001', '"') : text;
}

function addExtras(doc: JsonObject, extras: Extras): void {
  addAttempts(doc, extras.upstreams);
  const forwarded = forwardedIp(extras.forwardedFor);
  if (forwarded !== undefined) doc['network'] = { forwarded_ip: forwarded };
  const trace = traceId(extras.traceparent);
  if (trace !== undefined) doc['trace'] = { id: trace };
  addService(doc, extras);
  if (extras.unknown !== undefined || extras.named !== undefined) {
    const extra: JsonObject = { ...extras.named };
    if (extras.unknown !== undefined) extra['access'] = extras.unknown;
    child(doc, 'rota')['extra'] = extra;
  }
}

/** Who answered, of a format that says so (stack/webapps/django): the address that frontends know it by, and what runs. */
function addService(doc: JsonObject, extras: Extras): void {
  const found = /^(.+):(\d{1,5})$/.exec(extras.server ?? '');
  if (found) doc['server'] = { address: found[1] as string, port: Number(found[2]) };
  const service: JsonObject = {};
  put(service, 'name', extras.service);
  put(service, 'version', extras.serviceVersion);
  put(service, 'environment', extras.environment);
  if (Object.keys(service).length > 0) doc['service'] = service;
}
