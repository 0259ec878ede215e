import { isIP } from 'node:net';
import type { Parts } from '../../formats/parts';
import { child, put, startDocument } from './document';
import { addAuthority, addClient, given, requestLine, urlFields, whole } from './http_fields';
import type { Line } from './line';
import { localOffset } from './line_time';
import type { ShapeSettings } from './settings';
import type { JsonObject } from './shaped';
import { plainTime } from './times';

/** What nginx says about its upstreams, for pool events: the words of ngx_http_upstream.c → `event.action`. */
const ACTIONS: readonly [string, string | undefined][] = [
  // Only a warning that memory did not suffice.
  ['is buffered to a temporary file', undefined],
  ['upstream server temporarily disabled', 'upstream_disabled'],
  ['no live upstreams', 'no_live_upstreams'],
  ['upstream timed out', 'upstream_timeout'],
  ['while connecting to upstream', 'upstream_connect_failed'],
  ['while SSL handshaking to upstream', 'upstream_connect_failed'],
  ['while reading response header from upstream', 'upstream_read_failed'],
  ['while reading upstream', 'upstream_read_failed'],
  ['while sending request to upstream', 'upstream_send_failed'],
];

/** nginx's NGX_MAX_ERROR_STR is 2,048 bytes, its line feed among them. */
const MAX_ERROR_BYTES = 2_040;

/** One line of nginx's error log; undefined when its time is none. Its times are local, the zone is the agent's. */
export function nginxErrorDocument(line: Line, parts: Parts, id: string, settings: ShapeSettings) {
  const timestamp = plainTime(parts['date'] ?? '', parts['time'] ?? '', localOffset(line, settings));
  if (timestamp === undefined) return undefined;
  const doc = startDocument(line, { dataset: 'nginx.error', id, timestamp, tier: 'frontend' }, settings);
  const { message, context } = splitContext(parts['message'] ?? '', parts['context']?.trimEnd());
  doc['message'] = message;
  child(doc, 'log')['level'] = parts['level'] ?? '';
  const event = child(doc, 'event');
  event['kind'] = 'event';
  event['category'] = ['web'];
  event['type'] = ['error'];
  event['module'] = 'nginx';
  put(event, 'action', ACTIONS.find(([words]) => message.includes(words))?.[1]);
  const process: JsonObject = {};
  put(process, 'pid', whole(parts['pid']));
  const tid = whole(parts['tid']);
  if (tid !== undefined) process['thread'] = { id: tid };
  doc['process'] = process;
  addNginx(doc, parts, message);
  // A line that fills nginx's buffer may end in the middle of an address.
  const isCut = line.raw.length >= MAX_ERROR_BYTES && context !== undefined && !context.includes(', ');
  if (context !== undefined && !isCut) addContext(doc, context);
  return doc;
}

/** What nginx writes behind `, client: `: an address, the server's names without a quote, then the quoted members. */
const OWN_CONTEXT = /^(unix:|[0-9A-Fa-f.:]+)(, server: [^"]*)?(, request: "|, upstream: "|, host: "|$)/;

/**
 * A message may hold `, client: ` itself: FastCGI's stderr, a file's name that a visitor asked for. nginx's own stands outside
 * of quotes; where quotes do not tell, the first that has its form.
 */
function splitContext(message: string, context: string | undefined): { message: string; context: string | undefined } {
  if (context === undefined) return { message, context };
  const mark = ', client: ';
  const text = `${message}${mark}${context}`;
  let first: number | undefined;
  for (let at = message.length, from = 0, quotes = 0; at !== -1; from = at, at = text.indexOf(mark, at + 1)) {
    for (let here = from; here < at; here++) if (text[here] === '"') quotes++;
    if (!OWN_CONTEXT.test(text.slice(at + mark.length))) continue;
    first ??= at;
    if (quotes % 2 === 0) return split(at);
  }
  return first === undefined ? { message, context } : split(first);

  function split(at: number) {
    return { message: text.slice(0, at), context: text.slice(at + mark.length) };
  }
}

function addNginx(doc: JsonObject, parts: Parts, message: string): void {
  const error: JsonObject = {};
  put(error, 'connection_id', whole(parts['connection']));
  // `connect() failed (111: Connection refused)`: the system's error number.
  put(error, 'errno', whole(/\((\d{1,5}): [^)]*\)/.exec(message)?.[1]));
  if (Object.keys(error).length > 0) doc['nginx'] = { error };
}

/**
 * `<client>, server: …, request: "…", subrequest: "…", upstream: "…", host: "…", referrer: "…"`, in this order. nginx cuts a line at 2,048
 * bytes: the last quote may be missing then, and what is there counts as far as it goes.
 */
export function readContext(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  let rest = text.endsWith('"') || !/: "/.test(text) ? text : `${text}"`;
  // From the end: a request may hold anything, even `, host: "`; what stands last was written last.
  for (const name of ['referrer', 'host', 'upstream', 'subrequest', 'request']) {
    const mark = `, ${name}: "`;
    const at = name === 'request' ? rest.indexOf(mark) : rest.lastIndexOf(mark);
    if (at === -1 || !rest.endsWith('"')) continue;
    found[name] = rest.slice(at + mark.length, -1);
    rest = rest.slice(0, at);
  }
  const server = rest.indexOf(', server: ');
  found['client'] = (server === -1 ? rest : rest.slice(0, server)).split(', ', 1)[0] as string;
  if (server !== -1) found['server'] = rest.slice(server + ', server: '.length).split(', ', 1)[0] as string;
  return found;
}

function addContext(doc: JsonObject, text: string): void {
  const context = readContext(text);
  const client = context['client'];
  addClient(doc, client !== undefined && isIP(client) !== 0 ? client : given(client?.split(' ')[0]), undefined);
  const domain = given(context['host']);
  const request = context['request'] === undefined ? {} : requestLine(context['request']);
  if (request.target !== undefined) doc['url'] = urlFields(request.target, request.method, domain);
  else if (domain !== undefined) addAuthority(child(doc, 'url'), domain);
  const fields: JsonObject = {};
  put(fields, 'method', request.method);
  put(fields, 'referrer', given(context['referrer']));
  if (Object.keys(fields).length > 0) doc['http'] = { request: fields };
  if (request.version !== undefined) child(doc, 'http')['version'] = request.version;
  put(child(doc, 'rota'), 'request_line', request.malformed);
  const server = given(context['server']);
  if (server !== undefined && server !== '_') doc['server'] = { domain: server };
  if (context['upstream'] !== undefined) addUpstream(doc, context['upstream']);
}

/** `http://127.0.0.1:8021/path`, `fastcgi://unix:/run/app.sock:`; without a live server the upstream's name. */
function addUpstream(doc: JsonObject, upstream: string): void {
  const found = /^[a-z]+:\/\/(unix:[^:]+|\[[^\]]+\](?::\d+)?|[^/]+)/.exec(upstream);
  const address = found?.[1];
  if (address === undefined) return;
  const rota = child(doc, 'rota');
  if (address.startsWith('unix:') || /:\d{1,5}$/.test(address)) rota['upstream'] = { address };
  else rota['pool'] = address;
}
