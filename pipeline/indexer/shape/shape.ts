import { type Declared, declaredFor, namedFor } from '../../formats/declared/formats_file';
import type { DeclaredValues } from '../../formats/declared/values';
import { pythonEvents } from '../../formats/gunicorn/events';
import { withoutPid } from '../../formats/gunicorn/program';
import { type Unwrapped, unwrapCri, unwrapDocker } from '../../formats/wrapper';
import { accessText } from './access_text';
import { anonymize, maskBytes } from './anonymize';
import { believed, refusalOfLine } from './believed';
import { child, isUsable } from './document';
import { beginsEvent, isWebapp, LINE_DATASETS, readAny, readFile } from './formats';
import { datasetOf, ecsDocument, folded, foreignDocument, isEcs, isTooDeep } from './json_document';
import { hostOf, type Line, messageText, readLine } from './line';
import { ResendMemory } from './resend';
import { isRotaNginx, rotaNginxDocument, rotaNginxId } from './rota_nginx';
import type { ShapeSettings } from './settings';
import {
  isObject,
  type Json,
  type JsonObject,
  type Shaped,
  type ShapedDeadLetter,
  type ShapedDocument,
  type ShapedText,
} from './shaped';
import { statsDocument } from './stats';
import { addSyslog, syslogDocument } from './syslog';
import { utc } from './times';
import { valuesDocument } from './values_document';

/** A shaper for lines as they come: the short way where it is open, and a memory of what may be a resend. */
export function createShape(settings: ShapeSettings): (line: Buffer) => Shaped | ShapedText {
  const memory = new ResendMemory();
  return (bytes) => {
    const now = Date.now();
    const line = readSafely(bytes, settings, now);
    if ('kind' in line) return line;
    const text = accessText(line, settings);
    if (!text || refusalOfLine(line, text.dataset, settings, now)) return shapeRead(line, settings, memory, now);
    text.mayBeResend = isLate(text.times[0], settings, now) || repeats(line, undefined, memory, now);
    return text;
  };
}

/** What a line's bytes may show by the same settings. */
export function createAnonymize(settings: ShapeSettings): (line: Buffer) => Buffer {
  return settings.anonymize === 'off' ? (line) => line : maskBytes;
}

/**
 * Turns one line from rsyslog (pipeline/rsyslog/message.conf says its form) into a document or a dead letter. Never throws.
 * @param now milliseconds since 1970, for what is late
 */
export function shape(bytes: Buffer, settings: ShapeSettings, memory = new ResendMemory(), now = Date.now()): Shaped {
  const line = readSafely(bytes, settings, now);
  return 'kind' in line ? line : shapeRead(line, settings, memory, now);
}

function readSafely(bytes: Buffer, settings: ShapeSettings, now: number): Line | ShapedDeadLetter {
  try {
    return readLine(bytes);
  } catch (error) {
    const received = new Date(now).toISOString();
    const reason = `rsyslog's line is not of the form it should have: ${(error as Error).message}`;
    const raw = settings.anonymize === 'off' ? bytes : maskBytes(bytes);
    return {
      kind: 'dead_letter',
      code: 'not_parsed',
      reason,
      input: 'omprog',
      raw,
      id: '',
      mayBeResend: false,
      received,
    };
  }
}

/** A line, or the first of the events in it, with the others behind. */
function shapeRead(line: Line, settings: ShapeSettings, memory: ResendMemory, now: number): Shaped {
  const [first, ...others] = eventsOf(line);
  const shaped = shapeOne(first as Line, settings, memory, now);
  if (others.length > 0) shaped.more = others.map((one) => shapeOne(one, settings, memory, now));
  return shaped;
}

/** Python's error logs: a message may hold several events. Each has an id of its own, the same when the message comes again. */
function eventsOf(line: Line): Line[] {
  if (!line.text.includes('\n')) return [line];
  if (fileDataset(line) !== 'gunicorn.error' && !isWebapp(line.header.app)) return [line];
  const texts = pythonEvents(line.text, beginsEvent);
  if (texts.length === 1) return [line];
  const id = line.agent?.['id'] || line.header.id;
  return texts.map((text, n) => ({
    ...line,
    raw: Buffer.from(text, line.utf8 ? 'utf8' : 'latin1'),
    text,
    ...(n === 0
      ? {}
      : { header: { ...line.header, id: `${id}.${n}` }, agent: line.agent && { ...line.agent, id: `${id}.${n}` } }),
  }));
}

function shapeOne(line: Line, settings: ShapeSettings, memory: ResendMemory, now: number): Shaped {
  try {
    const shaped = believed(line, shapeLine(line, settings), settings, now);
    if (shaped.kind === 'document') {
      addSyslog(shaped.doc, line, shaped.dataset);
      if (!line.utf8 && !shaped.doc['tags']) shaped.doc['tags'] = ['not_utf8'];
    }
    if (line.raw.length > settings.maxMessageBytes) {
      if (shaped.kind === 'document') child(shaped.doc, 'rota')['truncated'] = true;
      else shaped.truncated = true;
    }
    if (settings.anonymize !== 'off') anonymize(shaped);
    const time = shaped.kind === 'document' ? shaped.doc['@timestamp'] : shaped.received;
    shaped.mayBeResend = isLate(time, settings, now) || repeats(line, shaped, memory, now);
    return shaped;
  } catch (error) {
    const letter = deadLetter(line, `the shaper failed: ${(error as Error).message}`);
    if (settings.anonymize !== 'off') anonymize(letter);
    return letter;
  }
}

function shapeLine(given: Line, settings: ShapeSettings): Shaped {
  const line = withProgram(given, settings);
  const { header, agent, raw } = line;
  const id = agent?.['id'] || header.id;
  if (raw.length === 0) return deadLetter(line, 'empty message');
  const declared = fromDeclared(line, id, settings);
  if (declared) return declared;
  if (raw[0] === 0x7b || (raw[0] === 0x40 && raw.subarray(0, 5).toString('latin1') === '@cee:')) {
    const shaped = fromJson(line, id, settings);
    if (shaped) return shaped;
  }
  const wrapped = unwrapCri(line.text);
  if (wrapped) return fromWrapper(line, wrapped, settings);
  const claimed = line.program === undefined ? fileDataset(line) : undefined;
  if (claimed !== undefined) {
    const read = readFile(claimed, line, line.text, id, settings);
    if (read) return withOriginal(line, documentOf(read.dataset, id, read.doc), settings);
    const why = read === null ? ': its time or status is none' : '';
    return deadLetter(line, `not a line of ${claimed}${why}`, claimed);
  }
  const found = readAny(line, line.text, id, settings);
  if (found) return withOriginal(line, documentOf(found.dataset, id, found.doc), settings);
  return withOriginal(line, documentOf('syslog', id, syslogDocument(cut(line, settings), id, settings)), settings);
}

/** What the operator says of a file, or of a program's name, counts before what they say themselves. */
function withProgram(line: Line, { named }: ShapeSettings): Line {
  if (named.length === 0 || line.program !== undefined) return line;
  const program = namedFor(named, line.agent?.['file'] || undefined, line.header.app);
  return program === undefined ? line : { ...line, program };
}

/** A line of a format that the operator declared; one that does not fit it may be of another that is known. */
function fromDeclared(line: Line, id: string, settings: ShapeSettings): Shaped | undefined {
  if (settings.declared.length === 0) return undefined;
  const { agent, header } = line;
  for (const format of declaredFor(
    settings.declared,
    agent?.['file'] || undefined,
    line.program ?? header.app,
    agent?.['dataset'],
  )) {
    const found =
      format.read(line.text) ?? (format.program === 'gunicorn' ? readBehindPid(line.text, format) : undefined);
    if (!found) continue;
    const doc = valuesDocument(line, format.written, found, id, settings);
    return withOriginal(line, documentOf(format.written.dataset, id, doc), settings);
  }
  return undefined;
}

/** gunicorn's `--log-syslog` writes its process before the line. */
function readBehindPid(whole: string, format: Declared): DeclaredValues | undefined {
  const { text, pid } = withoutPid(whole);
  const found = pid === undefined ? undefined : format.read(text);
  if (found) found.values.pid ??= String(pid);
  return found;
}

/** A container's line, as if its runtime had put nothing around it; the original stays as it came. */
function fromWrapper(line: Line, { text, time, isCut }: Unwrapped, settings: ShapeSettings): Shaped {
  const shaped = shapeLine({ ...line, raw: Buffer.from(text), text, time: utc(time) }, settings);
  if (shaped.kind === 'dead_letter') shaped.raw = line.raw;
  else if (isCut) child(shaped.doc, 'rota')['truncated'] = true;
  return shaped.kind === 'document' && line.time === undefined ? withOriginal(line, shaped, settings) : shaped;
}

/** What an agent says that a file holds. Of what comes to its socket it knows no more than the server. */
function fileDataset({ agent }: Line): string | undefined {
  const dataset = agent?.['file'] ? agent['dataset'] : undefined;
  return dataset !== undefined && LINE_DATASETS.has(dataset) ? dataset : undefined;
}

/** Keeps the line beside what was made of it; JSON needs no second copy. */
function withOriginal(line: Line, shaped: ShapedDocument, settings: ShapeSettings): ShapedDocument {
  if (settings.keepOriginal) child(shaped.doc, 'event')['original'] = cut(line, settings).text;
  return shaped;
}

/** The first 64 KiB, without half a character at the end. */
function cut(line: Line, settings: ShapeSettings): Line {
  const { raw } = line;
  if (raw.length <= settings.maxMessageBytes) return line;
  let end = settings.maxMessageBytes;
  while (end > 0 && line.utf8 && ((raw[end] as number) & 0xc0) === 0x80) end--;
  const kept = raw.subarray(0, end);
  return { ...line, raw: kept, text: messageText(kept) };
}

/** @returns undefined for what only looks like JSON and need not be */
function fromJson(line: Line, id: string, settings: ShapeSettings): Shaped | undefined {
  const claimed = line.program === undefined ? fileDataset(line) : undefined;
  const found = parseJson(line);
  const sdk = line.structuredData?.['meta'] !== undefined;
  if (typeof found === 'string') {
    if (line.raw.length > settings.maxMessageBytes) return undefined;
    return sdk || claimed !== undefined ? deadLetter(line, found, sdk ? 'rota.app' : claimed) : undefined;
  }
  const wrapped = unwrapDocker(found);
  if (wrapped) return fromWrapper(line, wrapped, settings);
  if ((line.agent?.['dataset'] ?? line.header.d) === 'rota.pipeline') {
    return documentOf('rota.pipeline', id, statsDocument(line, found, id, settings));
  }
  if (isRotaNginx(found)) {
    const logged = found as Record<string, string>;
    const own = rotaNginxId(line, logged) ?? id;
    return documentOf('nginx.access', own, rotaNginxDocument(line, logged, own, settings));
  }
  if (!sdk) {
    const read =
      claimed === undefined ? readAny(line, found, id, settings) : readFile(claimed, line, found, id, settings);
    if (read) return documentOf(read.dataset, id, read.doc);
  }
  if (claimed !== undefined) return deadLetter(line, `JSON, but not a line of ${claimed}`, claimed);
  if (!sdk && !isEcs(found)) {
    return documentOf('syslog', id, foreignDocument(syslogDocument(line, id, settings), found));
  }
  folded(found);
  const dataset = datasetOf(found);
  const event = found['event'];
  const own = isObject(event) && typeof event['id'] === 'string' && isUsable(event['id']) ? event['id'] : id;
  return documentOf(dataset, own, ecsDocument(line, found, dataset, own, settings));
}

/** The object, or why there is none. */
function parseJson({ raw, text }: Line): JsonObject | string {
  const start = raw[0] === 0x40 ? 5 : 0;
  if (isTooDeep(raw.subarray(start))) return 'JSON nested deeper than 20 levels';
  try {
    const found = JSON.parse(start === 0 ? text : text.slice(start)) as Json;
    return isObject(found) ? found : 'JSON, but not an object';
  } catch (error) {
    return `not valid JSON: ${(error as Error).message.slice(0, 200)}`;
  }
}

function documentOf(dataset: string, id: string, doc: JsonObject): ShapedDocument {
  return { kind: 'document', dataset, id, mayBeResend: false, doc };
}

function deadLetter(line: Line, reason: string, dataset?: string): ShapedDeadLetter {
  const { header, agent, raw } = line;
  const letter: ShapedDeadLetter = {
    kind: 'dead_letter',
    code: 'not_parsed',
    reason,
    input: header.in,
    raw,
    id: agent?.['id'] || header.id,
    mayBeResend: false,
    received: agent ? header.ts : header.rcv,
  };
  const host = hostOf(line);
  if (host !== '') letter.host = host;
  if (line.source !== '') letter.source = line.source;
  if (dataset !== undefined) letter.dataset = dataset;
  return letter;
}

/** An event that is old when it comes by waited somewhere, and what waits may be sent again. */
function isLate(time: Json | undefined, settings: ShapeSettings, now: number): boolean {
  return !(typeof time === 'string' && now - Date.parse(time) < settings.lateMs);
}

function repeats(line: Line, shaped: Shaped | undefined, memory: ResendMemory, now: number): boolean {
  const { agent, header } = line;
  if (agent?.['file'] && agent['offset']) {
    return memory.mayBeResend(`${header.h}\n${agent['file']}`, Number(agent['offset']), now);
  }
  if (shaped?.kind !== 'document') return false;
  const { agent: sender, event } = shaped.doc;
  if (!isObject(sender) || !isObject(event)) return false;
  const { ephemeral_id: run } = sender;
  return typeof run === 'string' && typeof event['sequence'] === 'number'
    ? memory.mayBeResend(run, event['sequence'], now)
    : false;
}
