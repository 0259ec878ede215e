import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { buildPipeline, INDEXER_BUNDLE } from '../../pipeline/build.js';
import { TEMPLATE_VERSION } from '../../pipeline/elasticsearch/templates.js';
import { HttpClient } from '../../pipeline/indexer/http_client.js';
import { give, ownedFolder } from '../../stack/account.js';
import { checkout } from '../../stack/layout.js';
import { freeBlock } from '../../stack/ports.js';
import type { ServiceProcess } from '../../stack/services/process.js';
import { rsyslogServer } from '../../stack/services/rsyslog.js';
import { until } from '../faults/support/world.js';
import { send } from '../support/lines/inputs.js';
import { type SecuredNode, startSecuredNode } from '../support/secured_elasticsearch.js';

const HOME = process.env['ELASTICSEARCH_HOME'];

test.skipIf(HOME)(
  'rota-setup is NOT tested against a secured cluster here: set ELASTICSEARCH_HOME to an unpacked, full Elasticsearch 8',
  () => {
    console.warn('ELASTICSEARCH_HOME is not set: test/integration/secured_setup.test.ts tried nothing.');
  },
);

/** Privileges as `rota-setup --help` and docs/operations.md name them. */
const SETUP = (namespace: string) => ({
  cluster: ['monitor', 'manage_index_templates', 'manage_ilm'],
  indices: [{ names: [`logs-*-${namespace}`], privileges: ['manage', 'view_index_metadata'] }],
});
const INDEXER = (namespace: string) => ({
  indices: [
    {
      names: [`logs-*-${namespace}`],
      privileges: ['create_doc', 'create_index', 'read', 'delete', 'maintenance', 'view_index_metadata'],
    },
  ],
});

describe.runIf(HOME)('a full Elasticsearch with security and TLS on', () => {
  let node: SecuredNode;

  beforeAll(async () => {
    await buildPipeline();
    node = await startSecuredNode(HOME as string);
  });
  afterAll(() => node?.stop());

  /** rota-setup as a site runs it: the key in the environment, the authority by option. */
  const run = async (namespace: string, key: string | undefined, ...args: string[]) => {
    const program = join(checkout, 'pipeline/bin/rota-setup.mjs');
    const [command, ...rest] = args[0] === 'check' ? args : ['', ...args];
    const words = [
      program,
      ...(command ? [command] : []),
      '--elasticsearch',
      node.url,
      '--namespace',
      namespace,
      ...rest,
    ];
    const env = { PATH: process.env['PATH'], ...(key === undefined ? {} : { ROTA_ELASTICSEARCH_API_KEY: key }) };
    return promisify(execFile)(process.execPath, words, { env }).catch(
      (error: { stdout: string; stderr: string; code: number }) => error,
    );
  };
  const setUp = (namespace: string, key: string, ...args: string[]) => run(namespace, key, '--ca', node.ca, ...args);
  const template = async (namespace: string) =>
    (
      await node.admin.json<{ index_templates?: { index_template: { version: number; template: Template } }[] }>(
        'GET',
        `/_index_template/logs-${namespace}`,
      )
    )?.index_templates?.[0]?.index_template;
  interface Template {
    settings: { index: { lifecycle?: { name: string } } };
  }

  it('without the authority rota-setup trusts nobody, and says how to name it', async () => {
    const key = await node.key('any', SETUP('any'));
    expect(await run('any', key)).toMatchObject({ code: 1, stderr: expect.stringContaining('--ca') });
  });

  it('without a key, or with one that may too little, it says which privileges it wants', async () => {
    expect(await run('any', undefined, '--ca', node.ca)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/HTTP 401.*ROTA_ELASTICSEARCH_API_KEY/s),
    });
    const weak = await node.key('weak', { cluster: ['monitor'], indices: [] });
    expect(await setUp('any', weak)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/HTTP 403.*manage_index_templates/s),
    });
    expect(await template('any')).toBeUndefined();
  });

  it('with the least privileges: a dry run changes nothing, the first run installs both, the second keeps both', async () => {
    const key = await node.key('setup-one', SETUP('one'));
    const dry = await setUp('one', key, '--dry-run');
    expect(dry.stdout).toContain('Dry run: nothing was changed.');
    expect(dry.stdout).toMatch(/created\s+lifecycle policy logs-one/);
    expect(await template('one')).toBeUndefined();
    expect(await node.admin.json('GET', '/_ilm/policy/logs-one')).toBeUndefined();

    const first = await setUp('one', key);
    expect(first.stdout).toMatch(/created\s+lifecycle policy logs-one[\s\S]*created\s+index template logs-one/);
    expect(await template('one')).toMatchObject({
      version: TEMPLATE_VERSION,
      template: { settings: { index: { lifecycle: { name: 'logs-one' } } } },
    });
    const second = await setUp('one', key);
    expect(second.stdout).toMatch(/kept\s+lifecycle policy logs-one[\s\S]*kept\s+index template logs-one/);
    const longer = await setUp('one', key, '--retention-days', '90');
    expect(longer.stdout).toMatch(/updated\s+lifecycle policy logs-one: logs are deleted after 90 days/);
  });

  it('an older version is brought up to date, and its data streams roll over once', async () => {
    const old = { index_patterns: ['logs-*-old'], priority: 350, version: TEMPLATE_VERSION - 1, data_stream: {} };
    await node.admin.json('PUT', '/_index_template/logs-old', old);
    await node.admin.json('POST', '/logs-syslog-old/_doc?op_type=create', { '@timestamp': '2026-11-23T10:00:00Z' });
    const key = await node.key('setup-old', SETUP('old'));
    const { stdout } = await setUp('old', key);
    expect(stdout).toMatch(
      new RegExp(`updated\\s+index template logs-old: version ${TEMPLATE_VERSION} \\(from ${TEMPLATE_VERSION - 1}\\)`),
    );
    expect(stdout).toContain('rolled over: logs-syslog-old');
    expect((await setUp('old', key)).stdout).not.toContain('rolled over');
    const settings = await node.admin.json<Record<string, { settings: { index: { lifecycle?: object } } }>>(
      'GET',
      '/logs-syslog-old/_settings',
    );
    const indices = Object.entries(settings ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    expect(indices).toHaveLength(2);
    expect(indices[1]?.[1].settings.index.lifecycle).toMatchObject({ name: 'logs-old' });
  });

  it('rota-setup check tells what the key in use may, lacks, and cannot ask', async () => {
    const check = async (key: string, ...args: string[]) => {
      const { stdout } = await run('one', key, 'check', ...args);
      return stdout.split('\n');
    };
    const program = async (key: string) => check(key, '--ca', node.ca);
    expect(await program(await node.key('indexer-one', INDEXER('one')))).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^good +the indexer's privileges: the key has all of them on logs-\*-one/),
        expect.stringMatching(/^not known +clocks: this key may not ask that \(HTTP 403\)/),
      ]),
    );
    const { indices } = INDEXER('one');
    const fewer = [{ ...indices[0], privileges: ['create_doc', 'read'] }];
    expect(await program(await node.key('fewer', { indices: fewer }))).toContainEqual(
      expect.stringMatching(
        /^bad +the indexer's privileges: .* lacks create_index, delete, maintenance, view_index_metadata/,
      ),
    );
    expect(await check(await node.key('any-two', INDEXER('one')))).toContainEqual(
      expect.stringMatching(/^bad +Elasticsearch: no answer .* -> name the certificate authority with --ca/),
    );
    expect(await program('bm9ib2R5Om5vYm9keQ==')).toContainEqual(
      expect.stringMatching(/^bad +Elasticsearch: .*HTTP 401.* -> give a key/),
    );
  });

  describe('the indexer with its least privileges', () => {
    let server: ServiceProcess;
    let relp: number;
    let key: string;
    const line = (n: number) =>
      Buffer.from(
        `<134>1 2026-11-23T10:00:00Z db-1 app - - [rota@32473 dataset="syslog" file="" offset="" id="E-${n}"] event ${n}`,
      );
    const found = async () => {
      await node.admin.send('POST', '/logs-syslog-two/_refresh');
      const answer = await node.admin.json<{ hits: { hits: { _id: string }[] } }>(
        'GET',
        '/logs-syslog-two/_search?size=1000&q=event.id:E-*',
      );
      return (answer?.hits.hits ?? []).map((hit) => hit._id).sort();
    };

    beforeAll(async () => {
      expect(await setUp('two', await node.key('setup-two', SETUP('two')))).not.toHaveProperty('code');
      key = await node.key('indexer', INDEXER('two'));
      const folder = ownedFolder(mkdtempSync(join(tmpdir(), 'rota-secured-server-')));
      const keyFile = join(folder, 'key');
      writeFileSync(keyFile, `${key}\n`, { mode: 0o600 });
      const ca = join(folder, 'ca.pem');
      writeFileSync(ca, readFileSync(node.ca));
      for (const path of [keyFile, ca]) give(path);
      const { rsyslog } = await freeBlock();
      relp = rsyslog.relp;
      server = rsyslogServer({
        pipeline: join(checkout, 'pipeline'),
        folder: ownedFolder(join(folder, 'work')),
        logFolder: ownedFolder(join(folder, 'logs')),
        host: 'log-1',
        ports: rsyslog,
        inputs: ['relp'],
        profile: 'durable',
        namespace: 'two',
        elasticsearchUrl: node.url,
        indexer: INDEXER_BUNDLE,
        settings: { ROTA_ELASTICSEARCH_API_KEY_FILE: keyFile, ROTA_ELASTICSEARCH_CA: ca, ROTA_STATS_INTERVAL: '600' },
      });
      await server.start();
    });
    afterAll(() => server?.stop());

    it('indexes by TLS, and knows a repeat again after a rollover', async () => {
      const first = Array.from({ length: 100 }, (_, n) => line(n));
      await send('relp', relp, first);
      await until('100 events', 60_000, async () => (await found()).length >= 100);
      await node.admin.json('POST', '/logs-syslog-two/_rollover');
      await send('relp', relp, [...first, ...Array.from({ length: 50 }, (_, n) => line(100 + n))]);
      await until('150 events', 60_000, async () => (await found()).length >= 150);
      expect(await found()).toEqual(Array.from({ length: 150 }, (_, n) => `E-${n}`).sort());
    });

    it('may do no more than that', async () => {
      const http = new HttpClient({
        urls: [new URL(node.url)],
        apiKey: key,
        ca: readFileSync(node.ca, 'utf8'),
        requestTimeoutMs: 30_000,
      });
      const status = async (method: string, path: string, body?: object) =>
        (await http.send(method, path, body === undefined ? undefined : JSON.stringify(body))).status;
      expect(await status('DELETE', '/_data_stream/logs-syslog-two')).toBe(403);
      const template = { index_patterns: ['logs-*-two'], priority: 999, data_stream: {} };
      expect(await status('PUT', '/_index_template/logs-two', template)).toBe(403);
      expect(
        await status('POST', '/logs-syslog-one/_doc?op_type=create', { '@timestamp': '2026-11-23T10:00:00Z' }),
      ).toBe(403);
      expect(await status('GET', '/logs-syslog-one/_search')).toBe(403);
      http.close();
    });
  });
});
