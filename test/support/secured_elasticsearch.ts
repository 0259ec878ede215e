import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpClient } from '../../pipeline/indexer/http_client.js';
import { Authority } from '../../sdk/test/certificates.js';
import { give, ownedFolder } from '../../stack/account.js';
import { freeBlock } from '../../stack/ports.js';
import { elasticsearchService } from '../../stack/services/elasticsearch.js';
import { accepts } from '../../stack/services/probes.js';
import { ServiceProcess } from '../../stack/services/process.js';
import { until } from '../faults/support/world.js';

const USER = 'rota-test';

/** A real Elasticsearch with security and TLS on, whose superuser the test is. */
export interface SecuredNode {
  url: string;
  /** PEM of the authority that signed the node's certificate. */
  ca: string;
  /** As the superuser. */
  admin: HttpClient;
  /** An API key with these privileges, as `ROTA_ELASTICSEARCH_API_KEY` wants it. */
  key(name: string, privileges: object): Promise<string>;
  stop(): Promise<void>;
}

/** @param home an unpacked Elasticsearch 8 */
export async function startSecuredNode(home: string): Promise<SecuredNode> {
  const ports = await freeBlock();
  const folder = ownedFolder(mkdtempSync(join(tmpdir(), 'rota-secured-')));
  const plain = elasticsearchService({
    home,
    folder,
    port: ports.elasticsearch,
    transportPort: ports.elasticsearchTransport,
  });
  const { ca, password } = secure(folder);
  const service = new ServiceProcess({ ...plain.spec, ready: () => accepts(ports.elasticsearch) });
  await service.start();
  const url = `https://localhost:${ports.elasticsearch}`;
  const signedIn = new URL(url);
  signedIn.username = USER;
  signedIn.password = password;
  const admin = new HttpClient({ urls: [signedIn], ca: readFileSync(ca, 'utf8'), requestTimeoutMs: 30_000 });
  await until('the secured node answers', 120_000, async () => {
    const answer = await admin.send('GET', '/_cluster/health').catch(() => undefined);
    return answer?.status === 200;
  });
  return {
    url,
    ca,
    admin,
    key: async (name, privileges) => {
      const made = await admin.json<{ encoded: string }>('POST', '/_security/api_key', {
        name,
        role_descriptors: { [name]: privileges },
      });
      return made!.encoded;
    },
    stop: async () => {
      admin.close();
      await service.stop();
    },
  };
}

/** Turns security and TLS on in a node's configuration, and makes the test its superuser (file realm). */
function secure(folder: string): { ca: string; password: string } {
  const config = join(folder, 'config');
  const settings = join(config, 'elasticsearch.yml');
  const authority = new Authority(folder, 'authority');
  const node = authority.issue('localhost');
  const file = (name: string, text?: string, from?: string) => {
    const path = join(config, name);
    if (from === undefined) writeFileSync(path, text ?? '');
    else copyFileSync(from, path);
    give(path);
  };
  file('node.pem', undefined, node.cert);
  file('node.key', undefined, node.key);
  const text = readFileSync(settings, 'utf8').replace('xpack.security.enabled: false', 'xpack.security.enabled: true');
  writeFileSync(settings, text);
  appendFileSync(
    settings,
    [
      'xpack.security.http.ssl.enabled: true',
      'xpack.security.http.ssl.certificate: node.pem',
      'xpack.security.http.ssl.key: node.key',
      'xpack.security.authc.api_key.enabled: true',
      '',
    ].join('\n'),
  );
  const password = randomBytes(12).toString('hex');
  file('users', `${USER}:${hash(password)}\n`);
  file('users_roles', `superuser:${USER}\n`);
  return { ca: authority.ca, password };
}

/** As Elasticsearch's file realm keeps a password: PBKDF2 with HMAC-SHA-512, 10,000 rounds, 256 bits. */
function hash(password: string): string {
  const salt = randomBytes(32);
  const key = pbkdf2Sync(password, salt, 10_000, 32, 'sha512');
  return `{PBKDF2}10000$${salt.toString('base64')}$${key.toString('base64')}`;
}
