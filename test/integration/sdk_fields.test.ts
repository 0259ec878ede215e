import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FIELDS } from '../../pipeline/elasticsearch/fields.js';
import { requestLogger } from '../../sdk/src/http/index.js';
import { createLogger, type Logger } from '../../sdk/src/index.js';
import { type Received, TcpSink } from '../../sdk/test/tcp_sink.js';

let sink: TcpSink;
let log: Logger;

beforeAll(async () => {
  sink = await TcpSink.start();
  log = createLogger({
    url: sink.url,
    service: { name: 'shop', version: '1', environment: 'test', node: 'shop-1' },
    statsIntervalMs: 50,
    queue: { maxEvents: 20 },
  });
});
afterAll(async () => {
  await log.close({ timeoutMs: 100 });
  await sink.stop();
});

/** Dotted names of everything in a document that is no object. */
function leaves(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [prefix];
  return Object.entries(value).flatMap(([name, one]) => leaves(one, prefix === '' ? name : `${prefix}.${name}`));
}

const isMapped = (name: string) => {
  const parts = name.split('.');
  return FIELDS[name] !== undefined || parts.some((_, n) => FIELDS[parts.slice(0, n).join('.')] === 'flattened');
};

async function exchange(port: number, bytes: string): Promise<void> {
  const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
  socket.resume();
  socket.on('error', () => {});
  await once(socket, 'close');
}

/** Requests of every kind: answered, failed, aborted, malformed, upgraded, by a health check. */
async function requests(): Promise<void> {
  const logger = requestLogger(log, {
    trustProxy: 1,
    healthChecks: [{ userAgent: /kube-probe/, source: ['203.0.113.7'] }],
  });
  const server = createServer(
    logger.handler((request, response) => {
      log.info('inside', { labels: { step: 'pay' } });
      if (request.url === '/fails') throw Object.assign(new RangeError('too far'), { code: 'E_FAR' });
      if (request.url === '/aborts') return void response.destroy(new Error('given up'));
      response.end('ok');
    }),
  );
  logger.observe(server);
  server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const headers = `host: shop\r\ntraceparent: ${traceparent}\r\nreferer: http://a/\r\nuser-agent: kube-probe/1\r\nx-forwarded-for: 203.0.113.7:99\r\n`;
  const body = 'content-length: 2\r\nconnection: close\r\n\r\nok';
  for (const path of ['/?q=1', '/fails', '/aborts']) await exchange(port, `POST ${path} HTTP/1.1\r\n${headers}${body}`);
  await exchange(port, `GET /ws HTTP/1.1\r\n${headers}connection: upgrade\r\nupgrade: websocket\r\n\r\n`);
  await exchange(port, 'nonsense\r\n\r\n');
  server.close();
}

it('everything that the SDK itself writes into an event is a field of the index template', async () => {
  await requests();
  log.error('failed', new TypeError('x'));
  for (let n = 0; n < 100; n += 1) log.info(`too many ${n}`, { labels: { long: 'x'.repeat(70_000) } });
  await sink.waitFor(1, (event) => event.rota.drop !== undefined);
  await sink.waitFor(2, (event) => event.rota.sdk !== undefined && event.rota.sdk.dropped > 0);
  const { events } = sink;
  const has = (which: (event: Received) => unknown) => events.some((event) => which(event));
  // The test says something only if all of these are among what came.
  expect({
    failed: has((e) => e.error?.stack_trace && e.event.dataset === 'rota.access'),
    parent: has((e) => e.parent?.id),
    aborted: has((e) => e.tags?.includes('aborted')),
    malformed: has((e) => e.tags?.includes('malformed')),
    upgraded: has((e) => e.http?.response?.status_code === 101),
    health: has((e) => e.tags?.includes('health_check')),
    truncated: has((e) => e.rota.truncated),
    causes: has((e) => e.rota.sdk?.dropped_by_cause.overflow > 0),
  }).toEqual({
    failed: true,
    parent: true,
    aborted: true,
    malformed: true,
    upgraded: true,
    health: true,
    truncated: true,
    causes: true,
  });
  const names = new Set(events.flatMap((event) => leaves(event)));
  expect([...names].filter((name) => !isMapped(name)).sort()).toEqual([]);
  expect(names.size).toBeGreaterThan(60);
});
