import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Authority, enrolment } from './support/authority';
import { Child } from './support/child';
import { type ElasticsearchStandIn, startElasticsearchStandIn } from './support/elasticsearch_stand_in';
import { NodeFiles, readEnv } from './support/node_files';
import { RefreshTimer } from './support/refresh_timer';

const AUTHORITY = 24_560;
const COMMANDS = { node: 'echo "setup with $ROTA_ELASTICSEARCH_API_KEY: $*"' };

describe('what a log server looks after every minute (its own script; systemd, setup and Elasticsearch are stand-ins)', () => {
  let authority: Authority;
  let files: NodeFiles;
  let elasticsearch: ElasticsearchStandIn;
  let timer: RefreshTimer;
  const key = (name: string) => files.path(`etc/rota/${name}.key`);
  const keys = () => [readFileSync(key('setup'), 'utf8'), readFileSync(key('indexer'), 'utf8')];

  beforeAll(async () => {
    authority = await Authority.start(AUTHORITY);
    files = new NodeFiles('log_server', { host: 'log-1', namespace: 'rota', log_password: 'secret-of-rota_log' });
    await authority.enrol(files.path('etc/rota/tls'), enrolment('elasticsearch-1'));
    elasticsearch = await startElasticsearchStandIn(files.path('etc/rota/tls'), 'secret-of-rota_log');
    timer = new RefreshTimer(files, COMMANDS, (text) => text.replaceAll(':9200', `:${elasticsearch.port}`));
  });
  afterAll(async () => {
    await elasticsearch?.close();
    await authority?.stop();
    files?.remove();
  });

  beforeEach(async () => {
    elasticsearch.fails = undefined;
    elasticsearch.login = true;
    elasticsearch.forgetKeys();
    for (const name of ['setup', 'indexer']) writeFileSync(key(name), elasticsearch.giveKey(name));
    timer.tell({ 'rota:log': '127.0.0.1', 'rota:authority': '127.0.0.1', 'rota:elasticsearch:1': '127.0.0.1' });
    // The first turn learns the addresses and configures; what is looked at comes after.
    expect((await timer.turn()).code).toBe(0);
    elasticsearch.requests.length = 0;
  });

  it.each([
    ['by itself', '127.0.0.1', 64],
    ['behind the internal balancer', '127.0.0.9', 4000],
  ])('has the packet filter bound the connections of its one input, %s', async (_, log, each) => {
    timer.tell({ 'rota:log': log, 'rota:authority': '127.0.0.1', 'rota:elasticsearch:1': '127.0.0.1' });
    expect((await timer.turn()).code).toBe(0);
    const env = { ...readEnv(files.path('etc/rota/rsyslog/defaults.env')), ...readEnv(files.path('etc/rota/log.env')) };
    const rules = await Child.run('sh', [files.path('etc/rota/rsyslog/packet_filter.sh')], env);
    expect(rules.code, rules.output).toBe(0);
    expect(rules.output).toContain('tcp dport { 2514 } jump connection');
    expect(rules.output).toContain(`ip saddr ct count over ${each} }`);
    expect(rules.output).toContain('  ct count over 4000 reject');
  });

  it.each([
    ['by itself, believes a line by its sender’s address', '127.0.0.1', 'var/lib/rota-senders/table'],
    ['behind the internal balancer, whose address all senders have, has no table', '127.0.0.9', ''],
  ])('%s', async (_, log, table) => {
    timer.tell({ 'rota:log': log, 'rota:authority': '127.0.0.1', 'rota:elasticsearch:1': '127.0.0.1' });
    expect((await timer.turn()).code).toBe(0);
    expect(readEnv(files.path('etc/rota/log.env'))['ROTA_SENDERS']).toBe(table && files.path(table));
  });

  it('leaves keys alone that Elasticsearch knows, and restarts nothing', async () => {
    const before = keys();
    expect(await timer.turn()).toEqual({ code: 0, output: '' });
    expect(elasticsearch.requests).toEqual(['GET /_security/_authenticate 200']);
    expect(keys()).toEqual(before);
  });

  it('makes keys and template again when Elasticsearch knows its key no more, and restarts the indexer', async () => {
    const before = keys();
    elasticsearch.forgetKeys();
    const { code, output } = await timer.turn();
    expect(code, output).toBe(0);
    expect(output).toContain('Elasticsearch does not know the API keys any more');
    const [setup, indexer] = keys();
    expect(before).not.toContain(setup);
    expect(before).not.toContain(indexer);
    expect(elasticsearch.made.map(({ name }) => name)).toEqual(['log-1 setup', 'log-1 indexer']);
    expect(output).toContain(`setup with ${setup!.trim()}: `);
    expect(output).toContain(`--elasticsearch https://127.0.0.1:${elasticsearch.port} `);
    expect(output).toContain('systemctl restart rota-log.service');
    elasticsearch.requests.length = 0;
    expect((await timer.turn()).output).toBe('');
    expect(elasticsearch.requests).toEqual(['GET /_security/_authenticate 200']);
  });

  it('gives the indexer no right but that of its documents', async () => {
    elasticsearch.forgetKeys();
    await timer.turn();
    const rights = elasticsearch.made.map((body) => body.role_descriptors['rota']!);
    expect(rights[1]).toEqual({
      cluster: ['monitor'],
      indices: [
        {
          names: ['logs-*-rota'],
          privileges: ['create_doc', 'create_index', 'read', 'delete', 'maintenance', 'view_index_metadata'],
        },
      ],
    });
    expect(rights.every(({ indices }) => indices.every(({ names }) => names.join() === 'logs-*-rota'))).toBe(true);
  });

  it.each([429, 500, 503])('keeps its keys when Elasticsearch answers %i', async (status) => {
    const before = keys();
    elasticsearch.fails = status;
    expect((await timer.turn()).output).not.toContain('systemctl restart');
    expect(elasticsearch.requests).toEqual([`GET /_security/_authenticate ${status}`]);
    expect(keys()).toEqual(before);
  });

  it('keeps its keys when nobody answers', async () => {
    const before = keys();
    elasticsearch.fails = 'hang up';
    const { code, output } = await timer.turn();
    expect(code, output).toBe(0);
    expect(output).not.toContain('systemctl restart');
    expect(keys()).toEqual(before);
  });

  it('waits with new keys until its own login is good again: users come last at the boot of Elasticsearch', async () => {
    const before = keys();
    elasticsearch.forgetKeys();
    elasticsearch.login = false;
    const { code, output } = await timer.turn();
    expect(code).toBe(0);
    expect(output).not.toContain('systemctl restart');
    expect(keys()).toEqual(before);
    elasticsearch.login = true;
    expect((await timer.turn()).output).toContain('systemctl restart rota-log.service');
  });
});
