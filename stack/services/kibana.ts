import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { canEnter, give, ownedFolder } from '../account.js';
import { StackError } from '../errors.js';
import { ServiceProcess } from './process.js';

export interface KibanaOptions {
  /** An unpacked Kibana of the plugin's `kibanaVersion`. The plugin is installed into it. */
  home: string;
  port: number;
  elasticsearchUrl: string;
  folder: string;
  logFolder: string;
  /** By default "dashboard". */
  name?: string;
  /** Of kibana.yml, beside or in place of the stack's own. */
  settings?: Record<string, unknown>;
  onChange?: () => void;
}

/** Throws ROTA_KIBANA_HOME unless the folder is a Kibana that takes the plugin. */
export function assertKibanaHome(home: string, version: string): void {
  const manifest = join(home, 'package.json');
  if (!existsSync(join(home, 'bin', 'kibana')) || !existsSync(manifest)) {
    throw new StackError(
      'ROTA_KIBANA_HOME',
      `${home} is no Kibana: let KIBANA_HOME name an unpacked Kibana ${version}.`,
    );
  }
  const found = String(JSON.parse(readFileSync(manifest, 'utf8')).version);
  if (found === version) return;
  throw new StackError(
    'ROTA_KIBANA_HOME',
    `${home} is Kibana ${found}; the plugin is built for ${version}. Let KIBANA_HOME name an unpacked Kibana ${version}.`,
  );
}

/** Puts the plugin's zip into a Kibana, in place of the one that is there. `say` gets what the installer prints. */
export async function installPlugin(home: string, zip: string, say: (text: string) => void): Promise<void> {
  const run = async (...args: string[]) => {
    const child = execa(join(home, 'bin', 'kibana-plugin'), args, { all: true, stdin: 'ignore' });
    for await (const line of child.iterable({ from: 'all' })) say(String(line));
    await child;
  };
  if (existsSync(join(home, 'plugins', 'rota'))) await run('remove', 'rota');
  try {
    await run('install', `file://${zip}`);
  } catch (error) {
    throw new StackError(
      'ROTA_KIBANA_HOME',
      `${home}/bin/kibana-plugin could not install ${zip}. Try that command by itself; it says why.`,
      { cause: error },
    );
  }
}

/** A real Kibana as the stack's dashboard, on loopback, with settings and data of the stack's own. */
export function kibanaDashboard(options: KibanaOptions): ServiceProcess {
  const { home, port, elasticsearchUrl, folder, logFolder, onChange } = options;
  ownedFolder(folder);
  const config = ownedFolder(join(folder, 'config'));
  const settings = {
    'server.host': '127.0.0.1',
    'server.port': port,
    'elasticsearch.hosts': [elasticsearchUrl],
    'path.data': ownedFolder(join(folder, 'data')),
    'status.allowAnonymous': true,
    // Rules need a key of 32 characters; this Kibana's data live and die with the run folder.
    'xpack.encryptedSavedObjects.encryptionKey': randomBytes(16).toString('hex'),
    ...options.settings,
  };
  const file = join(config, 'kibana.yml');
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
      .join(''),
    {
      mode: 0o600,
    },
  );
  give(file);
  const asSelf = !canEnter(home);
  return new ServiceProcess({
    name: options.name ?? 'dashboard',
    tier: 'dashboard',
    port,
    command: join(home, 'bin', 'kibana'),
    args: asSelf && process.getuid?.() === 0 ? ['--allow-root'] : [],
    asSelf,
    cwd: folder,
    // Kibana's own tracing of itself costs time and tells nobody anything here.
    env: { KBN_PATH_CONF: config, HOME: folder, ELASTIC_APM_ACTIVE: 'false' },
    logFolder,
    ready: () => isAvailable(port),
    stopTimeoutMs: 20_000,
    onChange,
  });
}

async function isAvailable(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/api/status`, { signal: AbortSignal.timeout(5000) });
  if (!response.ok) return false;
  const status = (await response.json()) as { status?: { overall?: { level?: string } } };
  return status.status?.overall?.level === 'available';
}
