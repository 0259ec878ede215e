import { existsSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { join } from 'node:path';
import { checkout } from '../../stack/layout.js';
import { accepts } from '../../stack/services/probes.js';
import { ServiceProcess } from '../../stack/services/process.js';
import { findJava } from '../../stack/setup/java.js';

export interface LogstashOptions {
  /** An unpacked Logstash 7.17 or 8: `LOGSTASH_HOME`. */
  home: string;
  /** The bundled pipeline/logstash/shaper.ts. */
  shaper: string;
  folder: string;
  logFolder: string;
  port: number;
  elasticsearchUrl: string;
  namespace: string;
  /** The shaper's settings, as the indexer has them. */
  settings?: Record<string, string>;
}

/** Rota's Logstash pipeline, from `pipeline/logstash/conf.d` as it is shipped. */
export function logstash({
  home,
  shaper,
  folder,
  logFolder,
  port,
  elasticsearchUrl,
  namespace,
  settings,
}: LogstashOptions): ServiceProcess {
  return new ServiceProcess({
    name: 'logstash',
    tier: 'log',
    port,
    command: join(home, 'bin', 'logstash'),
    args: [
      ...['--path.data', join(folder, 'data'), '--path.logs', join(folder, 'logs'), '--api.enabled', 'false'],
      ...['-f', join(checkout, 'pipeline/logstash/conf.d')],
    ],
    cwd: folder,
    env: {
      ...(existsSync(join(home, 'jdk')) ? {} : { LS_JAVA_HOME: findJava() }),
      LS_JAVA_OPTS: '-Xms512m -Xmx512m',
      ROTA_LOGSTASH_DIR: join(checkout, 'pipeline/logstash'),
      ROTA_SHAPER_COMMAND: `${process.execPath} ${shaper}`,
      ROTA_LOGSTASH_PORT: String(port),
      ROTA_ELASTICSEARCH_URL: elasticsearchUrl,
      ROTA_NAMESPACE: namespace,
      ...settings,
    },
    logFolder,
    // LOGSTASH_HOME may stand where the service account cannot go.
    asSelf: true,
    ready: () => accepts(port),
    stopTimeoutMs: 30_000,
  });
}

/**
 * Logstash asks a node for its version and licence before it sends anything; the stripped node that the tests run
 * answers neither. This passes everything on to it and answers those two as the full node of its version does.
 */
export async function fullNodeFront(url: string, port: number): Promise<{ url: string; server: Server }> {
  const target = new URL(url);
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url?.split('?')[0];
    const known = incoming.method === 'GET' || incoming.method === 'HEAD' ? ANSWERS[path ?? ''] : undefined;
    if (known) {
      outgoing.writeHead(200, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' });
      outgoing.end(incoming.method === 'HEAD' ? undefined : JSON.stringify(known));
      return;
    }
    const { method, headers } = incoming;
    const onward = request(
      { host: target.hostname, port: target.port, method, headers, path: incoming.url },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${port}`, server };
}

const ANSWERS: Readonly<Record<string, object>> = {
  '/': {
    name: 'test',
    cluster_name: 'test',
    cluster_uuid: 'test',
    version: { number: '8.12.2', build_flavor: 'default', minimum_wire_compatibility_version: '7.17.0' },
    tagline: 'You Know, for Search',
  },
  '/_license': { license: { status: 'active', type: 'basic', uid: 'test' } },
  '/_xpack': { license: { uid: 'test', type: 'basic', mode: 'basic', status: 'active' }, features: {} },
};
