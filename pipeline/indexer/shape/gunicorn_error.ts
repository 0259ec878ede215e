import type { Parts } from '../../formats/parts';
import { child, startDocument } from './document';
import { whole } from './http_fields';
import type { Line } from './line';
import type { ShapeSettings } from './settings';
import type { JsonObject } from './shaped';
import { plainTime, zoneMinutes } from './times';

/** One event of gunicorn's error log, a traceback's lines with it. */
export function gunicornErrorDocument(line: Line, parts: Parts, id: string, settings: ShapeSettings) {
  const zone = zoneMinutes(parts['zone'] ?? '');
  const timestamp = zone === undefined ? undefined : plainTime(parts['date'] ?? '', parts['time'] ?? '', zone);
  if (timestamp === undefined) return undefined;
  const doc = startDocument(line, { dataset: 'gunicorn.error', id, timestamp, tier: 'webapp' }, settings);
  const level = (parts['level'] ?? '').trim().toLowerCase();
  const text = (parts['message'] ?? '').replace(/\s+$/, '');
  const end = text.indexOf('\n');
  doc['message'] = end === -1 ? text : text.slice(0, end);
  child(doc, 'log')['level'] = level;
  const event = child(doc, 'event');
  event['kind'] = 'event';
  event['category'] = ['web'];
  event['type'] = [level === 'error' || level === 'critical' ? 'error' : 'info'];
  event['module'] = 'gunicorn';
  const pid = whole(parts['pid']);
  if (pid !== undefined) doc['process'] = { pid };
  if (end !== -1) doc['error'] = errorFields(text.slice(end + 1));
  return doc;
}

const TRACEBACK = 'Traceback (most recent call last):';
/** An exception group's lines have a margin. */
const GROUP = '  + Exception Group ';
const MARGIN = '  | ';

/**
 * Python's traceback: of the last one in the text (the error that got out), the first line behind its indented frames reads
 * `package.Error: message`; what follows, indented or not, belongs to the message.
 */
export function errorFields(trace: string): JsonObject {
  const error: JsonObject = { stack_trace: trace };
  const lines = trace.split('\n');
  const start = Math.max(lines.lastIndexOf(TRACEBACK), lines.lastIndexOf(GROUP + TRACEBACK));
  if (start === -1) return error;
  const margin = lines[start] === TRACEBACK ? '' : MARGIN;
  const isErrors = (line: string) => line.startsWith(margin) && /^\S/.test(line.slice(margin.length));
  const at = lines.findIndex((line, index) => index > start && isErrors(line));
  const found = /^([A-Za-z_][\w.<>]*)(?:: (.*))?$/.exec(lines[at]?.slice(margin.length) ?? '');
  if (!found) return error;
  error['type'] = found[1] as string;
  // The members of a group are in the stack trace.
  const more = margin === '' ? lines.slice(at + 1) : [];
  const message = [found[2] ?? '', ...more].join('\n').trim();
  if (message !== '') error['message'] = message;
  return error;
}
