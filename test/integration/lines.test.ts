import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { intake } from '../../pipeline/indexer/intake';
import { documentOf } from '../../pipeline/indexer/item';
import { createShape, type Shaped, shape } from '../../pipeline/indexer/shape';
import { readLine } from '../../pipeline/indexer/shape/line';
import { readShapeSettings } from '../../pipeline/indexer/shape/settings';
import { Capture } from '../support/lines/capture.js';
import { holdTo } from '../support/lines/held.js';
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
    holdTo(shaped, one);
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
