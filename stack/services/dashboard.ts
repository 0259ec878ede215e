import { join } from 'node:path';
import { canEnter } from '../account.js';
import { checkout } from '../layout.js';
import { answers } from './probes.js';
import { ServiceProcess } from './process.js';

export interface DashboardOptions {
  port: number;
  elasticsearchUrl: string;
  logFolder: string;
  onChange?: () => void;
}

/** The small host of `dev/`: the plugin's very bundle and routes, without Kibana. */
export function devDashboard({ port, elasticsearchUrl, logFolder, onChange }: DashboardOptions): ServiceProcess {
  return new ServiceProcess({
    name: 'dashboard',
    tier: 'dashboard',
    port,
    command: process.execPath,
    args: [
      '--import',
      'tsx',
      join(checkout, 'dev', 'index.ts'),
      '--port',
      String(port),
      '--elasticsearch',
      elasticsearchUrl,
    ],
    // It reads node_modules, which the service account may not be able to enter.
    asSelf: !canEnter(checkout),
    cwd: checkout,
    env: { TMPDIR: logFolder },
    logFolder,
    ready: () => answers(`http://127.0.0.1:${port}/health`),
    onChange,
  });
}
