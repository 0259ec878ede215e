import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INDEXER_BUNDLE } from '../../pipeline/build.js';
import { ownedFolder } from '../../stack/account.js';
import { checkout } from '../../stack/layout.js';
import type { Profile } from '../../stack/options.js';
import { freeBlock, type PortPlan } from '../../stack/ports.js';
import type { ServiceProcess } from '../../stack/services/process.js';
import { rsyslogServer } from '../../stack/services/rsyslog.js';
import { agentFrames } from './lines.js';
import { cpuSeconds, pin } from './processes.js';
import type { Run } from './run.js';
import { type BenchStore, untilCount } from './store.js';

export interface RotaServer {
  ports: PortPlan;
  service: ServiceProcess;
  stream: string;
  stop(): Promise<void>;
}

/** rsyslog and its indexer as they ship, on one core. */
export async function startRota(options: {
  profile: Profile;
  namespace: string;
  elasticsearchUrl: string;
  core: number;
  settings?: Record<string, string>;
}): Promise<RotaServer> {
  const ports = await freeBlock();
  const folder = ownedFolder(mkdtempSync(join(tmpdir(), 'rota-bench-')));
  const service = rsyslogServer({
    pipeline: join(checkout, 'pipeline'),
    folder: ownedFolder(join(folder, 'work')),
    logFolder: ownedFolder(join(folder, 'logs')),
    host: 'log-1',
    ports: ports.rsyslog,
    inputs: ['tcp', 'relp'],
    profile: options.profile,
    namespace: options.namespace,
    elasticsearchUrl: options.elasticsearchUrl,
    indexer: INDEXER_BUNDLE,
    settings: options.settings ?? {},
  });
  await pin(service, options.core).start();
  return {
    ports,
    service,
    stream: `logs-nginx.access-${options.namespace}`,
    async stop() {
      await service.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Writes bytes to a TCP port as fast as the receiver takes them; resolves when all are written. */
export function pour(port: number, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', reject);
    socket.end(bytes, resolve);
  });
}

/** CPU seconds of a server's processes. */
export const serverCpu = (server: RotaServer): number => cpuSeconds(server.service.pid ?? -1);

/** Pours the lines into the octet-counted server as an agent frames them; the time ends when the last is indexed. */
export async function timeRota(
  store: BenchStore,
  server: RotaServer,
  lines: readonly string[],
  name: string,
): Promise<Run> {
  const frames = agentFrames(lines, name);
  const indexed = () => store.indexed(server.stream);
  const before = await indexed();
  const cpuBefore = serverCpu(server);
  const start = performance.now();
  await pour(server.ports.rsyslog.tcp, frames);
  await untilCount(indexed, before, before + lines.length, server.stream);
  const seconds = (performance.now() - start) / 1000;
  const cpu = serverCpu(server) - cpuBefore;
  return { events_per_s: lines.length / seconds, cpu_s_per_million: (cpu / lines.length) * 1e6 };
}
