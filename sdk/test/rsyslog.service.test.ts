import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import { createLogger, type Logger, type LoggerOptions } from '../src/index.js';
import { Authority } from './certificates.js';
import { freePorts } from './free_ports.js';
import { RsyslogReceiver } from './rsyslog_receiver.js';
import { until } from './scripted_relp.js';
import { needsUnixDgram, noUnixDgram } from './unix_dgram.js';

const folder = mkdtempSync(join(tmpdir(), 'rota-sdk-'));
const authority = new Authority(folder, 'authority');
const stranger = new Authority(folder, 'stranger');
const client = authority.issue('web-1');
const ports = await freePorts('relp', 'relps', 'tcp', 'tls', 'udp');
const receiver = new RsyslogReceiver({ folder, ports, authority, clients: ['web-1'] });
const open: Logger[] = [];

beforeAll(async () => {
  await receiver.start();
});
afterEach(async () => {
  for (const log of open.splice(0)) await log.close({ timeoutMs: 100 });
});
afterAll(async () => {
  await receiver.stop();
  rmSync(folder, { recursive: true, force: true });
});

const urls = {
  relp: `relp://127.0.0.1:${ports.relp}`,
  relps: `relps://localhost:${ports.relps}`,
  tcp: `tcp://127.0.0.1:${ports.tcp}`,
  tls: `tls://localhost:${ports.tls}`,
  udp: `udp://127.0.0.1:${ports.udp}`,
  unix: `unix://${receiver.socket}`,
};
const tls = { caFile: authority.ca, certFile: client.cert, keyFile: client.key };

function logger(url: string, options: Partial<LoggerOptions> = {}) {
  const warnings: string[] = [];
  const log = createLogger({
    url,
    service: 'shop',
    hostname: 'web-1',
    tls,
    statsIntervalMs: 0,
    exitTimeoutMs: 60_000,
    backoff: { minMs: 20, maxMs: 100 },
    onWarning: (error) => warnings.push(`${(error as { code?: string }).code}: ${error.message}`),
    ...options,
  });
  open.push(log);
  return { log, warnings };
}

const schemes = Object.entries(urls).map(([scheme, url]) => {
  const isUnix = scheme === 'unix';
  return { scheme, url, name: isUnix ? needsUnixDgram(scheme) : scheme, skipped: isUnix && noUnixDgram !== undefined };
});
describe.each(schemes)('over $name, a real rsyslog', ({ scheme, url, skipped }) => {
  const it = skipped ? test.skip : test;

  it('gets every event, whole, with the header that was meant', async () => {
    const tag = `whole-${scheme}`;
    const { log, warnings } = logger(url);
    const odd = `${tag} ü€😀 "quoted" \\ \u001b[31m \u0000 \r\n<13>1 - - - - - - fake`;
    log.warning(odd, { labels: { n: 1 } });
    for (let i = 2; i <= 300; i += 1) log.info(`${tag} ${i}`);
    expect([await log.flush(), warnings]).toEqual([{ delivered: true, remaining: 0 }, []]);
    const got = await receiver.waitFor(300, tag);
    expect(got.length).toBe(300);
    const [first] = got;
    expect(first).toMatchObject({
      pri: '132',
      host: 'web-1',
      app: 'shop',
      procid: String(process.pid),
      msgid: 'rota.app',
    });
    expect(first?.sd).toBe('[meta sequenceId="1"][origin software="rota-sdk" swVersion="0.1.0"]');
    const docs = got.map((m) => JSON.parse(m.msg));
    expect(docs[0].message).toBe(odd);
    // imuxsock puts its own time in the place of the message's.
    if (scheme !== 'unix') expect(Date.parse(first?.time as string)).toBe(Date.parse(docs[0]['@timestamp']));
    expect(docs.map((d) => d.event.sequence)).toEqual(docs.map((_, i) => i + 1));
  });

  it('gets an event of more than its limit cut, as valid JSON', async () => {
    const tag = `long-${scheme}`;
    const { log } = logger(url);
    log.info(tag, { error: { stack_trace: 'é'.repeat(200_000) } });
    expect((await log.flush()).delivered).toBe(true);
    const [doc] = (await receiver.waitFor(1, tag)).map((m) => JSON.parse(m.msg));
    expect(doc.rota.truncated).toBe(true);
    expect(doc.error.stack_trace.length).toBeGreaterThan(20_000);
  });
});

describe('TLS', () => {
  it.each(['relps', 'tls'] as const)(
    '%s delivers nothing to a receiver that it cannot verify, and says why',
    async (scheme) => {
      for (const [bad, reason] of [
        [{ ...tls, caFile: stranger.ca }, /not trusted/],
        [{ ...tls, servername: 'logs.example' }, /not trusted.*logs\.example/],
      ] as const) {
        const { log, warnings } = logger(urls[scheme], { tls: bad });
        log.info(`unverified-${scheme}`);
        await until(() => warnings.length > 1);
        expect(await log.flush({ timeoutMs: 50 })).toEqual({ delivered: false, remaining: 1 });
        expect(warnings[0]).toMatch(reason);
      }
      expect(receiver.received().filter((m) => m.msg.includes(`unverified-${scheme}`))).toEqual([]);
    },
  );

  it.each(['relps', 'tls'] as const)('%s loses nothing to a receiver that refuses our certificate', async (scheme) => {
    const wrong = stranger.issue('web-1');
    const { log, warnings } = logger(urls[scheme], { tls: { ...tls, certFile: wrong.cert, keyFile: wrong.key } });
    log.info(`refused-${scheme}`);
    await until(() => warnings.length > 1);
    const result = await log.flush({ timeoutMs: 50 });
    expect([result, log.stats().delivered]).toEqual([{ delivered: false, remaining: 1 }, 0]);
  });

  it.each(['relps', 'tls'] as const)('%s never says a plain word, through any number of reconnects', async (scheme) => {
    const firstBytes: number[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', (chunk) => {
        firstBytes.push(chunk[0] as number);
        socket.destroy();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { log } = logger(`${scheme}://localhost:${port}`, { backoff: { minMs: 5, maxMs: 10 } });
    log.info('secret');
    await until(() => firstBytes.length > 5);
    server.close();
    expect(new Set(firstBytes)).toEqual(new Set([0x16]));
  });
});

describe('a receiver that stalls 1.5 s, is killed and returns after 1 s', () => {
  it('has every event over RELP, and the sender knows', async () => {
    const { log } = logger(urls.relp, { ackTimeoutMs: 10_000 });
    const total = 30_000;
    const trouble = (async () => {
      const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
      await pause(300);
      receiver.signal('SIGSTOP');
      await pause(1500);
      await receiver.stop('SIGKILL');
      await pause(1000);
      await receiver.start();
    })();
    for (let i = 1; i <= total; i += 1) {
      log.info(`stall ${i}`);
      if (i % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await trouble;
    expect(await log.flush({ timeoutMs: 100_000 })).toEqual({ delivered: true, remaining: 0 });
    const got = new Set(
      receiver
        .received()
        .filter((m) => m.msg.includes('"stall '))
        .map((m) => JSON.parse(m.msg).event.sequence),
    );
    expect(got.size).toBe(total);
    expect(log.stats()).toMatchObject({ delivered: total, dropped: 0, connection: { connects: 2 } });
  });
});
