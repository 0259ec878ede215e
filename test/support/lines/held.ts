import { expect } from 'vitest';
import type { Shaped } from '../../../pipeline/indexer/shape';
import { messageText } from '../../../pipeline/indexer/shape/line';
import { flatten } from './expand.js';
import type { Case } from './table.js';

/** Holds what was made of a line to what its table says: the whole document, or the dead letter. */
export function holdTo(shaped: Shaped, one: Case): void {
  if (one.expected) expect(ownFields(shaped, one)).toEqual(one.expected);
  else expectDead(shaped, one);
}

/** Checks what every document has, and returns the rest, flat. */
function ownFields(shaped: Shaped, one: Case): Record<string, unknown> {
  if (shaped.kind !== 'document') throw new Error(`a dead letter: ${shaped.reason}`);
  const { doc, id, dataset } = shaped;
  const flat = flatten(doc);
  const expected = one.expected as Record<string, unknown>;
  expect(dataset).toBe(one.dataset);
  if (one.key) expect(id).toBe(one.key);
  expect(flat['event.id']).toBe(id);
  expect(id).not.toBe('');
  expect(flat['ecs.version']).toBe('8.11.0');
  expect(flat['host.name']).toBe(one.host);
  expect(flat['log.source.address']).toBe('127.0.0.1');
  expect(flat['data_stream.type']).toBe('logs');
  expect(flat['data_stream.dataset']).toBe(one.dataset);
  expect(flat['data_stream.namespace']).toBe('rota');
  if (expected['event.dataset'] === undefined) expect(flat['event.dataset']).toBe(one.dataset);
  expect(Math.abs(Date.now() - Date.parse(String(flat['event.created'])))).toBeLessThan(120_000_000_000);
  checkOriginal(flat, one);
  if (one.input === 'file') expect(flat['log.file.path']).toMatch(new RegExp(`/${one.dataset}\\.log$`));
  const common = [
    'event.id',
    'event.original',
    'ecs.version',
    'host.name',
    'event.created',
    'log.file.path',
    'log.offset',
    'log.source.address',
  ];
  for (const name of [...common, 'data_stream.type', 'data_stream.dataset', 'data_stream.namespace']) delete flat[name];
  if (expected['event.dataset'] === undefined) delete flat['event.dataset'];
  checkTime(flat, expected);
  return flat;
}

/** A line that is not JSON is kept as it came: the whole of a file's line or a bare one, of a syslog message what followed the header. */
function checkOriginal(flat: Record<string, unknown>, one: Case): void {
  const text = messageText(one.bytes);
  const original = flat['event.original'];
  if (/(^|[ :])\{.*\}\s*$/s.test(text) && original === undefined) {
    expect(() => JSON.parse(text.slice(text.indexOf('{')))).not.toThrow();
    return;
  }
  const kept = String(original);
  expect(kept.length).toBeGreaterThan(0);
  if (one.input === 'file' || one.input === 'tcp_raw')
    expect(text.startsWith(kept) && kept.length >= Math.min(text.length, 65_533)).toBe(true);
  else expect(text).toContain(kept);
}

/** `ts` is the end of a time whose year rsyslog took from its clock; without any time, it is the receipt's. */
function checkTime(flat: Record<string, unknown>, expected: Record<string, unknown>): void {
  const time = String(flat['@timestamp']);
  if (expected['@timestamp'] !== undefined) return;
  if (expected['ts'] !== undefined) expect(time.endsWith(String(expected['ts']))).toBe(true);
  else expect(Math.abs(Date.now() - Date.parse(time))).toBeLessThan(120_000);
  delete flat['@timestamp'];
  delete expected['ts'];
}

function expectDead(shaped: Shaped, one: Case): void {
  if (shaped.kind !== 'dead_letter') throw new Error(`a document: ${JSON.stringify(shaped.doc)}`);
  expect(shaped.reason).toContain(one.dead);
  // An agent's line as it stood in its file; of a syslog message, what followed the header.
  if (one.input === 'file') expect(shaped.raw.equals(one.bytes)).toBe(true);
  else expect(one.bytes.includes(shaped.raw)).toBe(true);
  expect(shaped.raw.length).toBeGreaterThan(0);
}
