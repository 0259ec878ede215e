import type { Asked, Format, LineDataset, Program, Reading } from '../../formats/program';
import { PROGRAMS } from '../../formats/registry';
import type { Written } from './access_document';
import { combinedDocument } from './combined';
import { haproxyDocument } from './haproxy';
import type { Line } from './line';
import { nginxErrorDocument } from './nginx_error';
import { pythonErrorDocument } from './python_error';
import type { ShapeSettings } from './settings';
import type { JsonObject } from './shaped';
import { eventDocument, valuesDocument } from './values_document';

interface Entry {
  program: Program;
  format: Format;
}

const ENTRIES: readonly Entry[] = PROGRAMS.flatMap((program) => program.formats.map((format) => ({ program, format })));

/** Data sets of lines that an agent reads from files, each of its own format. */
export const LINE_DATASETS: ReadonlySet<string> = new Set(ENTRIES.map(({ format }) => format.dataset));

const BY_DATASET: ReadonlyMap<string, readonly Entry[]> = new Map(
  [...LINE_DATASETS].map((dataset) => [
    dataset,
    ENTRIES.filter(({ format }) => format.dataset === dataset || format.alsoIn?.includes(dataset as LineDataset)),
  ]),
);

/** The module of a line whose form several programs have. */
const MODULES: Readonly<Record<LineDataset, string>> = {
  'haproxy.log': 'haproxy',
  'nginx.access': 'nginx',
  'nginx.error': 'nginx',
  'gunicorn.access': 'gunicorn',
  'gunicorn.error': 'gunicorn',
};

export interface Found {
  dataset: string;
  doc: JsonObject;
}

/** A line, or the JSON object that it is. */
type Text = string | JsonObject;

/**
 * A line of a file whose agent says what is in it. A container's file holds all that its program writes: other lines of the tier as well.
 * @returns undefined when it is none; null when it is of that form, but its time or status is none
 */
export function readFile(
  dataset: string,
  line: Line,
  text: Text,
  id: string,
  settings: ShapeSettings,
): Found | null | undefined {
  const asked = { app: line.header.app, dataset };
  const entries = BY_DATASET.get(dataset) ?? [];
  const read = readBy(entries, line, text, { by: 'file', ...asked }, id, settings);
  if (read || line.time === undefined) return read;
  const tier = entries.find(({ format }) => format.dataset === dataset)?.program.tier;
  const beside = ENTRIES.filter(({ program, format }) => program.tier === tier && format.dataset !== dataset);
  return readBy(beside, line, text, { by: 'form', ...asked }, id, settings) ?? read;
}

/**
 * A line whose sender does not say what it is: by the program's name and the line's form. The whole line must have the form: text that only
 * quotes such a line is text. What a balancer writes is never a frontend's; another program may be set to write as its neighbours do.
 */
export function readAny(line: Line, text: Text, id: string, settings: ShapeSettings): Found | undefined {
  const app = line.program ?? line.header.app;
  const asked = { app, dataset: undefined };
  const own = entriesOf(app);
  if (own.length === 0) return readBy(ENTRIES, line, text, { by: 'form', ...asked }, id, settings) ?? undefined;
  const read = readBy(own, line, text, { by: 'name', ...asked }, id, settings);
  const tiers = new Set(own.map(({ program }) => program.tier));
  if (read || tiers.has('lb')) return read ?? undefined;
  const beside = ENTRIES.filter((one) => tiers.has(one.program.tier) && !own.includes(one));
  return readBy(beside, line, text, { by: 'form', ...asked }, id, settings) ?? undefined;
}

function readBy(
  entries: readonly Entry[],
  line: Line,
  text: Text,
  asked: Asked,
  id: string,
  settings: ShapeSettings,
): Found | null | undefined {
  let isSpoilt = false;
  for (const { program, format } of entries) {
    const reading = typeof text === 'string' ? format.read?.(text, asked) : format.readJson?.(text, asked);
    if (!reading) continue;
    const { dataset } = format;
    const module = format.own || asked.by === 'name' ? program.name : MODULES[dataset];
    const doc = documentBy(reading, line, { dataset, module, tier: program.tier }, id, settings);
    if (doc) return { dataset, doc };
    isSpoilt = true;
  }
  return isSpoilt ? null : undefined;
}

function documentBy(reading: Reading, line: Line, written: Written, id: string, settings: ShapeSettings) {
  switch (reading.form) {
    case 'combined': {
      const doc = combinedDocument(line, reading.parts, written, id, settings);
      if (doc && reading.pid !== undefined) doc['process'] ??= { pid: reading.pid };
      return doc;
    }
    case 'values':
      return valuesDocument(line, written, reading.found, id, settings);
    case 'event':
      return eventDocument(line, written, reading.found, id, settings);
    case 'haproxy':
      return haproxyDocument(line, reading.line, id, settings);
    case 'nginx_error':
      return nginxErrorDocument(line, reading.parts, id, settings);
    case 'python_error':
      return pythonErrorDocument(line, written, reading.parts, id, settings);
  }
}

const MOST_APPS = 1000;
const byApp = new Map<string, readonly Entry[]>();

/** The formats of the programs that have this name. */
function entriesOf(app: string): readonly Entry[] {
  const known = byApp.get(app);
  if (known) return known;
  const found = ENTRIES.filter(({ program }) => program.names.test(app));
  if (byApp.size >= MOST_APPS) byApp.clear();
  byApp.set(app, found);
  return found;
}

const BEGINNINGS: readonly RegExp[] = ENTRIES.flatMap(({ program, format }) =>
  program.tier === 'webapp' && format.begins ? format.begins : [],
);

/** Whether a line begins an event of a webapp's error log, whose events may have several lines. */
export function beginsEvent(line: string): boolean {
  return BEGINNINGS.some((one) => one.test(line));
}

/** Whether a program of that name writes a webapp's error log. */
export function isWebapp(app: string): boolean {
  return entriesOf(app).some(({ program }) => program.tier === 'webapp');
}
