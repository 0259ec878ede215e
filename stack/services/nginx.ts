import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { give, ownedFolder } from '../account.js';
import { envFile } from './env_file.js';
import { accepts } from './probes.js';
import { ServiceProcess } from './process.js';

export interface FrontendOptions {
  name: string;
  port: number;
  pipeline: string;
  folder: string;
  logFolder: string;
  /** `host:port` of each webapp behind this frontend. */
  webapps: string[];
  retryOn5xx: boolean;
  onChange?: () => void;
}

/** Where `setFrontendFault` puts the directive that makes a frontend answer an error by itself. */
const snippets = (folder: string) => join(folder, 'server.d');

/** One nginx frontend, from `pipeline/nginx/frontend.conf.template`. */
export function nginxFrontend(options: FrontendOptions): ServiceProcess {
  const { name, port, pipeline, folder, logFolder, onChange } = options;
  for (const part of ['logs', 'server.d']) ownedFolder(join(folder, part));
  rmSync(join(snippets(folder), 'fault.conf'), { force: true });
  const config = join(folder, 'nginx.conf');
  const template = readFileSync(join(pipeline, 'nginx', 'frontend.conf.template'), 'utf8');
  writeFileSync(config, fill(template, settings(options)));
  return new ServiceProcess({
    name,
    tier: 'frontend',
    port,
    command: '/usr/sbin/nginx',
    args: ['-p', folder, '-c', config, '-e', join(folder, 'logs', 'error.log')],
    logFolder,
    // No request: it would stand in the logs as traffic.
    ready: () => accepts(port),
    stopSignal: 'SIGQUIT',
    onChange,
  });
}

function settings({ port, pipeline, folder, webapps, retryOn5xx }: FrontendOptions): Record<string, string> {
  return {
    ...envFile(join(pipeline, 'nginx', 'defaults.env')),
    ROTA_NGINX_RUN: folder,
    ROTA_NGINX_ACCESS_LOG: join(folder, 'logs', 'access.log'),
    ROTA_NGINX_ERROR_LOG: join(folder, 'logs', 'error.log'),
    ROTA_NGINX_WORKERS: '1',
    ROTA_NGINX_LISTEN: `127.0.0.1:${port}`,
    ROTA_NGINX_TRUSTED: '127.0.0.1',
    ROTA_NGINX_SERVERS: webapps.map((address) => `server ${address} max_fails=3 fail_timeout=10s;`).join(' '),
    ...(retryOn5xx ? { ROTA_NGINX_NEXT_UPSTREAM: 'error timeout http_500 http_502 http_503 http_504' } : {}),
  };
}

/** Replaces `${ROTA_NAME}`; a name without a value is an error of ours, not an empty setting. */
export function fill(template: string, values: Record<string, string>): string {
  return template.replace(/\$\{(ROTA_[A-Z0-9_]+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`The template asks for ${name}, which has no value.`);
    return value;
  });
}

/** Makes a frontend answer `status` to everything by itself, or lets it serve again; it takes effect on reload. */
export function setFrontendFault(folder: string, status: number | undefined): void {
  const file = join(snippets(folder), 'fault.conf');
  mkdirSync(snippets(folder), { recursive: true });
  if (status === undefined) {
    rmSync(file, { force: true });
    return;
  }
  writeFileSync(file, `return ${status};\n`);
  give(file);
}
