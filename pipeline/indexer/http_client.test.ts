import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { AnswerError, UnansweredError } from './errors';
import { HttpClient } from './http_client';

type Answerer = Parameters<typeof createServer>[1];

const servers: Server[] = [];
const clients: HttpClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(
    servers.splice(0).map((server) => {
      server.closeAllConnections();
      return new Promise((closed) => server.close(closed));
    }),
  );
});

async function serve(answer: Answerer): Promise<URL> {
  const server = createServer(answer as never);
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

function clientOf(urls: URL[], more: { apiKey?: string; requestTimeoutMs?: number } = {}): HttpClient {
  const client = new HttpClient({ urls, requestTimeoutMs: 10_000, ...more });
  clients.push(client);
  return client;
}

describe('HttpClient', () => {
  it('asks nodes in turn, and passes over one that does not answer while there is another', async () => {
    const asked: string[] = [];
    const node = (name: string, well: boolean) =>
      serve((request, response) => {
        asked.push(name);
        if (well) response.end('{}');
        else request.socket.destroy();
      });
    const client = clientOf([await node('a', true), await node('b', false), await node('c', true)]);
    for (let n = 0; n < 7; n += 1)
      await client.send('GET', '/').catch((error) => expect(error).toBeInstanceOf(UnansweredError));
    expect(asked).toEqual(['a', 'b', 'c', 'a', 'c', 'a', 'c']);
  });

  it('goes on asking the only node there is', async () => {
    let times = 0;
    const client = clientOf([
      await serve((request, response) => {
        times += 1;
        if (times === 1) request.socket.destroy();
        else response.end('{"ok":true}');
      }),
    ]);
    await expect(client.json('GET', '/')).rejects.toBeInstanceOf(UnansweredError);
    expect(await client.json('GET', '/')).toEqual({ ok: true });
  });

  it('repeats nothing by itself: what was acted on is for the caller to know', async () => {
    let times = 0;
    const client = clientOf([
      await serve((request) => {
        times += 1;
        request.on('data', () => {}).on('end', () => request.socket.destroy());
      }),
    ]);
    for (const method of ['GET', 'POST', 'PUT']) {
      await expect(client.send(method, '/', method === 'GET' ? undefined : '{}')).rejects.toBeInstanceOf(
        UnansweredError,
      );
    }
    expect(times).toBe(3);
  });

  it.each([
    ['says nothing', () => {}],
    [
      'trickles',
      (_: unknown, response: { write(text: string): void }) => {
        response.write('{"a":');
        const timer = setInterval(() => response.write(' '), 10);
        timer.unref();
        setTimeout(() => clearInterval(timer), 5_000).unref();
      },
    ],
  ])('gives up a node that %s, after the limit', async (_, answer) => {
    const client = clientOf([await serve(answer as never)], { requestTimeoutMs: 100 });
    await expect(client.send('GET', '/')).rejects.toThrow('nothing within 100 ms');
  });

  it('takes an answer that breaks off for none', async () => {
    const client = clientOf([
      await serve((request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"half":');
        response.flushHeaders();
        setImmediate(() => request.socket.destroy());
      }),
    ]);
    await expect(client.send('GET', '/')).rejects.toBeInstanceOf(UnansweredError);
  });

  it('names a node that refuses connections', async () => {
    const url = await serve(() => {});
    const [server] = servers.splice(0);
    await new Promise((closed) => (server as Server).close(closed));
    await expect(clientOf([url]).send('GET', '/')).rejects.toThrow(new RegExp(`${url.port}.*ECONNREFUSED`));
  });

  it('signs in by the key, else by the name in the address, and keeps the address’s own path', async () => {
    const seen: string[] = [];
    const url = await serve((request, response) => {
      seen.push(`${request.url} ${request.headers.authorization} ${request.headers['content-type']}`);
      response.end('{}');
    });
    const inside = new URL(`http://us%20er:p%40ss@127.0.0.1:${url.port}/es/`);
    await clientOf([inside]).json('POST', '/_bulk', {});
    await clientOf([inside], { apiKey: 'abc' }).json('GET', '/');
    expect(seen).toEqual([
      `/es/_bulk Basic ${Buffer.from('us er:p@ss').toString('base64')} application/json`,
      '/es/ ApiKey abc undefined',
    ]);
  });

  it('tells what is not there from what is refused and from what is not Elasticsearch', async () => {
    const answers: Record<string, [number, string]> = {
      '/none': [404, '{}'],
      '/refused': [400, '{"error":"no such field"}'],
      '/page': [200, '<html>'],
    };
    const client = clientOf([
      await serve((request, response) => {
        const [status, body] = answers[request.url as string] as [number, string];
        response.writeHead(status).end(body);
      }),
    ]);
    expect(await client.json('GET', '/none')).toBeUndefined();
    await expect(client.json('GET', '/refused')).rejects.toThrow(/400.*no such field/s);
    await expect(client.json('GET', '/page')).rejects.toThrow(/not JSON.*<html>/s);
    await expect(client.json('GET', '/page')).rejects.toBeInstanceOf(AnswerError);
  });
});
