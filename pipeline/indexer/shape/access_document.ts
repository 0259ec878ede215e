import type { Tier } from '../../formats/program';
import { addTag, child, put, startDocument } from './document';
import { hopAddress } from './forwarded';
import { isHealthCheck } from './health_check';
import { addClient, outcome, type RequestLine, urlFields, userAgent } from './http_fields';
import type { Line } from './line';
import type { ShapeSettings } from './settings';
import type { JsonObject } from './shaped';

/** Whose line it is. */
export interface Written {
  dataset: string;
  module: string;
  tier: Tier;
}

/** What an access line says, whichever server wrote it. Undefined is "not said". */
export interface Access extends Written {
  id: string;
  timestamp: string | undefined;
  client: string | undefined;
  clientPort?: number;
  /** Who connected, before forwarding headers were read; the client's address when not known apart. */
  peer?: string;
  forwardedFor?: string;
  user: string | undefined;
  request: RequestLine;
  status: number | undefined;
  bodyBytes: number | undefined;
  referrer: string | undefined;
  agent: string | undefined;
  /** The format has no place for the agent (HAProxy's own): that there is none says nothing then. */
  agentNotLogged?: boolean;
  domain?: string;
  scheme?: string;
  durationNs?: number;
  requestId?: string;
  pid?: number;
}

/** ECS of one HTTP request: `http`, `url`, `source`, `client`, `user_agent`, `event`, the probe's tag. */
export function accessDocument(line: Line, access: Access, settings: ShapeSettings): JsonObject {
  const doc = startDocument(line, access, settings);
  const { request, status } = access;
  const event = child(doc, 'event');
  event['kind'] = 'event';
  event['category'] = ['web'];
  event['type'] = ['access'];
  event['module'] = access.module;
  event['outcome'] = outcome(status);
  put(event, 'duration', access.durationNs);
  addClient(doc, access.client, access.clientPort);
  if (access.user !== undefined) doc['user'] = { name: access.user };
  const http = httpFields(access);
  if (Object.keys(http).length > 0) doc['http'] = http;
  if (request.target !== undefined) doc['url'] = urlFields(request.target, request.method, access.domain);
  else if (access.domain !== undefined) doc['url'] = { domain: access.domain };
  if (access.scheme !== undefined && doc['url'] !== undefined) child(doc, 'url')['scheme'] ??= access.scheme;
  if (request.malformed !== undefined) {
    child(doc, 'rota')['request_line'] = request.malformed;
    addTag(doc, 'malformed_request');
  }
  if (access.agent !== undefined) doc['user_agent'] = userAgent(access.agent);
  if (access.pid !== undefined) doc['process'] = { pid: access.pid };
  const path = doc['url'] === undefined ? undefined : child(doc, 'url')['path'];
  if (isProbe(access, typeof path === 'string' ? path : undefined, settings)) addTag(doc, 'health_check');
  return doc;
}

export function httpFields({ request, requestId, referrer, status, bodyBytes }: Access): JsonObject {
  const requestFields: JsonObject = {};
  put(requestFields, 'id', requestId);
  put(requestFields, 'method', request.method);
  put(requestFields, 'referrer', referrer);
  const response: JsonObject = {};
  put(response, 'status_code', status);
  if (bodyBytes !== undefined) response['body'] = { bytes: bodyBytes };
  const fields: JsonObject = {};
  if (Object.keys(requestFields).length > 0) fields['request'] = requestFields;
  if (Object.keys(response).length > 0) fields['response'] = response;
  put(fields, 'version', request.version);
  return fields;
}

/**
 * Who asked. A frontend passes probes on to its webapps and adds the address that it saw, the balancer's; a visitor's request brings one
 * more. What stands before the last entry of the list, and what a frontend did not believe, anyone may have written.
 */
function asker({ tier, client, peer = client, forwardedFor }: Access): {
  address: string | undefined;
  forwarded: boolean;
} {
  const hops = forwardedFor === undefined ? [] : forwardedFor.split(',');
  if (tier === 'webapp')
    return { address: hops.length > 0 ? hopAddress(hops.at(-1) as string) : peer, forwarded: hops.length > 1 };
  const forwarded = hops.length > 0;
  return { address: !forwarded ? peer : client === peer ? undefined : client, forwarded };
}

export function isProbe(access: Access, path: string | undefined, settings: ShapeSettings): boolean {
  if (access.agentNotLogged) return false;
  return isHealthCheck(
    {
      method: access.request.method,
      path,
      agent: access.agent,
      ...asker(access),
    },
    settings.health,
    settings.senders && ((address) => settings.senders?.isBalancer(address) === true),
  );
}
