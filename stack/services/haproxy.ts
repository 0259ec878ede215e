import { join } from 'node:path';
import type { StackOptions } from '../options.js';
import { envFile } from './env_file.js';
import { accepts } from './probes.js';
import { ServiceProcess } from './process.js';

export interface BalancerOptions {
  pipeline: string;
  folder: string;
  logFolder: string;
  sitePort: number;
  statsPort: number;
  /** The agent's port for HAProxy's log (TCP, octet-counted). */
  logPort: number;
  /** `host:port` of frontend-1, frontend-2, … */
  frontends: string[];
  probe: StackOptions['probe'];
  onChange?: () => void;
}

/** The load balancer, from `pipeline/haproxy/haproxy.cfg`, which reads its settings from the environment. */
export function haproxyBalancer(options: BalancerOptions): ServiceProcess {
  const { folder, logFolder, sitePort, probe, onChange } = options;
  return new ServiceProcess({
    name: 'lb-1',
    tier: 'lb',
    port: sitePort,
    command: '/usr/sbin/haproxy',
    args: ['-db', '-f', join(options.pipeline, 'haproxy', 'haproxy.cfg')],
    cwd: folder,
    env: {
      ...envFile(join(options.pipeline, 'haproxy', 'defaults.env')),
      ROTA_HOST: 'lb-1',
      ROTA_HAPROXY_RUN: folder,
      ROTA_HAPROXY_LISTEN: `127.0.0.1:${sitePort}`,
      ROTA_HAPROXY_STATS: `127.0.0.1:${options.statsPort}`,
      ROTA_PORT_AGENT: String(options.logPort),
      ROTA_CHECK_INTERVAL: `${probe.interval_s * 1000}ms`,
      ROTA_CHECK_FALL: String(probe.fall),
      ROTA_CHECK_RISE: String(probe.rise),
      ...Object.fromEntries(options.frontends.map((address, i) => [`ROTA_FRONTEND_${i + 1}`, address])),
    },
    logFolder,
    ready: () => accepts(sitePort),
    stopSignal: 'SIGUSR1',
    onChange,
  });
}

/** One server's line of HAProxy's stats CSV: what the balancer itself counted. */
export interface ServerStats {
  server: string;
  status: string;
  sessions: number;
  responses: Record<'1xx' | '2xx' | '3xx' | '4xx' | '5xx' | 'other', number>;
}

/** Reads the stats page as CSV: the truth for how the balancer spread requests. */
export async function balancerStats(statsPort: number): Promise<ServerStats[]> {
  const text = await (await fetch(`http://127.0.0.1:${statsPort}/stats;csv`)).text();
  const [head = '', ...rows] = text.replace(/^# /, '').trim().split('\n');
  const names = head.split(',');
  return rows
    .map((row) => Object.fromEntries(row.split(',').map((value, i) => [names[i], value])) as Record<string, string>)
    .filter((row) => row['svname'] !== 'FRONTEND' && row['svname'] !== 'BACKEND')
    .map((row) => ({
      server: row['svname'] as string,
      status: row['status'] as string,
      sessions: Number(row['stot']),
      responses: {
        '1xx': Number(row['hrsp_1xx']),
        '2xx': Number(row['hrsp_2xx']),
        '3xx': Number(row['hrsp_3xx']),
        '4xx': Number(row['hrsp_4xx']),
        '5xx': Number(row['hrsp_5xx']),
        other: Number(row['hrsp_other']),
      },
    }));
}
