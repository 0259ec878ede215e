import { addTag, child } from './document';
import { foldDotted } from './fold_dotted';
import { userAgent } from './http_fields';
import { hostOf, type Line } from './line';
import type { ShapeSettings } from './settings';
import { isObject, type JsonObject } from './shaped';
import { utc } from './times';

/** Datasets that a JSON event may name for itself; any other stays in `event.dataset` of a `rota.app` event. */
const OWN_DATASETS = new Set(['rota.app', 'rota.access', 'rota.sdk', 'rota.health', 'rota.pipeline']);

/** Deeper JSON is kept as a dead letter: no field of ours is, and Elasticsearch stops at 20. */
const DEEPEST = 20;

/** An SDK's event says what it is: an ECS version, or the identity that the contract asks for. */
export function isEcs(found: JsonObject): boolean {
  return (
    isObject(found['ecs']) ||
    found['ecs.version'] !== undefined ||
    (isObject(found['event']) && isObject(found['agent']))
  );
}

export function datasetOf(found: JsonObject): string {
  const stream = isObject(found['data_stream']) ? found['data_stream']['dataset'] : undefined;
  const event = isObject(found['event']) ? found['event']['dataset'] : undefined;
  for (const one of [stream, event]) if (typeof one === 'string' && OWN_DATASETS.has(one)) return one;
  return 'rota.app';
}

/** What is shaped already, by an SDK: the receipt is added, the agent split. */
export function ecsDocument(
  line: Line,
  doc: JsonObject,
  dataset: string,
  id: string,
  settings: ShapeSettings,
): JsonObject {
  const { header } = line;
  doc['@timestamp'] ??= utc(header.ts) ?? header.rcv;
  doc['data_stream'] = { type: 'logs', dataset, namespace: settings.namespace };
  const event = claim(doc, 'event');
  event['id'] = id;
  event['dataset'] ??= dataset;
  event['created'] ??= header.rcv;
  claim(doc, 'host')['name'] ??= hostOf(line);
  claim(doc, 'rota')['tier'] ??= 'webapp';
  if (line.source !== '' || doc['log'] !== undefined) {
    const log = claim(doc, 'log');
    delete log['source'];
    if (line.source !== '') log['source'] = { address: line.source };
  }
  const agent = doc['user_agent'];
  if (isObject(agent) && typeof agent['original'] === 'string' && agent['name'] === undefined) {
    doc['user_agent'] = { ...userAgent(agent['original']), ...agent };
  }
  if (!line.utf8) addTag(doc, 'not_utf8');
  return doc;
}

/** An event with each of its fields in one place; what would be a second value is kept as unknown. */
export function folded(found: JsonObject): JsonObject {
  const second = foldDotted(found);
  if (second) Object.assign(extrasOf(found), second);
  return found;
}

/** Some other program's JSON by syslog: its members are kept as they are, beside syslog's own. */
export function foreignDocument(doc: JsonObject, found: JsonObject): JsonObject {
  const text = found['message'] ?? found['msg'];
  if (typeof text === 'string') doc['message'] = text;
  child(doc, 'rota')['extra'] = found;
  return doc;
}

/** Our fields need an object there; what stood in its place is kept as unknown. */
function claim(doc: JsonObject, name: string): JsonObject {
  const there = doc[name];
  if (there !== undefined && there !== null && !isObject(there)) {
    delete doc[name];
    extrasOf(doc)[name] = there;
  }
  return child(doc, name);
}

/** `rota.extra`, where what has no field is kept, whatever the sender put there. */
function extrasOf(doc: JsonObject): JsonObject {
  const before = claim(doc, 'rota')['extra'];
  if (before !== undefined && before !== null && !isObject(before)) child(doc, 'rota')['extra'] = { extra: before };
  return child(child(doc, 'rota'), 'extra');
}

/** Without recursion: a message may hold ten thousand brackets. */
export function isTooDeep(text: Buffer): boolean {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < text.length; at++) {
    const byte = text[at];
    if (inText) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) inText = false;
    } else if (byte === 0x22) inText = true;
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > DEEPEST) return true;
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return false;
}
