import { randomBytes } from 'node:crypto';
import { quoted } from './shape/json_text';
import { isObject, type JsonObject, type ShapedText } from './shape/shaped';
import { Slab } from './slab';

/** One event on its way to Elasticsearch. */
export interface Item {
  dataset: string;
  /** Data stream, `logs-<dataset>-<namespace>`. */
  stream: string;
  id: string;
  /** Its two lines of a `_bulk` (NDJSON, UTF-8): the create action and the document. */
  body: Buffer;
  /** Where in `body` the 24 bytes of `event.ingested` stand. */
  ingestedAt: number;
  /** The event's own time and its first receipt, as far as it says them. */
  times: readonly unknown[];
  /** An earlier backing index may hold it already. */
  mayBeResend: boolean;
  /** The line as rsyslog wrote it, kept for the dead letter. */
  line: Buffer;
}

export type ItemParts = Omit<Item, 'body' | 'ingestedAt' | 'times'> & { doc: JsonObject };

/** Stands where `event.ingested` will, as long as an ISO time; random, so that no sender can write it. */
const PLACE = randomBytes(12).toString('hex');
const slab = new Slab();

/**
 * Writes the document down at once: what waits for a bulk is bytes, which cost the garbage collector nothing, and not
 * some twenty objects an event.
 */
export function itemOf({ dataset, stream, id, doc, mayBeResend, line }: ItemParts): Item {
  const event = doc['event'];
  const created = isObject(event) ? event['created'] : undefined;
  if (isObject(event)) event['ingested'] = PLACE;
  else doc['event'] = { ingested: PLACE };
  const text = `${createAction(stream, id)}${JSON.stringify(doc)}\n`;
  const body = slab.write(text);
  // As many bytes as characters: then the place is the same in both.
  const ingestedAt = body.length === text.length ? text.indexOf(PLACE) : body.indexOf(PLACE);
  return { dataset, stream, id, body, ingestedAt, times: [doc['@timestamp'], created], mayBeResend, line };
}

/** Of a document that is text already: its end is known, and so the place of `event.ingested`. */
export function itemOfText({ dataset, id, open, times, mayBeResend }: ShapedText, stream: string, line: Buffer): Item {
  const body = slab.write(`${createAction(stream, id)}${open},"ingested":"${PLACE}"}}\n`);
  return {
    dataset,
    stream,
    id,
    body,
    ingestedAt: body.length - PLACE.length - '"}}\n'.length,
    times,
    mayBeResend,
    line,
  };
}

function createAction(stream: string, id: string): string {
  return `{"create":{"_index":"${stream}","_id":${quoted(id)}}}\n`;
}

/** The document, read back from what is sent. */
export function documentOf(item: Item): JsonObject {
  return JSON.parse(item.body.toString('utf8', item.body.indexOf(10) + 1)) as JsonObject;
}

const LONGEST_ID = 512;

/** Elasticsearch refuses a whole bulk for one id that is empty or longer than 512 bytes. */
export function isUsableId(id: string): boolean {
  return id !== '' && Buffer.byteLength(id) <= LONGEST_ID;
}
