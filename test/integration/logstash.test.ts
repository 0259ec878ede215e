import { renameSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { HttpClient } from '../../pipeline/indexer/http_client.js';
import { intake } from '../../pipeline/indexer/intake.js';
import { documentOf } from '../../pipeline/indexer/item.js';
import { shape } from '../../pipeline/indexer/shape';
import { readLine } from '../../pipeline/indexer/shape/line.js';
import { readShapeSettings } from '../../pipeline/indexer/shape/settings.js';
import type { JsonObject } from '../../pipeline/indexer/shape/shaped.js';
import { setUp } from '../../pipeline/setup/setup.js';
import { bundleProgram } from '../../stack/bundle.js';
import { freeBlock } from '../../stack/ports.js';
import type { ServiceProcess } from '../../stack/services/process.js';
import { type Node, startNode } from '../faults/support/world.js';
import { documents, eventually, type Hit } from '../support/elasticsearch.js';
import { Capture } from '../support/lines/capture.js';
import { flatten } from '../support/lines/expand.js';
import { HOSTILE, TABLE_OF_ONE } from '../support/lines/hostile.js';
import { send } from '../support/lines/inputs.js';
import { type Case, HEALTH_SOURCES, readCases } from '../support/lines/table.js';
import { fullNodeFront, logstash } from '../support/logstash.js';

const HOME = process.env['LOGSTASH_HOME'];
const NAMESPACE = 'logstash';
const INPUTS = { tcp: 'tcp', tcp_raw: 'tcpRaw', relp: 'relp', udp: 'udp' } as const;
const FILES: Readonly<Record<string, string>> = {
  'nginx.access': 'ROTA_NGINX_ACCESS',
  'nginx.error': 'ROTA_NGINX_ERROR',
  'gunicorn.access': 'ROTA_GUNICORN_ACCESS',
  'gunicorn.error': 'ROTA_GUNICORN_ERROR',
};

test.skipIf(HOME)(
  'the path by Logstash is NOT tested here: set LOGSTASH_HOME to an unpacked Logstash 7.17 or 8',
  () => {
    console.warn('LOGSTASH_HOME is not set: test/integration/logstash.test.ts compared nothing.');
  },
);

/**
 * The line table goes twice through a real agent and server: once on to where the indexer stands, whose parser makes
 * the reference, once on to a real Logstash with Rota's pipeline, which asks the same parser and writes to a real Elasticsearch.
 */
describe.runIf(HOME)('both paths make the same documents', () => {
  const cases = readCases();
  let node: Node;
  let front: { url: string; server: Server };
  let logstashProcess: ServiceProcess;
  let captures: Capture[] = [];
  let table = '';
  let settings: Record<string, string> = {};
  let expected: Doc[] = [];
  let found: Doc[] = [];

  beforeAll(async () => {
    const ports = await freeBlock();
    node = await startNode();
    const http = new HttpClient({ urls: [new URL(node.store.url)], requestTimeoutMs: 30_000 });
    await setUp(http, { namespace: NAMESPACE, retentionDays: 30, dryRun: false });
    http.close();
    front = await fullNodeFront(node.store.url, ports.elasticsearch);
    const toIndexer = await Capture.start({ ROTA_STATS_INTERVAL: '600' });
    captures = [toIndexer];
    const port = ports.site;
    table = join(toIndexer.own('senders'), 'table');
    settings = { ROTA_SENDERS: table, ROTA_HEALTH_SOURCES: HEALTH_SOURCES };
    writeFileSync(table, '127.0.0.1 host=* tier=* dataset=* input=*\n');
    logstashProcess = logstash({
      home: HOME as string,
      shaper: await bundleProgram('pipeline/logstash/shaper.ts', join(toIndexer.own('logstash'), 'shaper.cjs')),
      folder: toIndexer.own('logstash'),
      logFolder: toIndexer.own('logs'),
      port,
      elasticsearchUrl: front.url,
      namespace: NAMESPACE,
      settings,
    });
    const starting = logstashProcess.start();
    const toLogstash = await Capture.start({
      ROTA_STATS_INTERVAL: '600',
      ROTA_HANDOVER: 'to_logstash.conf',
      ROTA_LOGSTASH_PORT: String(port),
    });
    captures.push(toLogstash);
    await starting;
    const files = writeFiles(toIndexer.own('files'), cases);
    for (const capture of captures) {
      for (const [input, name] of Object.entries(INPUTS)) {
        const lines = cases.filter((one) => one.input === input).map((one) => one.bytes);
        await send(input, capture.ports.rsyslog[name], lines);
      }
      await capture.startAgent('frontend-1', files);
    }
    expected = reference(await toIndexer.until((lines) => reference(lines, settings).length >= cases.length), settings);
    const hits = await eventually(
      () => documents(node.store.url, `logs-*-${NAMESPACE}`),
      (all) => all.filter(isLine).length >= expected.length,
    );
    found = hits.filter(isLine).map(docOf);
    // Logstash alone may take minutes to start on a busy machine.
  });
  afterAll(async () => {
    for (const capture of captures) await capture.stop();
    await logstashProcess?.stop();
    front?.server.close();
    await node?.stop();
  });

  it('every line of the table came by both paths', () => {
    expect(expected).toHaveLength(cases.length);
    expect(found).toHaveLength(cases.length);
  });

  it('refuse the same to a sender that the table of senders binds, from the second on in which it was written', async () => {
    const toIndexer = captures[0] as Capture;
    const seen = toIndexer.lines().length;
    writeFileSync(`${table}.new`, TABLE_OF_ONE);
    renameSync(`${table}.new`, table);
    // Both look at the file again when a second has passed.
    await sleep(1_100);
    const messages = Object.values(HOSTILE).map((text) => Buffer.from(text, 'latin1'));
    for (const capture of captures) await send('tcp', capture.ports.rsyslog.tcp, messages);
    const hostile = (docs: Doc[]) =>
      docs
        .filter(({ doc }) => isHostile(doc))
        .map((one) => comparable(one).replace(REFUSED_WITHOUT_ID, '$1given at receipt'))
        .sort();
    const lines = await toIndexer.until((all) => reference(all.slice(seen), settings).length >= messages.length);
    const refused = hostile(reference(lines.slice(seen), settings));
    const hits = await eventually(
      () => documents(node.store.url, `logs-*-${NAMESPACE}`),
      (all) => all.filter((hit) => isHostile(hit._source as JsonObject)).length >= refused.length,
      60_000,
    );
    expect(hostile(hits.map(docOf))).toEqual(refused);
    expect(refused.filter((text) => /"event.code":"foreign_/.test(text)).length).toBeGreaterThan(10);
    expect(refused.filter((text) => !/"event.code"/.test(text)).length).toBeGreaterThan(5);
  });

  it('lines with an id of their own have the same id', () => {
    const own = (docs: Doc[]) =>
      docs
        .map((one) => one.id)
        .filter((id) => !UUID.test(id))
        .sort();
    expect(own(found)).toEqual(own(expected));
    expect(own(found).length).toBeGreaterThan(200);
  });

  it.each(['nginx.access', 'nginx.error', 'gunicorn.access', 'gunicorn.error', 'haproxy.log', 'syslog', 'rota'])(
    '%s: the same documents, field for field',
    (dataset) => {
      const of = (docs: Doc[]) =>
        docs
          .filter((one) => one.stream.includes(`-${dataset}`))
          .map(comparable)
          .sort();
      expect(of(found)).toEqual(of(expected));
      expect(of(found).length).toBeGreaterThan(0);
    },
  );
});

interface Doc {
  id: string;
  stream: string;
  doc: JsonObject;
}

/** The id of a refused line is made from the one that it had, be it only the receipt's. */
const REFUSED_WITHOUT_ID =
  /("event\.code":"foreign_\w+".*"event\.id":")[\w-]+(?=".*"rota\.claimed_dataset":"(syslog|nginx\.access)")/;

/** rsyslog's `$uuid`, given at each server's receipt to a line that brings no id: 32 hexadecimal digits. */
const UUID = /^[0-9A-F]{32}$/i;

function isLine({ _source }: Hit): boolean {
  const flat = flatten(_source);
  return flat['event.dataset'] !== 'rota.pipeline' && !String(flat['log.syslog.appname']).startsWith('rsyslogd');
}

function docOf(hit: Hit): Doc {
  return { id: hit._id, stream: hit._index.slice(4, -18), doc: hit._source as JsonObject };
}

/** Of the hostile messages: by an id or a program that nothing else here has, or by its bytes. */
function isHostile(doc: JsonObject): boolean {
  const flat = flatten(doc);
  const raw = Buffer.from(String(flat['rota.raw'] ?? ''), 'base64').toString('latin1');
  return (
    String(flat['event.id']).startsWith('Z-') ||
    String(flat['log.syslog.appname']).startsWith('hostile-') ||
    (raw !== '' && Object.values(HOSTILE).some((message) => message.endsWith(` ${raw}`)))
  );
}

/** What the indexer would send for the lines that a server handed to it. */
function reference(lines: Buffer[], env: Record<string, string>): Doc[] {
  const settings = readShapeSettings({ ROTA_NAMESPACE: NAMESPACE, ...env });
  const all: Doc[] = [];
  for (const bytes of lines) {
    const { header } = readLine(bytes);
    if (header.app.startsWith('rsyslogd')) continue;
    const item = intake(bytes, (line) => shape(line, settings), NAMESPACE);
    if (item.dataset === 'rota.pipeline' && !item.id.startsWith('Z-')) continue;
    all.push({ id: item.id, stream: item.stream, doc: documentOf(item) });
  }
  return all;
}

/** One text a document: flat, in order, without the times of receipt. */
function comparable({ stream, id, doc }: Doc): string {
  const flat = flatten(doc);
  for (const name of ['event.created', 'event.ingested']) delete flat[name];
  const time = Date.parse(String(flat['@timestamp']));
  // A line without a time has that of its receipt. Elasticsearch keeps milliseconds.
  flat['@timestamp'] = Math.abs(Date.now() - time) < 900_000 ? 'receipt' : new Date(time).toISOString();
  if (UUID.test(id)) {
    expect(flat['event.id']).toBe(id);
    flat['event.id'] = 'given at receipt';
  }
  return `${stream} ${JSON.stringify(ordered(flat))}`;
}

/** The same value with all members in the order of their names, inside arrays too. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, one]) => [name, ordered(one)]));
}

/** @returns the agent's settings for the files that hold the lines */
function writeFiles(folder: string, cases: Case[]): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const [dataset, name] of Object.entries(FILES)) {
    const path = join(folder, `${dataset}.log`);
    const lines = cases.filter((one) => one.input === 'file' && one.dataset === dataset);
    writeFileSync(path, Buffer.concat(lines.flatMap((one) => [one.bytes, Buffer.from('\n')])));
    settings[name] = path;
  }
  return settings;
}
