import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { serve as serveHono } from '@hono/node-server';
import { Injectable, Module, Logger as NestLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import fastify from 'fastify';
import { Hono } from 'hono';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Lines } from '../../test/http_harness.js';
import { ScriptedRelp, until } from '../../test/scripted_relp.js';
import { requestLogger } from '../http/index.js';
import { createLogger, runWithContext } from '../index.js';
import { RotaModule, RotaNestLogger } from './nestjs.js';
import { RotaLogExporter } from './opentelemetry.js';
import { pinoMixin, pinoStream } from './pino.js';

// biome-ignore lint/suspicious/noExplicitAny: documents of any shape
type Doc = any;

let relp: ScriptedRelp;
beforeEach(async () => {
  relp = await ScriptedRelp.start();
});
afterEach(() => relp.stop());

const options = () => ({ url: relp.url, service: 'shop', statsIntervalMs: 0, exitTimeoutMs: 60_000 });
/** The lines of the application, without the SDK's own. */
const docs = (): Doc[] =>
  relp.messages
    .map((text) => JSON.parse(text.slice(text.indexOf('] {') + 2)))
    .filter((doc) => doc.event.dataset !== 'rota.sdk');
const severities = () => relp.messages.map((text) => Number(/^<(\d+)>/.exec(text)?.[1]) % 8);

describe('pino', () => {
  it('logs through the stream: levels, time, errors with their own members, children, custom levels', async () => {
    const stream = pinoStream(options());
    const log = pino({ level: 'trace', customLevels: { loud: 55 } }, stream);
    const error = Object.assign(new RangeError('boom', { cause: new Error('inner') }), { errno: -2 });
    log.error({ err: error, table: 'orders' }, 'query failed');
    log.child({ part: 'kid' }).trace('traced');
    log.loud('unusual');
    log.info({ user: { id: 'u1' }, password: 's3cret' }, 'user %s', 'bob');
    expect(await stream.flush()).toEqual({ delivered: true, remaining: 0 });
    const [failed, traced, loud, user] = docs();
    expect(failed).toMatchObject({
      message: 'query failed',
      log: { level: 'error' },
      table: 'orders',
      error: { type: 'RangeError', errno: -2 },
      service: { name: 'shop' },
    });
    expect(failed.error.message).toContain('boom');
    expect(failed.error.stack_trace).toContain('inner');
    expect(Math.abs(Date.parse(failed['@timestamp']) - Date.now())).toBeLessThan(3_600_000);
    expect(traced).toMatchObject({ message: 'traced', part: 'kid', log: { level: 'debug' } });
    expect(loud).toMatchObject({ message: 'unusual', log: { level: 'error' } });
    expect(user).toMatchObject({ message: 'user bob', user: { id: 'u1' }, password: '[redacted]' });
    expect(severities()).toEqual([3, 7, 3, 6]);
    expect(stream.stats()).toMatchObject({ delivered: 4, dropped: 0 });
    await new Promise<void>((resolve) => void stream.end(resolve));
  });

  it('keeps what another key or the application calls message, error or v', async () => {
    const stream = pinoStream(options());
    pino({ messageKey: 'message' }, stream).info({ n: 1 }, 'by its key');
    const log = pino(stream);
    log.info({ message: 'the field', v: 2 }, 'the text');
    log.info({ message: { a: 1 } }, 'an object');
    log.error({ err: new Error('boom'), error: 'its code' }, 'failed');
    expect(await stream.flush()).toEqual({ delivered: true, remaining: 0 });
    const [key, both, object, failed] = docs();
    expect(key).toMatchObject({ message: 'by its key', n: 1 });
    expect(both).toMatchObject({ message: 'the text the field', v: 2 });
    expect(object).toMatchObject({ message: 'an object', rota: { extra: { message: { a: 1 } } } });
    expect(failed).toMatchObject({ error: { message: 'boom' }, rota: { extra: { error: 'its code' } } });
    stream.destroy();
  });

  it('carries the ids of the context, and gives them to the transport by its mixin', async () => {
    const stream = pinoStream(options());
    runWithContext({ labels: { job: 'nightly' } }, () => {
      pino(stream).info('inside');
      expect(pinoMixin()).toEqual({ labels: { job: 'nightly' } });
    });
    expect(pinoMixin()).toEqual({});
    await stream.flush();
    expect(docs()[0]).toMatchObject({ message: 'inside', labels: { job: 'nightly' } });
    stream.destroy();
  });

  it('takes what is no JSON, and lines in pieces', async () => {
    const stream = pinoStream(options());
    for (const piece of [
      'not json\n{"level":',
      '40,"msg":"in ',
      'piéces"}\n',
      Buffer.from('{"msg":"ü"}\n').subarray(0, 9),
    ])
      stream.write(piece);
    stream.write(Buffer.from('{"msg":"ü"}\n').subarray(9));
    await new Promise<void>((resolve) => void stream.end(resolve));
    expect(docs().map(({ message }) => message)).toEqual(['not json', 'in piéces', 'ü']);
  });

  it("is Fastify's own logger", async () => {
    const stream = pinoStream(options());
    const app = fastify({ logger: { stream } });
    app.get('/', (request, reply) => {
      request.log.warn({ sku: 7 }, 'in the route');
      reply.send('ok');
    });
    await app.inject('/');
    await app.close();
    await stream.flush();
    const line = docs().find(({ message }) => message === 'in the route');
    expect(line).toMatchObject({ sku: 7, log: { level: 'warning' }, http: { request: { id: 'req-1' } } });
    expect(docs().some(({ message }) => message === 'request completed')).toBe(true);
    stream.destroy();
  });
});

it('OpenTelemetry: records are exported with their time, level, attributes and span, and acknowledged', async () => {
  const exporter = new RotaLogExporter(options());
  const provider = new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter: exporter as never })] });
  const logger = provider.getLogger('payments');
  logger.emit({
    severityNumber: 17,
    body: 'it failed',
    timestamp: new Date('2026-01-02T03:04:05.678Z'),
    attributes: { 'http.request.method': 'GET', 'exception.type': 'RangeError', 'exception.message': 'boom', sku: 7 },
  });
  logger.emit({ severityNumber: 9, body: { a: 1 }, eventName: 'paid' });
  logger.emit({
    body: 'text',
    timestamp: [Number.NaN, 0],
    attributes: { message: 'an attribute', level: 'gold', body: 'big' },
  });
  await provider.forceFlush();
  expect(exporter.stats()).toMatchObject({ delivered: 3, dropped: 0 });
  await provider.shutdown();
  const [failed, paid, named] = docs();
  expect(named).toMatchObject({
    message: 'text',
    rota: { extra: { message: 'an attribute', level: 'gold', body: 'big' } },
  });
  expect(failed).toMatchObject({
    '@timestamp': '2026-01-02T03:04:05.678Z',
    message: 'it failed',
    log: { level: 'error', logger: 'payments' },
    http: { request: { method: 'GET' } },
    error: { type: 'RangeError', message: 'boom' },
    sku: 7,
  });
  expect(paid).toMatchObject({ message: 'paid', body: { a: 1 }, event: { action: 'paid' } });
});

it('OpenTelemetry: what is not delivered in time is told, and kept', async () => {
  const gone = options();
  await relp.stop();
  const exporter = new RotaLogExporter({ ...gone, exitTimeoutMs: 50, onWarning: () => {} });
  const result = await new Promise((resolve) => exporter.export([{ body: 'waits' }], resolve));
  expect(result).toMatchObject({ code: 1, error: { message: expect.stringContaining('sent later') } });
  expect(exporter.stats()).toMatchObject({ pending: 1, dropped: 0 });
  await exporter.shutdown();
  relp = await ScriptedRelp.start();
});

describe('NestJS', () => {
  it('logs by the service and by the module, with contexts, stacks and errors', async () => {
    const log = createLogger({ ...options(), level: 'debug' });
    class Greeter {
      private readonly logger = new NestLogger(Greeter.name);
      greet() {
        this.logger.warn('careful');
        this.logger.error('failed', new Error('boom').stack);
        this.logger.verbose({ message: 'an object', sku: 7 });
        this.logger.fatal(new RangeError('worst'));
      }
    }
    Injectable()(Greeter);
    class AppModule {}
    Module({ imports: [RotaModule.forRoot(log)], providers: [Greeter] })(AppModule);
    const app = await NestFactory.createApplicationContext(AppModule, { bufferLogs: true });
    app.useLogger(app.get(RotaNestLogger));
    app.flushLogs();
    app.get(Greeter).greet();
    await app.close();
    const of = (message: string) => docs().find((doc) => doc.message === message);
    expect(docs().some((doc) => doc.log.logger === 'InstanceLoader')).toBe(true);
    expect(of('careful')).toMatchObject({ log: { level: 'warning', logger: 'Greeter' } });
    expect(of('failed')).toMatchObject({
      error: { stack_trace: expect.stringContaining('boom') },
      log: { logger: 'Greeter' },
    });
    expect(of('an object')).toMatchObject({ sku: 7, log: { level: 'debug' } });
    expect(of('worst')).toMatchObject({ error: { type: 'RangeError' }, log: { level: 'crit', logger: 'Greeter' } });
    await until(() => log.stats().connection.state === 'closed');
  });
});

it('Hono: one event a request, with the error that a handler threw, and ids inside', async () => {
  const lines = new Lines();
  const app = new Hono();
  app.use(requestLogger(lines.logger).hono as never);
  app.get('/', (context) => {
    lines.logger.info('inside');
    return context.text('ok');
  });
  app.get('/fail', () => {
    throw new RangeError('boom');
  });
  app.onError((_error, context) => context.text('sorry', 500));
  const server = serveHono({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  await until(() => server.listening);
  const { port } = server.address() as AddressInfo;
  await (await fetch(`http://127.0.0.1:${port}/`)).text();
  await (await fetch(`http://127.0.0.1:${port}/fail`)).text();
  const [ok, failed] = await lines.accesses(2);
  server.close();
  expect([ok?.message, failed?.message]).toEqual(['GET / 200', 'GET /fail 500']);
  expect(failed?.['error']).toMatchObject({ type: 'RangeError', message: 'boom' });
  const inside = lines.all.find(({ message }) => message === 'inside');
  expect(inside?.['http'].request.id).toBe(ok?.['http'].request.id);
});
