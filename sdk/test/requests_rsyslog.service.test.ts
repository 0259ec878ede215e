/** Requests, some of them hostile, over real HTTP to a real server, and their events through a real rsyslog. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requestLogger } from '../src/http/index.js';
import { createLogger } from '../src/index.js';
import { Authority } from './certificates.js';
import { freePorts } from './free_ports.js';
import { raw, serve } from './http_harness.js';
import { RsyslogReceiver } from './rsyslog_receiver.js';

const folder = mkdtempSync(join(tmpdir(), 'rota-requests-'));
const ports = await freePorts('relp', 'relps', 'tcp', 'tls', 'udp');
const receiver = new RsyslogReceiver({ folder, ports, authority: new Authority(folder, 'authority') });

beforeAll(async () => {
  await receiver.start();
});
afterAll(async () => {
  await receiver.stop();
  rmSync(folder, { recursive: true, force: true });
});

const AGENT = 'a\u009b31mred \u202egpj.exe 你好';

it.each(['relp', 'tcp', 'udp'] as const)('every request is one message over %s, whatever it holds', async (scheme) => {
  receiver.clear();
  const log = createLogger({ service: 'shop', url: `${scheme}://127.0.0.1:${ports[scheme]}` });
  const requests = requestLogger(log);
  const app = await serve(
    requests.handler((request, response) => {
      log.info(`asked\r\nfor <14>1 ${request.url}`, { headers: request.headers });
      if (request.url === '/fail') throw new Error('line one\nline two\u0000\u001b[31m');
      response.end();
    }),
  );
  requests.observe(app.server);
  const ask = (line: string, headers = '') =>
    raw(app.port, `${line} HTTP/1.1\r\nhost: a\r\n${headers}connection: close\r\n\r\n`);
  await ask('GET /%0d%0a<14>1?token=s3cret', `user-agent: ${Buffer.from(AGENT).toString('latin1')}\r\n`);
  await ask('GET /fail', 'authorization: Bearer s3cret\r\nx-request-id: r-1\r\n');
  await raw(app.port, 'nonsense\r\n\r\n');
  await app.stop();
  expect(await log.close({ timeoutMs: 60_000 })).toEqual({ delivered: true, remaining: 0 });

  const messages = await receiver.waitFor(6, '');
  // Two lines, three access events and the closing statistics.
  expect(messages).toHaveLength(6);
  expect(JSON.stringify(messages)).not.toContain('s3cret');
  const events = messages.map((message) => JSON.parse(message.msg));
  const access = messages
    .filter((message) => message.msgid === 'rota.access')
    .map((message) => JSON.parse(message.msg));
  expect(access.map((event) => event.message)).toEqual([
    'GET /%0d%0a<14>1 200',
    'GET /fail 500',
    'malformed request 400',
  ]);
  expect(access[0].user_agent.original).toBe(AGENT);
  expect(access[1].error.message).toBe('line one\nline two\u0000\u001b[31m');
  expect(events.filter((event) => event.http?.request?.id === 'r-1')).toHaveLength(2);
  expect(events.map((event) => event.event.sequence).sort()).toEqual([1, 2, 3, 4, 5, 6]);
});
