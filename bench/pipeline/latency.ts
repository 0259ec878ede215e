import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { give, ownedFolder } from '../../stack/account.js';
import { checkout } from '../../stack/layout.js';
import type { Profile } from '../../stack/options.js';
import { rsyslogAgent } from '../../stack/services/rsyslog.js';
import { nginxLines } from './lines.js';
import { cpuSeconds, pin } from './processes.js';
import type { RotaServer } from './rota.js';
import type { BenchStore } from './store.js';

const STEP_MS = 20;

export interface Latencies {
  /** ms from a line's writing until a search counted it, by percentile. */
  latencies: Record<'p50' | 'p95' | 'p99', number>;
  /** CPU seconds of the agent for a million lines. */
  agentCpu: number;
}

/**
 * Appends lines to a file that an agent follows, at a steady rate, and watches when they can be found.
 * Lines are taken to arrive in order.
 */
export async function measureLatency(
  store: BenchStore,
  server: RotaServer,
  options: { perSecond: number; seconds: number; core: number; profile: Profile },
): Promise<Latencies> {
  const folder = ownedFolder(mkdtempSync(join(tmpdir(), 'rota-bench-agent-')));
  const log = join(folder, 'access.log');
  writeFileSync(log, '');
  give(log);
  const agent = rsyslogAgent({
    name: 'agent-frontend-1',
    host: 'frontend-1',
    pipeline: join(checkout, 'pipeline'),
    folder: ownedFolder(join(folder, 'work')),
    logFolder: folder,
    serverPort: server.ports.rsyslog.relp,
    settings: { ROTA_PROFILE: options.profile, ROTA_NGINX_ACCESS: log },
  });
  await pin(agent, options.core).start();
  await sleep(2_000);
  const total = options.perSecond * options.seconds;
  const lines = nginxLines(total);
  const written: number[] = [];
  const latencies: number[] = [];
  await store.refresh(server.stream);
  const before = await store.count(server.stream);
  const cpuBefore = cpuSeconds(agent.pid ?? -1);
  const start = performance.now();
  const writing = (async () => {
    while (written.length < total) {
      const due = Math.min(total, Math.floor(((performance.now() - start) / 1000) * options.perSecond));
      if (due > written.length) {
        appendFileSync(log, `${lines.slice(written.length, due).join('\n')}\n`);
        const now = performance.now();
        while (written.length < due) written.push(now);
      }
      await sleep(STEP_MS);
    }
  })();
  const end = start + options.seconds * 1000 + 30_000;
  while (latencies.length < total && performance.now() < end) {
    const seen = Math.min((await store.count(server.stream)) - before, written.length);
    const now = performance.now();
    while (latencies.length < seen) latencies.push(now - written[latencies.length]!);
    await sleep(STEP_MS);
  }
  await writing;
  const agentCpu = ((cpuSeconds(agent.pid ?? -1) - cpuBefore) / total) * 1e6;
  await agent.stop();
  rmSync(folder, { recursive: true, force: true });
  if (latencies.length < total) throw new Error(`only ${latencies.length} of ${total} lines were found`);
  const at = (share: number) => percentile(latencies, share);
  return { latencies: { p50: at(0.5), p95: at(0.95), p99: at(0.99) }, agentCpu };
}

/** The value that `share` (0 to 1) of the values do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
}
