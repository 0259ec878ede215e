import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JsonObject, type Shaped, shape } from '../../pipeline/indexer/shape';
import { readLine } from '../../pipeline/indexer/shape/line';
import { readShapeSettings } from '../../pipeline/indexer/shape/settings';
import { type Certificates, makeCertificates } from '../../stack/setup/certificates.js';
import { Capture } from '../support/lines/capture.js';
import { send, sendByTls } from '../support/lines/inputs.js';

const KIB = 1024;
const settings = readShapeSettings({});

/** Message lengths in bytes, each with a letter of its own so that what arrived can be told apart. */
const LENGTHS = [
  ['a', 64 * KIB],
  ['b', 64 * KIB + 1],
  ['c', 71 * KIB],
  ['d', 300_000],
  ['e', 10],
] as const;
/** A datagram holds 65,507 bytes. */
const DATAGRAMS = [
  ['a', 65_000],
  ['e', 10],
] as const;

const header = '<13>1 2026-11-23T10:00:00Z db-1 app - - - ';

describe('long messages', () => {
  let capture: Capture;
  let certificates: Certificates;

  beforeAll(async () => {
    capture = await Capture.start({ ROTA_STATS_INTERVAL: '600' }, 'durable', async (folder) => {
      certificates = await makeCertificates(join(folder, 'tls'), ['log-1', 'web-1', 'frontend-1']);
      return certificates;
    });
  });
  afterAll(() => capture?.stop());

  /** The documents that an input made of what was sent to it. */
  const shapedOf = (input: string): Shaped[] =>
    capture
      .lines()
      .filter((bytes) => {
        const { header: found, agent } = readLine(bytes);
        return !found.app.startsWith('rsyslogd') && (agent?.['file'] ? input === 'file' : found.in === input);
      })
      .map((bytes) => shape(bytes, settings));

  const taken = (input: string, count: number) => capture.until(() => shapedOf(input).length >= count);

  it.each(['tcp', 'tcp_raw', 'relp', 'udp', 'relps', 'tls'])(
    'by %s: 64 KiB come whole, more as one flagged document',
    async (input) => {
      const lengths = input === 'udp' ? DATAGRAMS : LENGTHS;
      const start = input === 'tcp_raw' ? '' : header;
      const messages = lengths.map(([letter, length]) => Buffer.from(start + letter.repeat(length)));
      const port = capture.ports.rsyslog[input === 'tcp_raw' ? 'tcpRaw' : (input as 'tcp')];
      if (input === 'relps' || input === 'tls') {
        const { cert, key } = certificates.of('web-1');
        const options = {
          servername: 'log.rota',
          ca: readFileSync(certificates.ca),
          cert: readFileSync(cert),
          key: readFileSync(key),
        };
        await sendByTls(input, port, messages, options, () => taken(input, lengths.length));
      } else await send(input, port, messages);
      await taken(input, lengths.length);
      expect(shapedOf(input).map(told)).toEqual(lengths.map(([letter, length]) => expected(letter, length)));
    },
  );

  it('from a log file: a long request line comes whole, a longer one as one flagged event', async () => {
    const log = join(capture.own('files'), 'access.log');
    writeFileSync(log, '');
    const line = (letter: string, length: number) => {
      const start = '192.0.2.1 - - [23/Nov/2026:10:00:00 +0000] "GET /';
      const end = ' HTTP/1.1" 200 1 "-" "curl/7.88.1"';
      return start + letter.repeat(length - start.length - end.length) + end;
    };
    await capture.startAgent('frontend-1', { ROTA_NGINX_ACCESS: log });
    appendFileSync(log, LENGTHS.map(([letter, length]) => `${line(letter, Math.max(length, 200))}\n`).join(''));
    await capture.until(() => shapedOf('file').length >= LENGTHS.length);
    const found = shapedOf('file');
    expect(found.map((one) => (one.kind === 'document' ? pathLetter(one.doc) : one.kind))).toEqual([
      'a',
      'b',
      'c',
      'dead_letter',
      'e',
    ]);
    expect(found.map(isFlagged)).toEqual([false, true, true, true, false]);
  });
});

function isFlagged(shaped: Shaped): boolean {
  if (shaped.kind === 'dead_letter') return shaped.truncated === true;
  return (shaped.doc['rota'] as JsonObject | undefined)?.['truncated'] === true;
}

function told(shaped: Shaped): unknown {
  if (shaped.kind !== 'document') return shaped.reason;
  const message = String(shaped.doc['message']);
  return { letter: message[0], length: message.length, truncated: isFlagged(shaped) };
}

function expected(letter: string, length: number): unknown {
  return { letter, length: Math.min(length, 64 * KIB), truncated: length > 64 * KIB };
}

function pathLetter(doc: JsonObject): string | undefined {
  return String((doc['url'] as JsonObject)['path'])[1];
}
