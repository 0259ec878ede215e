import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Client } from '@elastic/elasticsearch';
import type { HostLogger, HostRoute, RotaHost, SearchClient } from '../../server/host';
import { registerRoutes } from '../../server/routes';
import { type Settings, settingsSchema } from '../../server/settings';

const MAX_BODY_BYTES = 1_048_576;

export interface ApiOptions {
  elasticsearchUrl: string;
  settings: Partial<Settings>;
  logger: HostLogger;
}

export interface Api {
  /** True when the request was one of the plugin's routes and has been answered. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
  close(): Promise<void>;
}

/** Mounts the plugin's own routes, the same code that runs in Kibana, on a plain HTTP server. */
export function createApi({ elasticsearchUrl, settings, logger }: ApiOptions): Api {
  const client = new Client({ node: elasticsearchUrl, maxRetries: 0 });
  const routes = new Map<string, HostRoute>();
  const host: RotaHost = {
    settings: settingsSchema.parse(settings),
    logger,
    route: (route) => routes.set(route.path, route),
  };
  registerRoutes(host);
  return {
    async handle(request, response) {
      const route = routes.get(new URL(request.url ?? '/', 'http://localhost').pathname);
      if (!route) return false;
      await answer(route, client as unknown as SearchClient, request, response);
      return true;
    },
    close: () => client.close(),
  };
}

async function answer(
  route: HostRoute,
  elasticsearch: SearchClient,
  request: IncomingMessage,
  response: ServerResponse,
) {
  if (request.method !== 'POST') return sendJson(response, 405, { message: 'Use POST.' });
  // Kibana's guard against requests forged by other sites.
  if (!request.headers['kbn-xsrf'])
    return sendJson(response, 400, { message: 'Request must contain a kbn-xsrf header.' });
  const body = await readJson(request);
  if (!body.ok) return sendJson(response, 400, { message: body.message });
  const aborter = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) aborter.abort();
  });
  const answered = await route.handler({
    body: body.value,
    elasticsearch,
    principal: 'everyone',
    signal: aborter.signal,
  });
  if (response.destroyed) return;
  if (!(answered.body instanceof Readable)) return sendJson(response, answered.status, answered.body, answered.headers);
  // As Kibana's HTTP server (hapi) does, so that what works here works there.
  if (answered.body.readableObjectMode)
    return sendJson(response, 500, { message: 'Cannot reply with a stream in object mode.' });
  response.writeHead(answered.status, answered.headers);
  // A browser that leaves ends the stream; there is nobody to tell.
  await pipeline(answered.body, response).catch(() => undefined);
}

async function readJson(
  request: IncomingMessage,
): Promise<{ ok: true; value: unknown } | { ok: false; message: string }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return { ok: false, message: 'The body is larger than 1 MiB.' };
    chunks.push(chunk);
  }
  try {
    return { ok: true, value: JSON.parse(Buffer.concat(chunks).toString('utf8') || 'null') };
  } catch {
    return { ok: false, message: 'The body is not JSON.' };
  }
}

function sendJson(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}
