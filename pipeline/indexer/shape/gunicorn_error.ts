import { child, startDocument } from './document';
import { whole } from './http_fields';
import type { Line, Parsed } from './line';
import type { ShapeSettings } from './settings';
import type { JsonObject } from './shaped';
import { plainTime, zoneMinutes } from './times';

/** One event of gunicorn's error log, a traceback's lines with it. */
export function gunicornErrorDocument(line: Line, parsed: Parsed, id: string, settings: ShapeSettings) {
  const zone = zoneMinutes(parsed['zone'] ?? '');
  const timestamp = zone === undefined ? undefined : plainTime(parsed['date'] ?? '', parsed['time'] ?? '', zone);
  if (timestamp === undefined) return undefined;
  const doc = startDocument(line, { dataset: 'gunicorn.error', id, timestamp, tier: 'webapp' }, settings);
  const level = (parsed['level'] ?? '').trim().toLowerCase();
  const text = (parsed['message'] ?? '').replace(/\s+$/, '');
  const end = text.indexOf('\n');
  doc['message'] = end === -1 ? text : text.slice(0, end);
  child(doc, 'log')['level'] = level;
  const event = child(doc, 'event');
  event['kind'] = 'event';
  event['category'] = ['web'];
  event['type'] = [level === 'error' || level === 'critical' ? 'error' : 'info'];
  event['module'] = 'gunicorn';
  const pid = whole(parsed['pid']);
  if (pid !== undefined) doc['process'] = { pid };
  if (end !== -1) doc['error'] = errorFields(text.slice(end + 1));
  return doc;
}

/** Python's traceback: its last unindented line that reads `package.Error: message` names the error that got out. */
export function errorFields(trace: string): JsonObject {
  const error: JsonObject = { stack_trace: trace };
  const lines = trace.split('\n');
  for (let at = lines.length - 1; at >= 0; at--) {
    const found = /^([A-Za-z_][\w.]*)(?:: (.*))?$/.exec(lines[at] as string);
    const before = lines[at - 1];
    if (!found || before === undefined || !/^\s/.test(before)) continue;
    error['type'] = found[1] as string;
    const message = [found[2] ?? '', ...lines.slice(at + 1)].join('\n').trim();
    if (message !== '') error['message'] = message;
    break;
  }
  return error;
}
