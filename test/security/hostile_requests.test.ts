import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFormatsFile } from '../../pipeline/formats/declared/formats_file';
import { readShapeSettings, shape } from '../../pipeline/indexer/shape';
import { freePorts } from '../../sdk/test/free_ports.js';
import { flatten } from '../support/lines/expand.js';
import { numbers } from '../support/lines/fuzz.js';
import { APACHE, apache, gunicorn, haproxy, type Log, nginx, type Server } from './support/hostile_servers.js';

/** Of each server; ROTA_HOSTILE_REQUESTS for more. */
const REQUESTS = Number(process.env['ROTA_HOSTILE_REQUESTS'] ?? 250);
const SEED = Number(process.env['ROTA_HOSTILE_SEED'] ?? 20_261_130);
/** Where the visitor connects from: all of 127.0.0.0/8 is this machine. */
const VISITOR = '127.0.0.7';

const PIECES = [
  ...[
    '"',
    '\\',
    '\\"',
    '\\\\"',
    '] "',
    ' [',
    ' - ',
    '" "',
    "'",
    '{',
    '}',
    '|',
    '#22',
    '\\x22',
    '%22',
    '\t',
    ',',
    ' : ',
    '<',
    '\x7f',
  ],
  ...[
    '\xe9',
    '\xc3\xa9',
    '\xff\xfe',
    '192.0.2.66',
    '192.0.2.66:80',
    '200',
    ' 200 5 ',
    '" 200 5 "-" "',
    'x',
    'ua=192.0.2.66:80',
    ' rt=9.0',
  ],
  '[01/Jan/2020:00:00:00 +0000]',
  '] "GET /forged HTTP/1.1" 200 5 "-" "x"',
  '","s":200,"ip":"192.0.2.66","code":200,"src":"192.0.2.66","x":"',
  '"}{"s":200}',
  ' HTTP/1.1" 200 ',
  '0f3b1c529a774d0e8c415be2f7a90d13',
];

type Random = () => number;
const below = (random: Random, limit: number) => Math.floor(random() * limit);

/** Any bytes but those that end a header or a request line: made of pieces of logs, or of noise. */
function anything(random: Random, not: RegExp): string {
  const count = below(random, 9);
  const text = Array.from({ length: count }, () =>
    random() < 0.7 ? PIECES[below(random, PIECES.length)] : String.fromCharCode(1 + below(random, 255)),
  ).join('');
  return text.replace(not, '');
}

function request(random: Random): Buffer {
  const value = () => anything(random, /[\r\n\0]/g);
  const target = `/${'acgkxz'[below(random, 6)]}${anything(random, random() < 0.15 ? /[\r\n\0]/g : /[\r\n\0\t ]/g)}`;
  const method = random() < 0.9 ? ['GET', 'POST', 'HEAD', 'PUT'][below(random, 4)] : anything(random, /[\r\n\0 ]/g);
  const names = ['User-Agent', 'Referer', 'X-Forwarded-For', 'X-Request-Id', 'X-Real-IP', 'Cookie', 'traceparent'];
  const headers = names.filter(() => random() < 0.7).map((name) => `${name}: ${value()}`);
  if (random() < 0.4) headers.push(`Authorization: Basic ${Buffer.from(`${value()}:p`, 'latin1').toString('base64')}`);
  const host = random() < 0.9 ? 'shop.example' : value();
  const text = [`${method} ${target} HTTP/1.1`, `Host: ${host}`, 'Content-Length: 0', 'Connection: close', ...headers];
  return Buffer.from(`${text.join('\r\n')}\r\n\r\n`, 'latin1');
}

/** The answer's status; 0 where the server said nothing. */
function send(port: number, bytes: Buffer): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: VISITOR });
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    const done = () =>
      resolve(Number(/^HTTP\/[\d.]+ (\d{3})/.exec(Buffer.concat(chunks).toString('latin1'))?.[1] ?? 0));
    socket.on('close', done).on('error', () => undefined);
    socket.write(bytes);
  });
}

/** Others who connect see whether the server listens. */
function linesOf(file: string): Buffer[] {
  if (!existsSync(file)) return [];
  const all = readFileSync(file);
  const lines: Buffer[] = [];
  for (let at = 0, end = all.indexOf(10); end !== -1; end = all.indexOf(10, at)) {
    lines.push(all.subarray(at, end));
    at = end + 1;
  }
  return lines.filter((line) => line.includes(VISITOR));
}

const running: Server[] = [];
afterAll(async () => {
  for (const one of running) await one.stop();
});

const SERVERS: [string, (port: number) => Promise<Server>][] = [
  ['nginx', nginx],
  ['HAProxy, httplog', (port) => haproxy(port, 'httplog')],
  ['HAProxy, httplog clf', (port) => haproxy(port, 'clf')],
  ['HAProxy, JSON', (port) => haproxy(port, 'json')],
  ['HAProxy, text', (port) => haproxy(port, 'text')],
  ['gunicorn', (port) => gunicorn(port, undefined)],
  [
    'gunicorn, declared',
    (port) => gunicorn(port, '%(h)s "%(u)s" %(s)s %(D)s "%(r)s" "%(a)s" "%({x-forwarded-for}i)s" %(t)s'),
  ],
  ['gunicorn, JSON', (port) => gunicorn(port, '{"s":"%(s)s","a":"%(a)s","r":"%(r)s","h":"%(h)s"}')],
  ['Apache', apache],
];

/** What the server itself wrote is the parser's input. */
describe.each(SERVERS)('%s: whatever bytes a visitor sends', (name, start) => {
  const isThere = name !== 'Apache' || existsSync(APACHE);
  let server: Server;
  const sent: { bytes: Buffer; status: number }[] = [];

  beforeAll(async () => {
    if (!isThere) return;
    const { port } = await freePorts('port');
    server = await start(port);
    running.push(server);
    const random = numbers(SEED);
    for (let n = 0; n < REQUESTS; n++) {
      const bytes = request(random);
      sent.push({ bytes, status: await send(server.port, bytes) });
    }
    for (const { file } of server.logs)
      for (let tries = 0; linesOf(file).length < answered().length && tries < 100; tries++) await sleep(100);
  });

  /** Each of them has a line. */
  const answered = () => sent.filter(({ status }) => status !== 0 && !server.unlogged.includes(status));

  it.skipIf(!isThere)(
    'each request is in its stream, with its client and its status, or without where it is not certain',
    () => {
      expect(answered().length).toBeGreaterThan(REQUESTS / 2);
      for (const log of server.logs) check(log);
    },
  );

  function check(log: Log): void {
    const settings = { ...readShapeSettings({}), ...readFormatsFile(log.declare ?? '[]') };
    const lines = linesOf(log.file);
    expect(lines.length, log.name).toBe(answered().length);
    let unknown = 0;
    for (const [n, line] of lines.entries()) {
      const { bytes, status } = answered()[n] as (typeof sent)[number];
      const shaped = shape(lineOf(line, log), settings);
      const context = `${log.name}: ${JSON.stringify(line.toString('latin1'))} of ${JSON.stringify(bytes.toString('latin1'))}`;
      if (shaped.kind !== 'document') throw new Error(`${shaped.reason}: ${context}`);
      const flat = flatten(shaped.doc);
      expect(shaped.dataset, context).toBe(log.dataset);
      expect(flat['source.ip'], context).toBe(log.noClient ? undefined : VISITOR);
      if (flat['http.response.status_code'] === undefined && log.isLoose) unknown++;
      else expect(flat['http.response.status_code'], context).toBe(status);
      for (const name of ['rota.upstream.address', 'rota.upstream.status_code', 'rota.attempts', 'http.request.id']) {
        expect(flat[name], `${name} of ${context}`).toBeUndefined();
      }
      expect(Number(flat['event.duration'] ?? 0), context).toBeLessThan(8e9);
      expect(Math.abs(Date.now() - Date.parse(String(flat['@timestamp']))), context).toBeLessThan(3_600_000);
    }
    // Unknown is for who imitates the format, not for everybody.
    expect(unknown, log.name).toBeLessThan(lines.length / 4);
  }
});

function lineOf(line: Buffer, { dataset }: Log): Buffer {
  const now = new Date().toISOString();
  const sd = `[rota@32473 dataset="${dataset}" file="/var/log/x.log" offset="1" id="F-1"]`;
  const header = {
    ...{ in: 'relp', from: '10.0.0.1', ts: now, rcv: now, pri: '182', id: '', ver: '1', d: '', h: 'front-1' },
    ...{ app: dataset.split('.')[0], pid: '-', mid: '-', sd, lf: '' },
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\t`), line]);
}
