import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { intake } from '../../pipeline/indexer/intake';
import { documentOf } from '../../pipeline/indexer/item';
import { createShape, type Shaped, shape } from '../../pipeline/indexer/shape';
import { messageText, readLine } from '../../pipeline/indexer/shape/line';
import { readShapeSettings } from '../../pipeline/indexer/shape/settings';
import { Capture } from '../support/lines/capture.js';
import { flatten } from '../support/lines/expand.js';
import { send } from '../support/lines/inputs.js';
import { type Case, HEALTH_SOURCES, readCases } from '../support/lines/table.js';

const cases = readCases();
const settings = readShapeSettings({ ROTA_HEALTH_SOURCES: HEALTH_SOURCES });
const FILES: Readonly<Record<string, string>> = {
  'nginx.access': 'ROTA_NGINX_ACCESS',
  'nginx.error': 'ROTA_NGINX_ERROR',
  'gunicorn.access': 'ROTA_GUNICORN_ACCESS',
  'gunicorn.error': 'ROTA_GUNICORN_ERROR',
};

/** Files whose events may have several lines. */
const ERRORS: ReadonlySet<string> = new Set(['nginx.error', 'gunicorn.error']);

/** Every line of the table goes once through a real agent and server; each test then looks at its own. */
describe('each line becomes its document', () => {
  let capture: Capture;
  const results = new Map<Case, Shaped>();
  let arrived: Buffer[] = [];

  beforeAll(async () => {
    capture = await Capture.start({ ROTA_STATS_INTERVAL: '600' });
    const logs = capture.own('files');
    const offsets = writeFiles(logs);
    for (const input of ['tcp', 'tcp_raw', 'relp', 'udp']) {
      const port = { tcp: 'tcp', tcp_raw: 'tcpRaw', relp: 'relp', udp: 'udp' }[input] as 'tcp';
      await send(
        input,
        capture.ports.rsyslog[port],
        byInput(input).map((one) => one.bytes),
      );
    }
    await capture.startAgent(
      'frontend-1',
      Object.fromEntries(Object.entries(FILES).map(([dataset, name]) => [name, join(logs, `${dataset}.log`)])),
    );
    const lines = await capture.until((all) => own(all).length >= cases.length);
    arrived = own(lines);
    assign(arrived, offsets);
  });
  afterAll(() => capture?.stop());

  it('has at least 300 lines', () => expect(cases.length).toBeGreaterThanOrEqual(300));

  it.each(cases.map((one) => [`${one.input} ${one.dataset}: ${one.name}`, one] as const))('%s', (_, one) => {
    const shaped = results.get(one);
    if (!shaped) throw new Error('it did not arrive');
    if (one.expected) expect(ownFields(shaped, one)).toEqual(one.expected);
    else expectDead(shaped, one);
  });

  it('makes the same documents by its short way', () => {
    const ready = createShape(settings);
    const documentBy = (bytes: Buffer, way: (line: Buffer) => ReturnType<typeof ready>) =>
      documentOf(intake(bytes, way, 'rota'));
    const short = arrived.filter((bytes) => ready(bytes).kind === 'text');
    expect(short.length).toBeGreaterThan(20);
    for (const bytes of short)
      expect(documentBy(bytes, ready)).toEqual(documentBy(bytes, (line) => shape(line, settings)));
  });

  /**
   * Lines of files are known by file and offset, those of sockets by their order; errors too: of an event of several lines imfile gives
   * the offset of the next.
   */
  function assign(lines: Buffer[], offsets: Map<string, Case>): void {
    const waiting = new Map(['tcp', 'tcp_raw', 'relp', 'udp'].map((input) => [input, byInput(input)]));
    for (const dataset of ERRORS) {
      waiting.set(
        dataset,
        byInput('file').filter((one) => one.dataset === dataset),
      );
    }
    for (const bytes of lines) {
      const line = readLine(bytes);
      const file = line.agent?.['file'];
      const dataset = line.agent?.['dataset'] ?? '';
      const queue = ERRORS.has(dataset) ? dataset : line.header.in;
      const found = (file && offsets.get(`${file}:${line.agent?.['offset']}`)) || waiting.get(queue)?.shift();
      if (found) results.set(found, shape(bytes, settings));
    }
  }
});

function byInput(input: string): Case[] {
  return cases.filter((one) => one.input === input);
}

/** @returns each line by `<file>:<offset>` */
function writeFiles(folder: string): Map<string, Case> {
  const offsets = new Map<string, Case>();
  for (const dataset of Object.keys(FILES)) {
    const keep = !ERRORS.has(dataset);
    const path = join(folder, `${dataset}.log`);
    const bytes: Buffer[] = [];
    let offset = 0;
    for (const one of byInput('file').filter((some) => some.dataset === dataset)) {
      if (keep) offsets.set(`${path}:${offset}`, one);
      bytes.push(one.bytes, Buffer.from('\n'));
      offset += one.bytes.length + 1;
    }
    writeFileSync(path, Buffer.concat(bytes));
  }
  return offsets;
}

/** Without what rsyslog says of itself. */
function own(lines: Buffer[]): Buffer[] {
  return lines.filter((bytes) => {
    const { header, agent } = readLine(bytes);
    return !header.app.startsWith('rsyslogd') && header.d !== 'rota.pipeline' && agent?.['dataset'] !== 'rota.pipeline';
  });
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
