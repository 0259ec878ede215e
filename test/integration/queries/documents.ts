import { WEBAPPS, type World, type WorldRequest } from './world';

export interface Doc {
  stream: string;
  id: string;
  body: object;
}

const iso = (t: number) => new Date(t).toISOString();
const ns = (ms: number) => Math.round(ms * 1e6);
/** From a line's own time until the indexer sent it. */
export const LAG_MS = 900;

function base(t: number, dataset: string, id: string, host: string, tier: string) {
  return {
    '@timestamp': iso(t),
    event: { id, dataset, created: iso(t + 20), ingested: iso(t + LAG_MS), original: `${dataset} ${id}` },
    data_stream: { type: 'logs', dataset, namespace: 'rota' },
    host: { name: host },
    rota: { tier },
  };
}

function merge<T extends ReturnType<typeof base>>(doc: T, event: object, rota: object, rest: object): object {
  return { ...doc, ...rest, event: { ...doc.event, ...event }, rota: { ...doc.rota, ...rota } };
}

/** What the pipeline would have made of the world's lines. */
export function* documentsOf(
  world: World,
  options: { balancer: boolean; words: boolean; namespace?: string },
): Generator<Doc> {
  const stream = (dataset: string) => `logs-${dataset}-${options.namespace ?? 'rota'}`;
  const sequences = new Map<string, number>();
  for (const request of world.requests) {
    if (options.balancer) yield { stream: stream('haproxy.log'), ...balancerLine(request) };
    yield { stream: stream('nginx.access'), ...frontendLine(request) };
    for (const [i, attempt] of request.attempts.entries()) {
      if (!attempt.logged) continue;
      const sequence = (sequences.get(attempt.webapp) ?? 0) + 1;
      sequences.set(attempt.webapp, sequence);
      yield { stream: stream('rota.access'), ...webappLine(request, i, sequence) };
      if (attempt.status >= 500) {
        sequences.set(attempt.webapp, sequence + 1);
        yield { stream: stream('rota.app'), ...errorLine(request, i, sequence + 1) };
      }
    }
  }
  for (const { t, frontend, status } of world.probes) {
    const id = `probe-${frontend}-${t}`;
    const doc = base(t, 'nginx.access', id, frontend, 'frontend');
    yield {
      stream: stream('nginx.access'),
      id,
      body: merge(
        doc,
        { duration: ns(2) },
        { pool: 'webapps' },
        {
          tags: ['health_check'],
          source: { ip: '10.0.0.1', address: '10.0.0.1' },
          http: { request: { method: 'GET' }, response: { status_code: status } },
          url: { path: '/healthz', original: '/healthz' },
        },
      ),
    };
  }
  for (const { t, frontend, webapp } of world.disabled) {
    const id = `disabled-${webapp}-${t}`;
    yield {
      stream: stream('nginx.error'),
      id,
      body: merge(
        base(t, 'nginx.error', id, frontend, 'frontend'),
        { action: 'upstream_disabled' },
        {
          upstream: { address: WEBAPPS[webapp].address },
        },
        {
          message: 'upstream server temporarily disabled while reading response header from upstream',
          log: { level: 'warn' },
        },
      ),
    };
  }
  if (options.words) yield* words(world, stream);
}

function* words(world: World, stream: (dataset: string) => string): Generator<Doc> {
  for (const { t, frontend, up } of world.words) {
    const id = `word-${frontend}-${t}`;
    yield {
      stream: stream('haproxy.log'),
      id,
      body: merge(
        base(t + 3, 'haproxy.log', id, 'lb-1', 'lb'),
        {
          action: up ? 'server_up' : 'server_down',
          reason: up ? 'Layer7 check passed, code: 200' : 'Layer7 wrong status, code: 503',
        },
        { pool: 'frontends' },
        {
          haproxy: { server_name: frontend, backend_name: 'frontends' },
          message: `Server frontends/${frontend} is ${up ? 'UP' : 'DOWN'}`,
        },
      ),
    };
  }
}

function http(request: WorldRequest, status: number) {
  return {
    http: { request: { id: request.id, method: request.method }, response: { status_code: status }, version: '1.1' },
    url: { path: request.path, original: request.path },
    source: { ip: '203.0.113.87', address: '203.0.113.87' },
    user_agent: { original: 'Firefox 120' },
    trace: { id: `trace-${request.id}` },
  };
}

function balancerLine(request: WorldRequest) {
  const id = `lb-${request.id}`;
  const doc = base(request.t, 'haproxy.log', id, 'lb-1', 'lb');
  const body = merge(
    doc,
    { duration: ns(request.end - request.t + 2) },
    { pool: 'frontends', upstream: { address: '10.0.1.1:80' } },
    {
      ...http(request, request.status),
      haproxy: { server_name: request.frontend, backend_name: 'frontends', frontend_name: 'site' },
    },
  );
  return { id, body };
}

function frontendLine(request: WorldRequest) {
  const id = `fe-${request.id}`;
  // nginx writes its line when the request ends.
  const doc = base(request.end, 'nginx.access', id, request.frontend, 'frontend');
  const attempts = request.attempts.map((attempt, i) => ({
    n: i + 1,
    address: WEBAPPS[attempt.webapp].address,
    status_code: attempt.status,
    duration: ns(attempt.ms),
  }));
  const { n: _, ...last } = attempts.at(-1)!;
  const rota = { pool: 'webapps', upstream: last, ...(attempts.length > 1 ? { attempts } : {}) };
  return { id, body: merge(doc, { duration: ns(request.end - request.t) }, rota, http(request, request.status)) };
}

const PIDS: Record<string, number> = { 'web-1': 101, 'web-2': 102, 'web-3': 103, 'web-4': 104 };

function webappLine(request: WorldRequest, i: number, sequence: number) {
  const attempt = request.attempts[i]!;
  const begun = request.t + request.attempts.slice(0, i).reduce((sum, { ms }) => sum + ms, 0);
  const run = `run-${attempt.webapp}`;
  const id = `${run}-${sequence}`;
  // web-3's clock is 5 ms ahead.
  const skew = attempt.webapp === 'web-3' ? 5 : 0;
  const doc = base(begun + attempt.ms - 1 + skew, 'rota.access', id, attempt.webapp, 'webapp');
  const [address, port] = WEBAPPS[attempt.webapp].address.split(':');
  const body = merge(
    doc,
    { duration: ns(attempt.ms - 2), sequence },
    {},
    {
      ...http(request, attempt.status),
      agent: { ephemeral_id: run },
      server: { address, port: Number(port) },
      service: { name: 'shop', version: attempt.version, environment: 'production' },
      process: { pid: PIDS[attempt.webapp] },
    },
  );
  return { id, body };
}

function errorLine(request: WorldRequest, i: number, sequence: number) {
  const attempt = request.attempts[i]!;
  const run = `run-${attempt.webapp}`;
  const id = `${run}-${sequence}`;
  const skew = attempt.webapp === 'web-3' ? 5 : 0;
  const doc = base(request.t + attempt.ms - 3 + skew, 'rota.app', id, attempt.webapp, 'webapp');
  const stack = `TypeError: Cannot read properties of undefined (reading 'currency')\n    at priceOf (src/cart/pricing.ts:88:31)\n    at next (/app/node_modules/express/lib/router.js:1:1)`;
  const body = merge(
    doc,
    { sequence },
    {},
    {
      agent: { ephemeral_id: run },
      error: {
        type: 'TypeError',
        message: "Cannot read properties of undefined (reading 'currency')",
        stack_trace: stack,
      },
      http: { request: { id: request.id } },
      log: { level: 'error', logger: 'cart.pricing' },
      message: 'Could not price the cart',
      service: { name: 'shop', version: attempt.version, environment: 'production' },
      trace: { id: `trace-${request.id}` },
    },
  );
  return { id, body };
}
