import { ECS_VERSION } from '../../../common/ecs/version';
import { hostOf, type Line } from './line';
import { headerTime } from './line_time';
import type { ShapeSettings } from './settings';
import type { JsonObject } from './shaped';

/** What every format fills in, beside what it found itself. */
export interface Base {
  dataset: string;
  id: string;
  /** The line's own time, ISO 8601; undefined: the time in the syslog header. */
  timestamp: string | undefined;
  tier: string | undefined;
}

/** Starts a document: identity, times, host, who sent it, file. The format's own fields are added by the caller. */
export function startDocument(line: Line, base: Base, settings: ShapeSettings): JsonObject {
  const { header, agent } = line;
  const doc: JsonObject = {
    '@timestamp': base.timestamp ?? line.time ?? headerTime(line, settings) ?? header.rcv,
    ecs: { version: ECS_VERSION },
    data_stream: { type: 'logs', dataset: base.dataset, namespace: settings.namespace },
    event: { id: base.id, dataset: base.dataset, created: agent ? header.ts : header.rcv },
    host: { name: hostOf(line) },
  };
  if (base.tier !== undefined) doc['rota'] = { tier: base.tier };
  const log: JsonObject = {};
  if (line.source !== '') log['source'] = { address: line.source };
  if (agent?.['file']) {
    log['file'] = { path: agent['file'] };
    put(log, 'offset', fileOffset(agent));
  }
  if (Object.keys(log).length > 0) doc['log'] = log;
  return doc;
}

/** Whether an id that a sender gave can be the document's: three bytes a character, and Elasticsearch takes 512. */
export function isUsable(id: string): boolean {
  return id !== '' && id.length <= 170;
}

/** Where the line begins in its file, bytes. */
export function fileOffset(agent: Readonly<Record<string, string>>): number | undefined {
  const offset = Number(agent['offset']);
  return agent['offset'] && Number.isSafeInteger(offset) ? offset : undefined;
}

/** The object of that name inside `doc`, made when it is not there. */
export function child(doc: JsonObject, name: string): JsonObject {
  const found = doc[name];
  if (typeof found === 'object' && found !== null && !Array.isArray(found)) return found;
  const made: JsonObject = {};
  doc[name] = made;
  return made;
}

export function addTag(doc: JsonObject, tag: string): void {
  const tags = doc['tags'];
  if (Array.isArray(tags)) tags.push(tag);
  else doc['tags'] = typeof tags === 'string' ? [tags, tag] : [tag];
}

/** Adds what is there: an undefined value leaves no trace in the document. */
export function put(object: JsonObject, name: string, value: JsonObject[string] | undefined): void {
  if (value !== undefined) object[name] = value;
}
