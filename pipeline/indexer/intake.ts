import { conform } from './conform';
import { DEAD_LETTER_DATASET, deadLetterDocument } from './dead_letter';
import { hashId } from './hash_id';
import { type Item, isUsableId, itemOf, itemOfText } from './item';
import type { JsonObject, Shaped, ShapedText } from './shape/shaped';

/** Turns one line of rsyslog into events that Elasticsearch will take, whatever the line holds: one, or several of a Python log. */
export function intakeAll(line: Buffer, shape: (line: Buffer) => Shaped | ShapedText, namespace: string): Item[] {
  const shaped = shapeSafely(line, shape);
  const more = shaped.kind === 'text' ? [] : (shaped.more ?? []);
  return [shaped, ...more].map((one) => eventOf(one, line, namespace));
}

/** The same where the line is one event. */
export function intake(line: Buffer, shape: (line: Buffer) => Shaped | ShapedText, namespace: string): Item {
  return eventOf(shapeSafely(line, shape), line, namespace);
}

function eventOf(shaped: Shaped | ShapedText, line: Buffer, namespace: string): Item {
  if (shaped.kind === 'text') return itemOfText(shaped, `logs-${shaped.dataset}-${namespace}`, line);
  const dataset = shaped.kind === 'document' ? shaped.dataset : DEAD_LETTER_DATASET;
  const doc = shaped.kind === 'document' ? conform(shaped.doc) : deadLetterDocument(shaped);
  const id = isUsableId(shaped.id) ? shaped.id : hashId(shaped.id || line);
  doc['data_stream'] = { type: 'logs', dataset, namespace };
  if (id !== shaped.id) doc['event'] = { ...(doc['event'] as JsonObject | undefined), id };
  return itemOf({
    dataset,
    stream: `logs-${dataset}-${namespace}`,
    id,
    doc,
    mayBeResend: shaped.mayBeResend,
    line,
  });
}

/** The shaper should never throw; if it does, the line is kept and the pipeline goes on. */
function shapeSafely(line: Buffer, shape: (line: Buffer) => Shaped | ShapedText): Shaped | ShapedText {
  try {
    const shaped = shape(line);
    if (shaped.kind !== 'document' || isDataset(shaped.dataset)) return shaped;
    return unshaped(line, `"${shaped.dataset.slice(0, 100)}" cannot be part of a data stream's name`);
  } catch (error) {
    return unshaped(line, `the shaper failed: ${(error as Error).message}`);
  }
}

/** What Elasticsearch allows in the dataset part of `logs-<dataset>-<namespace>`. */
function isDataset(dataset: string): boolean {
  return /^[a-z0-9_][a-z0-9_.]{0,99}$/.test(dataset);
}

function unshaped(line: Buffer, reason: string): Shaped {
  const received = new Date().toISOString();
  return {
    kind: 'dead_letter',
    code: 'not_parsed',
    reason,
    input: 'rsyslog',
    raw: line,
    id: hashId(line),
    mayBeResend: false,
    received,
  };
}
