import { type Item, itemOf } from './item';
import type { JsonObject, ShapedDeadLetter } from './shape/shaped';

export const DEAD_LETTER_DATASET = 'rota.deadletter';
/** The dead-letter stream keeps this much of a reason. */
const REASON_LENGTH = 2_000;

/** The document that keeps a message which no parser understood. */
export function deadLetterDocument(letter: ShapedDeadLetter): JsonObject {
  const rota: JsonObject = {
    raw: letter.raw.toString('base64'),
    reason: letter.reason.slice(0, REASON_LENGTH),
    input: letter.input,
  };
  if (letter.dataset !== undefined) rota['claimed_dataset'] = letter.dataset;
  if (letter.claimedHost !== undefined) rota['claimed_host'] = letter.claimedHost;
  if (letter.claimedId !== undefined) rota['claimed_id'] = letter.claimedId;
  if (letter.truncated) rota['truncated'] = true;
  const doc: JsonObject = {
    '@timestamp': letter.received,
    event: {
      id: letter.id,
      code: letter.code,
      created: letter.received,
      dataset: DEAD_LETTER_DATASET,
      kind: 'pipeline_error',
    },
    rota,
  };
  if (letter.host !== undefined) doc['host'] = { name: letter.host };
  if (letter.source !== undefined) doc['log'] = { source: { address: letter.source } };
  return doc;
}

/** The dead letter for an item that Elasticsearch refuses, with the line as rsyslog wrote it. */
export function refusedItem(item: Item, stream: string, reason: string, received: string): Item {
  return itemOf({
    dataset: DEAD_LETTER_DATASET,
    stream,
    id: item.id,
    mayBeResend: item.mayBeResend,
    line: item.line,
    doc: deadLetterDocument({
      kind: 'dead_letter',
      code: 'refused',
      reason: `Elasticsearch refused it for ${item.stream}: ${reason}`,
      input: 'elasticsearch',
      raw: item.line,
      id: item.id,
      mayBeResend: item.mayBeResend,
      received,
      dataset: item.dataset,
    }),
  });
}
