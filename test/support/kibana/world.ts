import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { buildPlugin } from '../../../scripts/build_plugin.js';
import { give } from '../../../stack/account.js';
import { checkout } from '../../../stack/layout.js';
import { freeBlock } from '../../../stack/ports.js';
import { elasticsearchService } from '../../../stack/services/elasticsearch.js';
import { installPlugin, kibanaDashboard } from '../../../stack/services/kibana.js';
import type { ServiceProcess } from '../../../stack/services/process.js';
import { findJava } from '../../../stack/setup/java.js';
import { installIndexTemplates } from './templates.js';

/** The least that recording pool events takes, as docs/plugin.md has it. */
const RECORDER = {
  indices: [
    { names: ['logs-*-rota'], privileges: ['read', 'view_index_metadata'] },
    { names: ['logs-rota.health-rota'], privileges: ['create_doc', 'auto_configure'] },
  ],
};

export interface WorldOptions {
  /** Of the n-th Kibana's kibana.yml (from 0), beside what every stack's Kibana has. */
  settings?: (n: number) => Record<string, unknown>;
  /** Kibanas on the same Elasticsearch. */
  kibanas?: number;
  /** Elasticsearch with security, and `admin` as its superuser. */
  security?: boolean;
}

export interface KibanaWorld {
  elasticsearchUrl: string;
  /** Each Kibana's address, without a slash at the end. */
  urls: string[];
  /** Basic authentication of the superuser; no header without security. */
  admin: Record<string, string>;
  /** Stops one Kibana. */
  stopKibana(n: number): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A full Elasticsearch (ELASTICSEARCH_HOME) and Kibanas (KIBANA_HOME, into which the plugin is installed: let it name a
 * private copy), on ports and folders of their own, with Rota's index template.
 */
export async function startKibanaWorld(options: WorldOptions = {}): Promise<KibanaWorld> {
  const { settings = () => ({}), kibanas = 1, security = false } = options;
  const home = process.env['KIBANA_HOME'] ?? '';
  const elasticsearchHome = process.env['ELASTICSEARCH_HOME'] ?? '';
  const ports = await freeBlock();
  const folder = mkdtempSync(join(tmpdir(), 'rota-world-'));
  give(folder);
  chmodSync(folder, 0o755);
  const started: ServiceProcess[] = [];
  const dashboards: ServiceProcess[] = [];
  const start = async (service: ServiceProcess) => {
    started.unshift(service);
    await service.start();
    return service;
  };
  const stop = async () => {
    for (const service of started) await service.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const elasticsearchUrl = `http://127.0.0.1:${ports.elasticsearch}`;
    const node = elasticsearchService({
      home: elasticsearchHome,
      folder: join(folder, 'elasticsearch'),
      port: ports.elasticsearch,
      transportPort: ports.elasticsearchTransport,
      settings: security ? { 'xpack.security.enabled': true, 'xpack.security.http.ssl.enabled': false } : {},
    });
    const password = randomBytes(12).toString('hex');
    if (security) await addSuperuser(elasticsearchHome, join(folder, 'elasticsearch', 'config'), password);
    await start(node);
    const admin: Record<string, string> = security ? { authorization: basic('admin', password) } : {};
    const own: Record<string, unknown> = security ? await kibanaUser(elasticsearchUrl, admin) : {};
    await installIndexTemplates(elasticsearchUrl, admin);
    const { zip } = await buildPlugin({ root: checkout, outDir: folder });
    await installPlugin(home, zip, () => undefined);
    // Several Kibanas share their saved objects, and so the key that encrypts them.
    const key = { 'xpack.encryptedSavedObjects.encryptionKey': randomBytes(16).toString('hex') };
    const urls: string[] = [];
    for (let n = 0; n < kibanas; n++) {
      const port = n === 0 ? ports.dashboard : ports.webapp(n);
      const service = kibanaDashboard({
        name: `kibana-${n + 1}`,
        home,
        port,
        elasticsearchUrl,
        folder: join(folder, `kibana-${n + 1}`),
        logFolder: folder,
        settings: { ...key, ...own, ...settings(n) },
      });
      dashboards.push(await start(service));
      urls.push(`http://127.0.0.1:${port}`);
    }
    return { elasticsearchUrl, urls, admin, stop, stopKibana: async (n) => void (await dashboards[n]?.stop()) };
  } catch (error) {
    await stop();
    throw error;
  }
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** A superuser in files, for there is no other before the node runs. */
async function addSuperuser(home: string, config: string, password: string): Promise<void> {
  // The tool changes these files; it does not make them.
  const files = [join(config, 'users'), join(config, 'users_roles')];
  for (const file of files) writeFileSync(file, '');
  await execa(join(home, 'bin', 'elasticsearch-users'), ['useradd', 'admin', '-p', password, '-r', 'superuser'], {
    env: { ES_PATH_CONF: config, ES_JAVA_HOME: process.env['ES_JAVA_HOME'] ?? findJava() },
  });
  for (const file of files) give(file);
}

/** What Kibana logs in with: a user with its own reserved role, and what docs/plugin.md adds for the recording. */
async function kibanaUser(url: string, admin: Record<string, string>): Promise<Record<string, string>> {
  const password = randomBytes(12).toString('hex');
  const put = async (path: string, body: object) => {
    const response = await fetch(`${url}/_security/${path}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', ...admin },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path} was refused: ${response.status} ${await response.text()}`);
  };
  await put('role/rota_recorder', RECORDER);
  await put('user/kibana_rota', { password, roles: ['kibana_system', 'rota_recorder'] });
  return { 'elasticsearch.username': 'kibana_rota', 'elasticsearch.password': password };
}
