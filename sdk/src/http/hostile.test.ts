import { afterEach, describe, expect, it } from 'vitest';
import { raw, serve } from '../../test/http_harness.js';
import { isAccess, TcpSink } from '../../test/tcp_sink.js';
import { createLogger } from '../logger.js';
import { requestLogger } from './index.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A server that logs by the SDK's own logger to a receiver: what counts is what leaves the process. */
async function shop() {
  const sink = await TcpSink.start();
  const log = createLogger({ service: 'shop', url: sink.url, statsIntervalMs: 0 });
  const requests = requestLogger(log);
  const app = await serve(
    requests.handler((request, response) => {
      log.info(`asked for ${request.url}`, { headers: request.headers, body: { password: 'hunter2' } });
      response.end();
    }),
  );
  closing.push(sink.stop.bind(sink), () => log.close({ timeoutMs: 500 }), app.stop);
  return { sink, log, port: app.port };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
const HARMFUL = /[\0-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

describe('what leaves the process, when requests mean harm', () => {
  it('is one line per event, in which nothing acts upon a terminal, and means what was sent', async () => {
    const { sink, log, port } = await shop();
    const agent = 'a\u009b31mred \u202egpj.exe';
    const utf8 = Buffer.from(agent).toString('latin1');
    const path = '/%0d%0a%1b[2J<14>1%20-%20forged';
    await raw(port, `GET ${path} HTTP/1.1\r\nhost: a\r\nuser-agent: ${utf8}\r\nconnection: close\r\n\r\n`);
    log.warning('line one\r\nline two\u0000\u001b[31m red \u2028 \u202e', { labels: { 'key\n\u001b': 'a\u007fb' } });
    const events = await sink.waitFor(3, (event) => event.event.dataset !== 'rota.sdk');
    for (const message of sink.messages) expect(message).not.toMatch(HARMFUL);
    const access = events.find(isAccess);
    expect(access?.user_agent.original).toBe(agent);
    expect(access?.url.path).toBe(path);
    const warning = events.find((event) => event.log.level === 'warning');
    expect(warning?.message).toBe('line one\r\nline two\u0000\u001b[31m red \u2028 \u202e');
    expect(warning?.labels).toEqual({ 'key\n\u001b': 'a\u007fb' });
  });

  it('holds no secret by default, wherever the application puts it', async () => {
    const { sink, log, port } = await shop();
    const secrets = ['s3cret-bearer', 's3cret-cookie', 's3cret-query', 's3cret-referer', 'hunter2', 's3cret-key'];
    await raw(
      port,
      [
        'GET /reset?token=s3cret-query&page=2 HTTP/1.1',
        'host: a',
        'authorization: Bearer s3cret-bearer',
        'cookie: sid=s3cret-cookie',
        'x-api-key: s3cret-key',
        'referer: https://ada:hunter2@b.example/?access_token=s3cret-referer',
        'connection: close',
        '\r\n',
      ].join('\r\n'),
    );
    log.error('failed', Object.assign(new Error('could not log in with password=hunter2'), { apiKey: 's3cret-key' }));
    const events = await sink.waitFor(3, (event) => event.event.dataset !== 'rota.sdk');
    for (const secret of secrets) expect(sink.messages.join('\n')).not.toContain(secret);
    expect(events.find(isAccess)?.url).toMatchObject({ path: '/reset', query: 'token=[redacted]&page=2' });
    expect(events[0]?.message).toBe('asked for /reset?token=[redacted]&page=2');
  });

  it('carries the ids on the lines of the request', async () => {
    const { sink, port } = await shop();
    await raw(port, 'GET /x HTTP/1.1\r\nhost: a\r\nx-request-id: one\r\nconnection: close\r\n\r\n');
    const [access] = await sink.waitFor(1, isAccess);
    const line = sink.events.find((event) => event.event.dataset === 'rota.app');
    expect(line).toMatchObject({ http: { request: { id: 'one' } }, trace: access?.trace, span: access?.span });
    expect(access).toMatchObject({
      data_stream: { dataset: 'rota.access' },
      service: { name: 'shop' },
      rota: { tier: 'webapp' },
    });
  });
});
