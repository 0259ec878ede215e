import { splitGunicornAccess } from '../../formats/gunicorn/access';
import { splitGunicornError } from '../../formats/gunicorn/error';
import { splitHaproxy, splitUnnamedHaproxy } from '../../formats/haproxy/line';
import { splitNginxAccess } from '../../formats/nginx/access';
import { splitNginxError } from '../../formats/nginx/error';
import { combinedDocument } from './combined';
import { gunicornErrorDocument } from './gunicorn_error';
import { haproxyDocument, haproxyMessage } from './haproxy';
import type { Line } from './line';
import { nginxErrorDocument } from './nginx_error';
import type { ShapeSettings } from './settings';
import type { JsonObject } from './shaped';

/** What a reader makes of a line: undefined, it is of another form; null, it is of this form, but its time or status is none. */
type Read = JsonObject | null | undefined;

interface Format {
  dataset: string;
  /** Programs that write it, by the name in a syslog header. */
  programs: RegExp;
  read(line: Line, id: string, settings: ShapeSettings): Read;
  /** Its form where nothing but that says who wrote it; `read` where that is sure enough. */
  readUnnamed?: (line: Line, id: string, settings: ShapeSettings) => Read;
  /** Any other text of its programs. */
  text?: (line: Line, id: string, settings: ShapeSettings) => JsonObject;
}

export interface Found {
  dataset: string;
  doc: JsonObject;
}

/** In the order in which a line is tried whose sender does not say what it is: each is sure of what it takes. */
const FORMATS: readonly Format[] = [
  {
    dataset: 'haproxy.log',
    programs: /^haproxy/i,
    read: (line, id, settings) => {
      const parts = splitHaproxy(line.text);
      return parts && (haproxyDocument(line, parts, id, settings) ?? null);
    },
    readUnnamed: (line, id, settings) => {
      const parts = splitUnnamedHaproxy(line.text);
      return parts && haproxyDocument(line, parts, id, settings);
    },
    text: haproxyMessage,
  },
  {
    dataset: 'nginx.access',
    programs: /nginx/i,
    read: (line, id, settings) => {
      const parts = splitNginxAccess(line.text);
      return parts && (combinedDocument(line, parts, 'nginx.access', id, settings) ?? null);
    },
  },
  {
    dataset: 'nginx.error',
    programs: /nginx/i,
    read: (line, id, settings) => {
      const parts = splitNginxError(line.text);
      return parts && (nginxErrorDocument(line, parts, id, settings) ?? null);
    },
  },
  {
    dataset: 'gunicorn.access',
    programs: /gunicorn/i,
    read: (line, id, settings) => {
      const parts = splitGunicornAccess(line.text);
      return parts && (combinedDocument(line, parts, 'gunicorn.access', id, settings) ?? null);
    },
  },
  {
    dataset: 'gunicorn.error',
    programs: /gunicorn/i,
    read: (line, id, settings) => {
      const parts = splitGunicornError(line.text);
      return parts && (gunicornErrorDocument(line, parts, id, settings) ?? null);
    },
  },
];

/** Data sets of lines that an agent reads from files, each of its own format. */
export const LINE_DATASETS: ReadonlySet<string> = new Set(FORMATS.map(({ dataset }) => dataset));

/** A line of a file whose agent says what is in it. @returns undefined when it is none */
export function readAs(dataset: string, line: Line, id: string, settings: ShapeSettings): Read {
  const format = FORMATS.find((one) => one.dataset === dataset);
  const doc = format?.read(line, id, settings);
  return doc === undefined ? format?.text?.(line, id, settings) : doc;
}

/**
 * A line whose sender does not say what it is: by the program's name and the line's form. The whole line must have the form: text that only
 * quotes such a line is text. What a balancer writes is never a frontend's.
 */
export function readAny(line: Line, id: string, settings: ShapeSettings): Found | undefined {
  const own = FORMATS.filter(({ programs }) => programs.test(line.header.app));
  for (const { dataset, read, readUnnamed } of own.length > 0 ? own : FORMATS) {
    const doc = (own.length > 0 ? read : (readUnnamed ?? read))(line, id, settings);
    if (doc) return { dataset, doc };
  }
  const other = own.find(({ text }) => text);
  return other?.text && { dataset: other.dataset, doc: other.text(line, id, settings) };
}
