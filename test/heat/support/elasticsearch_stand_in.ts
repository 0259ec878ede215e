import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** What a log server asks for when it makes an API key. */
export interface KeyRequest {
  name: string;
  role_descriptors: Record<string, { cluster: string[]; indices: { names: string[]; privileges: string[] }[] }>;
}

export interface ElasticsearchStandIn {
  readonly port: number;
  /** Method, path and answered status of each request. */
  readonly requests: string[];
  /** The API keys asked for since the last forgetKeys(). */
  readonly made: KeyRequest[];
  /** Every request is answered by this status, or by a closed connection. */
  fails: number | 'hang up' | undefined;
  /** Whether the user rota_log may log in. */
  login: boolean;
  /** A key that is known, as it stands in a file. */
  giveKey(name: string): string;
  /** As an Elasticsearch that was made anew. */
  forgetKeys(): void;
  close(): Promise<void>;
}

/**
 * A stand-in for Elasticsearch's security, over TLS with a node's own certificate: who a request comes from, and API keys
 * for the user rota_log. A real one needs a licence's worth of modules that the tests' node lacks.
 * @param tls folder of node.key and node.crt
 */
export async function startElasticsearchStandIn(tls: string, password: string): Promise<ElasticsearchStandIn> {
  const known = new Set<string>();
  const user = `Basic ${Buffer.from(`rota_log:${password}`).toString('base64')}`;
  const pem = (name: string) => readFileSync(join(tls, name));

  const answer = (request: IncomingMessage, body: string): [status: number, text: string] => {
    const who = request.headers.authorization ?? '';
    if (typeof it.fails === 'number') return [it.fails, '{}'];
    const isUser = it.login && who === user;
    if (!isUser && !known.has(who)) return [401, '{}'];
    if (request.url === '/_security/_authenticate') return [200, '{}'];
    if (request.url !== '/_security/api_key' || request.method !== 'POST' || !isUser) return [404, '{}'];
    const asked = JSON.parse(body) as KeyRequest;
    it.made.push(asked);
    return [200, JSON.stringify({ name: asked.name, encoded: it.giveKey(asked.name) })];
  };

  const server = createServer({ key: pem('node.key'), cert: pem('node.crt') }, async (request, response) => {
    if (it.fails === 'hang up') return request.socket.destroy();
    let body = '';
    for await (const data of request) body += data;
    const [status, text] = answer(request, body);
    it.requests.push(`${request.method} ${request.url} ${status}`);
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const it: ElasticsearchStandIn = {
    port: (server.address() as AddressInfo).port,
    requests: [],
    made: [],
    fails: undefined,
    login: true,
    giveKey() {
      const key = randomBytes(30).toString('base64');
      known.add(`ApiKey ${key}`);
      return key;
    },
    forgetKeys() {
      known.clear();
      it.made.length = 0;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return it;
}
