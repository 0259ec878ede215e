import { splitGunicornAccess } from '../../formats/gunicorn/access';
import { splitGunicornError, splitUndated } from '../../formats/gunicorn/error';
import { splitUvicornAccess } from '../../formats/gunicorn/uvicorn';
import { splitHaproxy, splitUnnamedHaproxy } from '../../formats/haproxy/line';
import { splitCommonAccess, splitNginxAccess } from '../../formats/nginx/access';
import { splitNginxError } from '../../formats/nginx/error';
import { combinedDocument, uvicornDocument } from './combined';
import { gunicornErrorDocument } from './gunicorn_error';
import { haproxyDocument } from './haproxy';
import type { Line } from './line';
import { nginxErrorDocument } from './nginx_error';
import type { ShapeSettings } from './settings';
import type { JsonObject } from './shaped';

/** What a reader makes of a line: undefined, it is of another form; null, it is of this form, but its time or status is none. */
type Read = JsonObject | null | undefined;

interface Format {
  dataset: string;
  /** Programs that write it, by the name in a syslog header: containers and pods have more around it. */
  programs: RegExp;
  read(line: Line, id: string, settings: ShapeSettings): Read;
  /** Its form where nothing but that says who wrote it; `read` where that is sure enough. */
  readUnnamed?: (line: Line, id: string, settings: ShapeSettings) => Read;
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
    // Whatever a balancer writes is a balancer's.
    read: (line, id, settings) => haproxyDocument(line, splitHaproxy(line.text), id, settings),
    readUnnamed: (line, id, settings) => {
      const found = splitUnnamedHaproxy(line.text);
      return found && haproxyDocument(line, found, id, settings);
    },
  },
  {
    dataset: 'nginx.access',
    programs: /nginx|apache|httpd/i,
    read: (line, id, settings) => {
      // nginx escapes a quote otherwise than Apache, which writes the same format: a line that is not nginx's may be Apache's.
      const { text } = line;
      const parts = splitNginxAccess(text) ?? splitGunicornAccess(text) ?? splitCommonAccess(text);
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
    programs: /gunicorn|uvicorn/i,
    read: (line, id, settings) => {
      const { line: inner, pid } = withoutPid(line);
      const parts = splitGunicornAccess(inner.text);
      const doc = parts
        ? (combinedDocument(inner, parts, 'gunicorn.access', id, settings) ?? null)
        : readUvicorn(inner, id, settings);
      if (doc && pid !== undefined) doc['process'] ??= { pid };
      return doc;
    },
    readUnnamed: readUvicorn,
  },
  {
    dataset: 'gunicorn.error',
    programs: /gunicorn|uvicorn/i,
    read: (line, id, settings) => {
      const known = splitGunicornError(line.text);
      const parts = known ?? (isErrorLog(line) ? splitUndated(line.text) : undefined);
      return parts && (gunicornErrorDocument(line, parts, id, settings) ?? null);
    },
    readUnnamed: (line, id, settings) => {
      const parts = splitGunicornError(line.text);
      return parts && gunicornErrorDocument(line, parts, id, settings);
    },
  },
];

/** gunicorn's `--log-syslog` writes `[pid] ` before each text. */
function withoutPid(line: Line): { line: Line; pid: number | undefined } {
  const [head, pid] = /^\[(\d{1,10})\] (?!\[)/.exec(line.text) ?? [];
  if (head === undefined) return { line, pid: undefined };
  return { line: { ...line, text: line.text.slice(head.length) }, pid: Number(pid) };
}

/** uvicorn's access line, perhaps behind gunicorn's own date, process and level. */
function readUvicorn(line: Line, id: string, settings: ShapeSettings): Read {
  const own = splitGunicornError(line.text);
  const parts = splitUvicornAccess(own?.['message'] ?? line.text);
  return parts && (uvicornDocument(line, { ...own, ...parts }, id, settings) ?? null);
}

function isErrorLog({ agent, header }: Line): boolean {
  return agent?.['file'] ? agent['dataset'] === 'gunicorn.error' : /^gunicorn\..*error$/i.test(header.app);
}

/** Data sets of lines that an agent reads from files, each of its own format. */
export const LINE_DATASETS: ReadonlySet<string> = new Set(FORMATS.map(({ dataset }) => dataset));

/** A line of a file whose agent says what is in it. @returns undefined when it is none */
export function readAs(dataset: string, line: Line, id: string, settings: ShapeSettings): Found | null | undefined {
  const access = dataset === 'gunicorn.error' ? readUvicorn(line, id, settings) : undefined;
  if (access) return { dataset: 'gunicorn.access', doc: access };
  const doc = FORMATS.find((one) => one.dataset === dataset)?.read(line, id, settings);
  return doc && { dataset, doc };
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
  return undefined;
}
