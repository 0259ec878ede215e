import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Shaped, shape } from '../../../pipeline/indexer/shape';
import { readLine } from '../../../pipeline/indexer/shape/line';
import { readShapeSettings } from '../../../pipeline/indexer/shape/settings';
import type { JsonObject } from '../../../pipeline/indexer/shape/shaped';
import { Capture } from '../../support/lines/capture.js';
import { send } from '../../support/lines/inputs.js';
import { drawnSite } from '../description/draw';
import { simulate } from '../simulator/simulate';
import { rfc3339 } from './clock_text';
import { handOver } from './hand_over';
import type { Line } from './line';

const FILES = {
  'nginx.access': 'ROTA_NGINX_ACCESS',
  'nginx.error': 'ROTA_NGINX_ERROR',
  'gunicorn.access': 'ROTA_GUNICORN_ACCESS',
} as const;
const WAYS = ['file', 'ring', 'udp', 'sdk'] as const;
/** Of each data set and way. */
const MOST = 120;
const settings = readShapeSettings({});

/** Lines of drawn sites, of each form as many as there are, some of each. */
function someLines(): Line[] {
  const kept = new Map<string, Line[]>();
  for (const site of fc.sample(drawnSite(), { seed: 18, numRuns: 150 })) {
    for (const line of simulate(site).lines) {
      // The first words of a text and its status tell one form from another.
      const form = `${line.log.way} ${line.log.dataset} ${line.event?.dataset} ${line.text.replace(/[\d.:/a-f-]+/g, '').slice(0, 60)}`;
      const some = kept.get(form) ?? [];
      if (some.length < 12) some.push(line);
      kept.set(form, some);
    }
  }
  const byKind = new Map<string, Line[]>();
  for (const line of [...kept.values()].flat()) {
    const kind = `${line.log.way} ${line.log.dataset}`;
    byKind.set(kind, [...(byKind.get(kind) ?? []), line].slice(0, MOST));
  }
  return [...byKind.values()].flat();
}

/** Each simulated line goes through a real agent and a real server: what they hand over must become the same document. */
describe('a simulated line, as rsyslog hands it over', () => {
  const lines = someLines();
  const arrived = new Map<Line, Shaped>();
  let capture: Capture;

  beforeAll(async () => {
    capture = await Capture.start({ ROTA_STATS_INTERVAL: '600' });
    const folder = capture.own('files');
    const byOffset = writeFiles(folder);
    const files = Object.entries(FILES).map(([dataset, name]) => [name, join(folder, `${dataset}.log`)]);
    await capture.startAgent('edge-1', {
      ROTA_INPUT_LOCAL: 'on',
      ROTA_PORT_AGENT: String(capture.ports.haproxyLog),
      ...Object.fromEntries(files),
    });
    await send('tcp', capture.ports.haproxyLog, of('ring').map(ringMessage));
    await send('udp', capture.ports.rsyslog.udp, of('udp').map(udpMessage));
    await send('relp', capture.ports.rsyslog.relp, of('sdk').map(sdkMessage));
    const sent = await capture.until((all) => own(all).length >= lines.length);
    assign(own(sent), byOffset);
  });
  afterAll(() => capture?.stop());

  it.each(WAYS)('by %s becomes the document that the simulator makes of it', (way) => {
    const some = of(way);
    expect(some.length).toBeGreaterThan(20);
    for (const line of some) {
      const real = arrived.get(line);
      if (!real) throw new Error(`it did not arrive: ${line.text}`);
      expect(comparable(real, way), line.text).toEqual(comparable(shape(handOver(line), settings), way));
    }
  });

  function of(way: (typeof WAYS)[number]): Line[] {
    return lines.filter(({ log }) => log.way === way);
  }

  function writeFiles(folder: string): Map<string, Line> {
    const byOffset = new Map<string, Line>();
    for (const dataset of Object.keys(FILES)) {
      const path = join(folder, `${dataset}.log`);
      let text = '';
      for (const line of of('file').filter(({ log }) => log.dataset === dataset)) {
        byOffset.set(`${path}:${text.length}`, line);
        text += `${line.text}\n`;
      }
      writeFileSync(path, text);
    }
    return byOffset;
  }

  /** Lines of files are known by their offset, those of a connection by their order. */
  function assign(bytes: Buffer[], byOffset: Map<string, Line>): void {
    const waiting = { ring: of('ring'), udp: of('udp'), sdk: of('sdk') };
    // Of an event that may have several lines imfile gives the offset of the next.
    const errors = of('file').filter(({ log }) => log.dataset === 'nginx.error');
    for (const one of bytes) {
      const { header, agent, structuredData } = readLine(one);
      const file = agent?.['file'];
      const queue = agent ? waiting.ring : structuredData?.['meta'] ? waiting.sdk : waiting.udp;
      const known =
        agent?.['dataset'] === 'nginx.error' ? errors.shift() : byOffset.get(`${file}:${agent?.['offset']}`);
      const line = file ? known : queue.shift();
      if (!line) throw new Error(`nobody sent ${JSON.stringify(header)}`);
      arrived.set(line, shape(one, settings));
    }
  }
});

function ringMessage({ text, clock, severity = 6, pid, log }: Line): Buffer {
  return Buffer.from(`<${16 * 8 + severity}>1 ${rfc3339(clock)} ${log.hostName} haproxy ${pid} - - ${text}`);
}

/** RFC 3164, which HAProxy writes without a host's name. */
function udpMessage({ text, clock, severity = 6, pid }: Line): Buffer {
  const [, day, month, time] = /^.+?, (\d+) (\w+) \d+ ([\d:]+)/.exec(new Date(clock).toUTCString())!;
  return Buffer.from(
    `<${16 * 8 + severity}>${month} ${String(Number(day)).padStart(2)} ${time} haproxy[${pid}]: ${text}`,
  );
}

function sdkMessage({ text, clock, severity = 6, pid, event, log }: Line): Buffer {
  const { sequence, dataset, app } = event!;
  const sd = `[meta sequenceId="${sequence}"][origin ip="127.0.0.1" software="rota-sdk" swVersion="0.1.0"]`;
  return Buffer.from(
    `<${16 * 8 + severity}>1 ${rfc3339(clock)} ${log.hostName} ${app} ${pid} ${dataset} ${sd} ${text}`,
  );
}

/** Without what rsyslog says of itself. */
function own(lines: Buffer[]): Buffer[] {
  return lines.filter((bytes) => {
    const { header, agent } = readLine(bytes);
    return !header.app.startsWith('rsyslogd') && header.d !== 'rota.pipeline' && agent?.['dataset'] !== 'rota.pipeline';
  });
}

/** Without what this run's hosts, files and clock make different. */
function comparable(shaped: Shaped, way: (typeof WAYS)[number]): unknown {
  if (shaped.kind !== 'document') return shaped.reason;
  const doc = structuredClone(shaped.doc);
  const inner = (name: string) => (doc[name] ?? {}) as JsonObject;
  for (const name of ['id', 'created']) if (way !== 'sdk' || name === 'created') delete inner('event')[name];
  for (const name of ['file', 'offset', 'source']) delete inner('log')[name];
  // One agent stands for all hosts here. A datagram's host is its sender's address, and its year the log server's.
  if (way === 'file' || way === 'udp') delete doc['host'];
  if (way === 'udp') {
    delete (inner('log')['syslog'] as JsonObject)['hostname'];
    if (doc['http'] === undefined) delete doc['@timestamp'];
  }
  return { dataset: shaped.dataset, doc };
}
