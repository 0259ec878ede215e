import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authority, enrolment, isListening } from './support/authority';
import { Child } from './support/child';
import { NodeFiles, readEnv } from './support/node_files';

const [AUTHORITY, LOG] = [24_530, 24_540];

/** Speaks omprog's protocol as the indexer does, and writes down every line it gets. */
const INDEXER = `
const { createInterface } = require('node:readline');
const { appendFileSync } = require('node:fs');
process.stdout.write('OK\\n');
createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === 'BEGIN TRANSACTION' || line === 'COMMIT TRANSACTION') return process.stdout.write('OK\\n');
  appendFileSync(process.argv[2], line + '\\n');
  process.stdout.write('DEFER_COMMIT\\n');
});`;

describe('a node’s lines reach the log server (real rsyslog by RELP and TLS; the indexer is played by a script)', () => {
  let authority: Authority;
  let server: NodeFiles;
  let node: NodeFiles;
  let rsyslog: Child;
  let agent: Child;
  const lines = () => (existsSync(server.path('lines')) ? readFileSync(server.path('lines'), 'utf8') : '');
  const certificates = (files: NodeFiles) => ({
    ROTA_TLS: 'on',
    ROTA_TLS_CA: files.path('tls/ca.crt'),
    ROTA_TLS_CERT: files.path('tls/node.crt'),
    ROTA_TLS_KEY: files.path('tls/node.key'),
  });
  const serverEnv = () => ({
    ...readEnv(server.path('etc/rota/rsyslog/defaults.env')),
    ...certificates(server),
    ROTA_RSYSLOG_DIR: server.path('etc/rota/rsyslog'),
    ROTA_WORK: server.path('work'),
    ROTA_HOST: 'log-1',
    ROTA_INPUT_RELPS: 'on',
    ...Object.fromEntries(
      ['RELP', 'RELPS', 'TCP', 'TCP_RAW', 'TLS', 'UDP'].map((name, index) => [
        `ROTA_PORT_${name}`,
        String(LOG + index),
      ]),
    ),
    ROTA_TLS_PEER: '*.rota',
    ROTA_TLS_AUTH: 'x509/name',
    ROTA_TLS_RELP_AUTH: 'certvalid',
    ROTA_INDEXER_COMMAND: `${process.execPath} ${server.path('indexer.cjs')} ${server.path('lines')}`,
  });
  const agentEnv = () => ({
    ...readEnv(node.path('etc/rota/rsyslog/defaults.env')),
    ...certificates(node),
    ROTA_RSYSLOG_DIR: node.path('etc/rota/rsyslog'),
    ROTA_WORK: node.path('work'),
    ROTA_HOST: 'frontend-1',
    ROTA_SERVER: '127.0.0.1',
    ROTA_SERVER_PORT: String(LOG + 1),
    ROTA_TLS_PEER: 'log.rota',
    ROTA_NGINX_ACCESS: node.path('access.log'),
    ROTA_NGINX_ERROR: node.path('error.log'),
  });
  const prove = (files: NodeFiles, port = LOG + 1) =>
    Child.run('python3', [files.script('prove.py')], {
      ROTA_HOST: 'frontend-1',
      ROTA_LOG: '127.0.0.1',
      ROTA_LOG_PORT: String(port),
      ROTA_TLS_DIR: files.path('tls'),
    });

  beforeAll(async () => {
    authority = await Authority.start(AUTHORITY);
    server = new NodeFiles('log_server');
    node = new NodeFiles('frontend');
    for (const files of [server, node]) mkdirSync(files.path('work'));
    await authority.enrol(server.path('tls'), enrolment('log-1'));
    await authority.enrol(node.path('tls'), enrolment('frontend-1'));
    writeFileSync(server.path('indexer.cjs'), INDEXER);
    const conf = server.path('etc/rota/rsyslog/server.conf');
    rsyslog = new Child('/usr/sbin/rsyslogd', ['-n', '-f', conf, '-i', server.path('pid')], serverEnv());
    await rsyslog.until(() => isListening(LOG + 1));
  });
  afterAll(async () => {
    await agent?.stop();
    await rsyslog?.stop();
    await authority?.stop();
    server?.remove();
    node?.remove();
  });

  it('carries configurations of which rsyslog itself has nothing to say', () => {
    for (const [files, name, env] of [
      [server, 'server.conf', serverEnv()],
      [node, 'agent.conf', agentEnv()],
    ] as const) {
      const args = ['-N1', '-f', files.path('etc/rota/rsyslog', name)];
      const checked = spawnSync('/usr/sbin/rsyslogd', args, { env: { ...process.env, ...env }, encoding: 'utf8' });
      // An input that is off (all but RELP with TLS) leaves its module without a listener, of which rsyslog tells.
      const told = checked.stderr
        .split('\n')
        .filter((each) => !/^$|config validation run|End of config validation|no listeners defined/.test(each));
      expect(told).toEqual([]);
    }
  });

  it('has a line acknowledged, and the indexer gets it with the id by which it is looked for', async () => {
    const proof = await prove(node);
    expect(proof).toMatchObject({ code: 0 });
    const id = proof.output.trim();
    await expect.poll(lines, { timeout: 120_000 }).toContain(id);
  });

  it('says so when nobody acknowledges', async () => {
    const refused = await prove(node, LOG + 8);
    expect(refused.code).toBe(1);
    expect(refused.output).toContain('the log server at 127.0.0.1 acknowledged no line');
  });

  it('does not get in with a certificate of another authority', async () => {
    const stranger = new NodeFiles('webapp');
    mkdirSync(stranger.path('tls'));
    const args = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-noenc',
      '-subj',
      '/CN=web-1-1',
    ];
    spawnSync('openssl', [...args, '-keyout', stranger.path('tls/node.key'), '-out', stranger.path('tls/node.crt')]);
    writeFileSync(stranger.path('tls/ca.crt'), readFileSync(node.path('tls/ca.crt')));
    const proof = await prove(stranger);
    stranger.remove();
    expect(proof.code).toBe(1);
    expect(proof.output).toContain('acknowledged no line');
  });

  it('forwards what nginx logs through the agent', async () => {
    writeFileSync(node.path('access.log'), '');
    const conf = node.path('etc/rota/rsyslog/agent.conf');
    agent = new Child('/usr/sbin/rsyslogd', ['-n', '-f', conf, '-i', node.path('pid')], agentEnv());
    appendFileSync(
      node.path('access.log'),
      '192.0.2.1 - - [23/Nov/2026:10:00:00 +0000] "GET /seen HTTP/1.1" 200 1 "-" "-"\n',
    );
    await agent.until(() => lines().includes('/seen'), 120);
    const line = lines()
      .split('\n')
      .find((each) => each.includes('/seen'))!;
    expect(line).toContain('nginx.access');
    expect(line).toContain('frontend-1');
  });
});

describe('a node learns where the others are', () => {
  const files = new NodeFiles('kibana');
  const meta: { current: Record<string, string> } = { current: {} };
  const metadata = createServer((_, response) => response.end(JSON.stringify({ uuid: 'x', meta: meta.current })));
  const peers = (...args: string[]) =>
    Child.run('python3', [files.script('peers.py'), ...args], {
      ROTA_METADATA_URL: `http://127.0.0.1:${LOG + 20}/openstack/latest/meta_data.json`,
      ROTA_PEERS_FILE: files.path('peers.env'),
    });

  beforeAll(() => new Promise<void>((resolve) => metadata.listen(LOG + 20, '127.0.0.1', resolve)));
  afterAll(() => {
    metadata.close();
    files.remove();
  });

  it('from its metadata, and tells by its exit whether anything changed', async () => {
    meta.current = {
      'rota:log': '10.77.2.5',
      'rota:authority': '10.77.2.5',
      'rota:elasticsearch:10.77.2.9': '10.77.2.9',
      'rota:elasticsearch:10.77.2.7': '10.77.2.7',
      'rota:artifacts': 'https://files.example/rota/artifacts/main',
      'rota:ready_timeout': '1800',
    };
    expect((await peers('--changed')).code).toBe(0);
    expect(readFileSync(files.path('peers.env'), 'utf8')).toBe(
      "ROTA_ARTIFACTS='https://files.example/rota/artifacts/main'\nROTA_AUTHORITY='10.77.2.5'\nROTA_ELASTICSEARCH='10.77.2.7 10.77.2.9'\nROTA_LOG='10.77.2.5'\nROTA_READY_TIMEOUT='1800'\n",
    );
    expect((await peers('--changed')).code).toBe(3);
    meta.current['rota:log'] = '10.77.2.6';
    expect((await peers('--changed')).code).toBe(0);
  });

  it('takes no words for addresses that a shell would run', async () => {
    meta.current = {
      'rota:log': '10.77.2.6',
      'rota:frontend': "1'; reboot '",
      'rota:artifacts': "https://x/'; reboot '",
      'rota:ready_timeout': '5$(reboot)',
    };
    await peers();
    expect(readFileSync(files.path('peers.env'), 'utf8')).toBe("ROTA_LOG='10.77.2.6'\n");
  });

  it('keeps what it knew when the metadata says nothing of the log server', async () => {
    meta.current = {};
    const done = await peers();
    expect(done.code).toBe(1);
    expect(done.output).toContain('does not say where the log server is');
    expect(readFileSync(files.path('peers.env'), 'utf8')).toBe("ROTA_LOG='10.77.2.6'\n");
  });
});
