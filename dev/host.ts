import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { readManifest } from '../scripts/build_plugin/manifest';
import type { HostLogger } from '../server/host';
import type { Settings } from '../server/settings';
import { type Api, createApi } from './server/api';
import { type Assets, buildAssets } from './server/assets';
import { CONTENT_SECURITY_POLICY, renderPage } from './server/page';

export interface DevHostOptions {
  /** 0 takes a free port. */
  port: number;
  /** Loopback unless told otherwise: there is no login here. */
  address?: string;
  elasticsearchUrl: string;
  /** As `rota.*` in kibana.yml. */
  settings?: Partial<Settings>;
  logger?: HostLogger;
  /** false keeps names and an inline source map in the plugin's bundle. */
  minify?: boolean;
  /** Built already, for several hosts in one process. */
  assets?: Assets;
}

export interface DevHost {
  url: string;
  /** Builds the bundles again from the sources, for the next page load. */
  rebuild(): Promise<void>;
  close(): Promise<void>;
}

const root = fileURLToPath(new URL('..', import.meta.url));

const consoleLogger: HostLogger = {
  debug: () => undefined,
  info: (message) => console.log(message),
  warn: (message) => console.warn(message),
  error: (message) => console.error(message),
};

/**
 * Serves the plugin without Kibana: the same browser bundle, the same routes, a chrome like Kibana's around them.
 * Rejects with the system's error when the port is taken.
 */
export async function startDevHost(options: DevHostOptions): Promise<DevHost> {
  const { port, address = '127.0.0.1', elasticsearchUrl, settings = {}, logger = consoleLogger, minify } = options;
  const manifest = await readManifest(root);
  let assets = options.assets ?? (await buildAssets(root, { minify }));
  const api = createApi({ elasticsearchUrl, settings, logger });
  const server = createServer((request, response) => {
    serve(request, response, api, assets, manifest.version).catch((error: unknown) => {
      logger.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  await listen(server, port, address);
  const bound = server.address();
  const boundPort = typeof bound === 'object' && bound ? bound.port : port;
  return {
    url: `http://${address}:${boundPort}`,
    async rebuild() {
      assets = await buildAssets(root, { minify });
    },
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await api.close();
    },
  };
}

async function serve(request: IncomingMessage, response: ServerResponse, api: Api, assets: Assets, version: string) {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname.startsWith('/assets/')) return sendAsset(response, assets, pathname.slice('/assets/'.length));
  if (pathname.startsWith('/app/')) return sendPage(request, response, version, assets.build);
  if (pathname === '/') return response.writeHead(302, { location: '/app/rota' }).end();
  if (pathname === '/health') return response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n');
  if (await api.handle(request, response)) return;
  response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"Not Found"}');
}

function sendAsset(response: ServerResponse, { build, files }: Assets, path: string): void {
  const [of, name = ''] = path.split('/');
  const asset = of === build ? files.get(name) : undefined;
  if (!asset) return void response.writeHead(404).end();
  const headers = { 'content-type': asset.type, 'cache-control': 'public, max-age=31536000, immutable' };
  response.writeHead(200, headers).end(asset.body);
}

function sendPage(request: IncomingMessage, response: ServerResponse, version: string, build: string): void {
  const darkMode = /(?:^|;\s*)rota_dark=1/.test(request.headers.cookie ?? '');
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': CONTENT_SECURITY_POLICY,
  });
  response.end(renderPage(darkMode, version, build));
}

function listen(server: Server, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
