import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { StackError } from '../errors.js';

/** What the control socket can ask of a running stack. */
export interface Controls {
  stop(name: string): Promise<void>;
  start(name: string): Promise<void>;
  fail(name: string, fault: { status?: number; latency_ms?: number; path?: string; for_s?: number }): Promise<void>;
  mend(name: string): Promise<void>;
  down(): Promise<void>;
}

/** Serves `POST /<command>` with `{name, …}` on a unix socket that only this account can open. */
export function controlServer(socketPath: string, controls: Controls): Promise<Server> {
  rmSync(socketPath, { force: true });
  const server = createServer(async (request, response) => {
    try {
      const { name = '', ...rest } = (await body(request)) as { name?: string };
      await run(controls, request.url ?? '', name, rest);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    } catch (error) {
      const known = error instanceof StackError;
      response
        .writeHead(known ? 400 : 500, { 'content-type': 'application/json' })
        .end(JSON.stringify({ code: known ? error.code : 'ROTA_UNEXPECTED', message: (error as Error).message }));
    }
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const mask = process.umask(0o077);
    server.listen(socketPath, () => resolve(server));
    process.umask(mask);
  });
}

function run(controls: Controls, url: string, name: string, rest: object): Promise<void> {
  switch (url) {
    case '/stop':
      return controls.stop(name);
    case '/start':
      return controls.start(name);
    case '/fail':
      return controls.fail(name, rest);
    case '/mend':
      return controls.mend(name);
    case '/down':
      return controls.down();
    default:
      throw new StackError('ROTA_USAGE', `The stack knows no command ${url}.`);
  }
}

async function body(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text ? JSON.parse(text) : {};
}
