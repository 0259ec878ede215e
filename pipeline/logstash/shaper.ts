import { bulkBody } from '../indexer/bulk_body';
import { intakeAll } from '../indexer/intake';
import type { Item } from '../indexer/item';
import { createShape, readShapeSettings } from '../indexer/shape';
import { handedOver, readRelays } from './handed_over';

/**
 * The indexer's parser as a program for Logstash's ruby filter (ruby/shape.rb): for each line on standard input, `<address> TAB <line>`,
 * it writes one line of JSON, a list of `{"index", "id", "time", "document"}`, in order.
 */
const settings = readShapeSettings(process.env, (text) => process.stderr.write(`rota: ${text}\n`));
const shape = createShape(settings);
const relays = settings.senders && readRelays(process.env);

let rest: Buffer = Buffer.alloc(0);
process.stdin.on('data', (chunk: Buffer) => {
  const all = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
  const answers: Buffer[] = [];
  let from = 0;
  for (let end = all.indexOf(0x0a); end !== -1; end = all.indexOf(0x0a, from)) {
    answers.push(answerTo(all.toString('latin1', from, end)));
    from = end + 1;
  }
  rest = all.subarray(from);
  process.stdout.write(Buffer.concat(answers));
});

function answerTo(text: string): Buffer {
  const now = new Date().toISOString();
  const tab = text.indexOf('\t');
  const line = Buffer.from(handedOver(text.slice(tab + 1), text.slice(0, tab), relays, now), 'latin1');
  const events = intakeAll(line, shape, settings.namespace).map((item) => eventText(item, now));
  return Buffer.concat([
    Buffer.from('['),
    ...events.flatMap((one, n) => (n === 0 ? [one] : [Buffer.from(','), one])),
    END,
  ]);
}

function eventText(item: Item, now: string): Buffer {
  const body = bulkBody([item], now);
  const [time] = item.times;
  const head = { index: item.stream, id: item.id, ...(isTime(time) ? { time: new Date(time).toISOString() } : {}) };
  // The document stands in the second line of a `_bulk`.
  const document = body.subarray(body.indexOf(0x0a) + 1, -1);
  return Buffer.concat([Buffer.from(`${JSON.stringify(head).slice(0, -1)},"document":`), document, Buffer.from('}')]);
}

const END = Buffer.from(']\n');

/** Logstash takes ISO 8601 with a zone alone; Elasticsearch takes more (an SDK's milliseconds, a day). */
function isTime(time: unknown): time is string | number {
  return (typeof time === 'string' || typeof time === 'number') && !Number.isNaN(new Date(time).getTime());
}
