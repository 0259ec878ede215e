import { child, startDocument } from './document';
import type { Line } from './line';
import type { ShapeSettings } from './settings';
import type { JsonObject } from './shaped';
import { utc } from './times';

/** Counters of rsyslog's impstats that have a field of their own; a dot in a name becomes an underscore. */
const OWN = new Set([
  'name',
  'origin',
  'size',
  'maxqsize',
  'enqueued',
  'full',
  'discarded.full',
  'discarded.nf',
  'processed',
  'failed',
  'suspended',
  'suspended.duration',
  'resumed',
  'submitted',
]);

/** One set of counters of rsyslog's impstats (`format="json"`) as a `rota.pipeline` document. */
export function statsDocument(line: Line, found: JsonObject, id: string, settings: ShapeSettings): JsonObject {
  const base = { dataset: 'rota.pipeline', id, timestamp: utc(line.header.ts), tier: 'log' };
  const doc = startDocument(line, base, settings);
  const event = child(doc, 'event');
  event['kind'] = 'metric';
  event['module'] = 'rsyslog';
  const counters: JsonObject = {};
  const others: JsonObject = {};
  for (const name in found) {
    if (OWN.has(name)) counters[name.replace('.', '_')] = found[name] as string;
    else others[name] = found[name] as string;
  }
  if (Object.keys(others).length > 0) counters['values'] = others;
  child(doc, 'rota')['rsyslog'] = counters;
  if (found['origin'] === 'rota.queue' && typeof found['message'] === 'string') {
    // Of check_queue.py: no counter, but news.
    doc['message'] = found['message'];
    event['kind'] = 'event';
    event['action'] = 'queue_damaged';
    delete others['message'];
  }
  return doc;
}
