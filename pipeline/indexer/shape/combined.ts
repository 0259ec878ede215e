import { unescapeNginx } from '../../formats/nginx/escapes';
import type { AccessParts } from '../../formats/parts';
import { type Access, accessDocument, type Written } from './access_document';
import { addAttempts } from './attempts';
import { child, put } from './document';
import { type Extras, readExtras } from './extras';
import { forwardedIp } from './forwarded';
import { given, requestLine, traceId, whole } from './http_fields';
import type { Line } from './line';
import type { ShapeSettings } from './settings';
import type { JsonObject } from './shaped';
import { clfTime } from './times';

/** An access line of the `combined` kind, with whatever stands before and behind. */
export function combinedDocument(
  line: Line,
  parts: AccessParts,
  written: Written,
  id: string,
  settings: ShapeSettings,
) {
  const found = readCombined(parts, written, id);
  if (!found) return undefined;
  const doc = accessDocument(line, found.access, settings);
  addExtras(doc, found.extras);
  return doc;
}

/** @returns undefined when it is none after all (its time is no time, its status no status): then the raw line counts */
export function readCombined(
  parts: AccessParts,
  written: Written,
  id: string,
): { access: Access; extras: Extras } | undefined {
  const timestamp = clfTime(parts.time);
  const status = whole(parts.status);
  if (timestamp === undefined || status === undefined || status > 999) return undefined;
  const text = (value: string | undefined) => {
    const there = given(value);
    return there === undefined || parts.undone ? there : unescapeNginx(there);
  };
  const extras = parts.extra === undefined ? NOTHING : readExtras(parts.extra, written.tier === 'webapp');
  const request = requestLine(parts.request);
  if (request.target !== undefined && !parts.undone) request.target = unescapeNginx(request.target);
  const bodyBytes = whole(parts.bytes);
  const access: Access = {
    // Named one by one: of an object that is spread, V8 makes a slow one.
    dataset: written.dataset,
    module: written.module,
    tier: written.tier,
    id,
    timestamp,
    client: given(parts.addr),
    forwardedFor: extras.forwardedFor,
    user: text(parts.user),
    request,
    // nginx logs 000 when no answer was begun.
    status: status === 0 ? undefined : status,
    bodyBytes,
    referrer: text(parts.referer),
    agent: text(parts.agent),
    domain: given(parts.host) ?? extras.domain,
    durationNs: extras.durationNs,
    requestId: extras.requestId,
    pid: extras.pid,
  };
  if (parts.common) access.agentNotLogged = true;
  return { access, extras };
}

const NOTHING: Extras = { upstreams: {} };

function addExtras(doc: JsonObject, extras: Extras): void {
  if (extras.pool !== undefined) child(doc, 'rota')['pool'] = extras.pool;
  if (extras.requestBytes !== undefined) child(child(doc, 'http'), 'request')['bytes'] = extras.requestBytes;
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
