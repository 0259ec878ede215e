import type { Parts } from '../../formats/parts';
import type { Written } from './access_document';
import { child, startDocument } from './document';
import { whole } from './http_fields';
import type { Line } from './line';
import { localOffset } from './line_time';
import type { ShapeSettings } from './settings';
import type { JsonObject } from './shaped';
import { addLevel } from './syslog';
import { plainTime, zoneMinutes } from './times';

/** One event of a Python program's error log, a traceback's lines with it; without a date its time is that of its receipt. */
export function pythonErrorDocument(
  line: Line,
  { module }: Written,
  parts: Parts,
  id: string,
  settings: ShapeSettings,
) {
  const timestamp = timeOf(line, parts, settings);
  if (timestamp === null) return undefined;
  const doc = startDocument(line, { dataset: 'gunicorn.error', id, timestamp, tier: 'webapp' }, settings);
  const text = (parts['message'] ?? '').trimEnd();
  // A traceback that nothing stands before is its own message.
  const end = text.startsWith(TRACEBACK) ? 0 : text.indexOf('\n');
  doc['message'] = end <= 0 ? text : text.slice(0, end);
  const error = end === -1 ? undefined : errorFields(text.slice(end === 0 ? 0 : end + 1));
  if (end === 0) doc['message'] = typeof error?.['type'] === 'string' ? lastWords(error) : text;
  const level = parts['level']?.trim().toLowerCase() ?? (error?.['type'] === undefined ? undefined : 'error');
  if (level !== undefined) child(doc, 'log')['level'] = level;
  else if (!line.agent?.['file']) addLevel(doc, line);
  if (parts['logger'] !== undefined) child(doc, 'log')['logger'] = parts['logger'];
  const event = child(doc, 'event');
  event['kind'] = 'event';
  event['category'] = ['web'];
  event['type'] = [level === 'error' || level === 'critical' ? 'error' : 'info'];
  event['module'] = module;
  const pid = whole(parts['pid']);
  if (pid !== undefined) doc['process'] = { pid };
  if (error !== undefined) doc['error'] = error;
  return doc;
}

/** @returns undefined: the receipt's; null: it is none */
function timeOf(line: Line, { date, time, zone }: Parts, settings: ShapeSettings): string | undefined | null {
  if (date === undefined || time === undefined) return undefined;
  const offset = zone === undefined ? localOffset(line, settings) : zoneMinutes(zone);
  return (offset === undefined ? undefined : plainTime(date, time, offset)) ?? null;
}

function lastWords({ type, message }: JsonObject): string {
  return message === undefined ? String(type) : `${type}: ${message}`;
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
