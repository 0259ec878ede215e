import { runOf } from './counters';
import { DEAD_LETTER_DATASET, deadLetterDocument } from './dead_letter';
import { hashId } from './hash_id';
import { documentOf, type Item, itemOf } from './item';
import { differences } from './same_event';
import { readLine } from './shape/line';
import { isObject, type Json, type JsonObject } from './shape/shaped';

const SHOWN = 6;

/**
 * By which fields an item differs from the documents that have its id already.
 * @returns undefined when it is one of them, or when what is there cannot be read
 */
export function conflictOf(item: Item, stored: readonly (JsonObject | undefined)[]): string[] | undefined {
  const sent = documentOf(item);
  let nearest: string[] | undefined;
  for (const doc of stored) {
    if (doc === undefined) return undefined;
    const found = item.dataset === DEAD_LETTER_DATASET ? letters(doc, sent) : differences(doc, sent, item.dataset);
    if (found.length === 0) return undefined;
    if (nearest === undefined || found.length < nearest.length) nearest = found;
  }
  return nearest;
}

/**
 * What becomes of an event whose id another one has: a dead letter with its bytes, under an id that is the same each time the same
 * event comes. Delivery finds it by `event.code` and by the run whose number it is.
 * @param line the item's line, without addresses where the site wants that
 */
export function conflictItem(item: Item, fields: readonly string[], stream: string, line: Buffer, now: string): Item {
  const sent = documentOf(item);
  const { host, source } = whoOf(sent);
  const id = `conflict-${hashId(item.stream, item.id, `${host} ${source}`, messageOf(item.line))}`;
  const run = runOf(item);
  const doc = deadLetterDocument({
    kind: 'dead_letter',
    code: 'id_conflict',
    reason: `Another event has the id of this one: ${item.id} in ${item.stream}; they differ in ${shown(fields)}`,
    input: 'elasticsearch',
    raw: line,
    id,
    mayBeResend: item.mayBeResend,
    received: now,
    dataset: item.dataset,
    claimedId: item.id,
    ...(host === undefined ? {} : { host }),
    ...(source === undefined ? {} : { source }),
  });
  if (run !== undefined) doc['agent'] = { ephemeral_id: run };
  return itemOf({ dataset: DEAD_LETTER_DATASET, stream, id, mayBeResend: item.mayBeResend, line: item.line, doc });
}

/** A dead letter beside another one of its id: under an id of its own, for what it holds would be lost. */
export function movedLetter(item: Item): Item {
  const doc = documentOf(item);
  const id = `letter-${hashId(item.id, messageOf(item.line))}`;
  const event = { ...(doc['event'] as JsonObject), id };
  return itemOf({ ...item, id, doc: { ...doc, event } });
}

/** Dead letters are the same when they keep the same message; what stands before it tells when it came. */
function letters(stored: JsonObject, sent: JsonObject): string[] {
  const [a, b] = [stored, sent].map((doc) => {
    const rota = doc['rota'];
    const raw = isObject(rota) ? String(rota['raw'] ?? '') : '';
    return messageOf(Buffer.from(raw, 'base64'));
  }) as [Buffer, Buffer];
  return a.equals(b) ? [] : ['rota.raw'];
}

/** The message in a line of rsyslog, or the bytes themselves where they are none. */
function messageOf(line: Buffer): Buffer {
  try {
    return readLine(line).raw;
  } catch {
    return line;
  }
}

function shown(fields: readonly string[]): string {
  const rest = fields.length - SHOWN;
  return fields.slice(0, SHOWN).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function whoOf({ host, log }: JsonObject): { host: string | undefined; source: string | undefined } {
  const source = isObject(log) ? log['source'] : undefined;
  return {
    host: isObject(host) ? textOf(host['name']) : undefined,
    source: isObject(source) ? textOf(source['address']) : undefined,
  };
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
