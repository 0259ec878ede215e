import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer as createPlain, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTls, type TLSSocket } from 'node:tls';
import { LEVEL, MESSAGE } from 'triple-beam';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import winston from 'winston';
import { SyslogTransport } from '../src/index.js';
import { Authority } from './certificates.js';
import { until } from './scripted_relp.js';

const folder = mkdtempSync(join(tmpdir(), 'rota-compat-'));
const authority = new Authority(folder, 'authority');
const pair = authority.issue('localhost');
const ca = readFileSync(authority.ca);
const close: (() => void)[] = [];
afterEach(() => {
  for (const one of close.splice(0)) one();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const send = (transport: SyslogTransport, text: string) =>
  transport.log({ level: 'info', message: text, [LEVEL]: 'info', [MESSAGE]: text }, () => {});

/** Everything that a TLS receiver decrypts, and all connections. */
async function receiver() {
  const got = { text: '', sockets: [] as TLSSocket[], port: 0 };
  const server = createTls({ cert: readFileSync(pair.cert), key: readFileSync(pair.key) }, (socket) => {
    got.sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      got.text += String(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  got.port = (server.address() as AddressInfo).port;
  close.push(() => {
    for (const socket of got.sockets) socket.destroy();
    server.close();
  });
  return got;
}

function transport(port: number, options: Record<string, unknown> = {}) {
  const warnings: Error[] = [];
  const it = new SyslogTransport({
    host: 'localhost',
    port,
    protocol: 'tls4',
    eol: '\n',
    protocolOptions: { ca },
    ...options,
  });
  it.on('warn', (error: Error) => warnings.push(error));
  it.on('error', () => {});
  close.push(() => it.close());
  return { it, warnings };
}

describe("SyslogTransport with winston-syslog's options, over TLS", () => {
  it('delivers, also after a reconnect, and what was logged between', async () => {
    const got = await receiver();
    const { it: syslog } = transport(got.port);
    send(syslog, 'first');
    await until(() => got.text.includes('first'));
    expect(got.text).toMatch(/^<134>\w{3} [ \d]\d \d\d:\d\d:\d\d localhost \S+\[\d+\]: first\n$/);
    got.sockets[0]?.destroy();
    await until(() => syslog.connected === false);
    send(syslog, 'between');
    await until(() => got.text.includes('between'));
    expect(got.sockets.every((socket) => socket.encrypted)).toBe(true);
  });

  it('delivers nothing to a receiver that it cannot verify, and says so by "warn"', async () => {
    const got = await receiver();
    const { it: syslog, warnings } = transport(got.port, { protocolOptions: {} });
    send(syslog, 'secret');
    // The second attempt fails when the first is over: nothing of it is still under way.
    await until(() => warnings.length > 1);
    expect([got.text, (warnings[0] as { code?: string }).code, syslog.queue.length]).toEqual([
      '',
      'ROTA_CONNECTION_TLS',
      1,
    ]);
  });

  it('says so by "warn" when nobody verifies the receiver', async () => {
    const got = await receiver();
    const { warnings } = transport(got.port, { rejectUnauthorized: false });
    await until(() => warnings.length > 0);
    expect(warnings[0]).toMatchObject({
      code: 'ROTA_CONFIG_UNVERIFIED',
      message: expect.stringContaining('protocolOptions.ca'),
    });
  });

  it('is what `new winston.transports.Syslog()` makes, as in the README of winston-syslog', () => {
    expect((winston.transports as unknown as Record<string, unknown>)['Syslog']).toBe(SyslogTransport);
  });

  it('never says a plain word, through reconnects', async () => {
    const first: number[] = [];
    const sockets: Socket[] = [];
    const server = createPlain((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      socket.once('data', (chunk) => {
        first.push(chunk[0] as number);
        socket.destroy();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    close.push(() => server.close());
    const { it: syslog } = transport((server.address() as AddressInfo).port);
    send(syslog, 'secret');
    await until(() => first.length >= 3);
    expect(new Set(first)).toEqual(new Set([0x16]));
  });

  it('does not come back after close()', async () => {
    const got = await receiver();
    const { it: syslog } = transport(got.port);
    send(syslog, 'only');
    await until(() => got.text.includes('only'));
    syslog.close();
    // Another one comes back three times meanwhile, by the same waits.
    const { it: other } = transport(got.port);
    for (const turn of [1, 2, 3, 4]) {
      send(other, `turn ${turn}`);
      await until(() => got.text.includes(`turn ${turn}`));
      got.sockets.at(-1)?.destroy();
      await until(() => other.connected === false);
    }
    expect(got.sockets.length).toBe(1 + 4);
  });
});
