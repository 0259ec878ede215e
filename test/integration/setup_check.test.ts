import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../pipeline/setup/check/finding';
import { ownedFolder, serviceAccount } from '../../stack/account';
import { checkout } from '../../stack/layout';
import { type Certificates, makeCertificates } from '../../stack/setup/certificates';
import { type Node, startNode } from '../faults/support/world';
import { Capture } from '../support/lines/capture';
import { send } from '../support/lines/inputs';

/** Whom the services of a test run as. */
const USER = serviceAccount ? 'nobody' : (process.env['USER'] ?? '');

const folder = mkdtempSync(join(tmpdir(), 'rota-check-'));
chmodSync(folder, 0o755);

/** `rota-setup check --json`, as an operator runs it. */
async function check(...args: string[]): Promise<{ code: number; findings: Finding[]; text: string }> {
  const words = [join(checkout, 'pipeline/bin/rota-setup.mjs'), 'check', '--user', USER, '--json', ...args];
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] };
  const { code, stdout, stderr } = await promisify(execFile)(process.execPath, words, { env }).then(
    (done) => ({ code: 0, ...done }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
  expect(stderr).toBe('');
  return { code, text: stdout, ...(JSON.parse(stdout) as { findings: Finding[] }) };
}

function envFile(name: string, settings: Record<string, string | number>): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    Object.entries(settings)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  return path;
}

const OLD = 'of January 2020';
const about = (findings: readonly Finding[], what: string | RegExp) =>
  findings.filter((one) => (typeof what === 'string' ? one.what.startsWith(what) : what.test(one.what)));

describe('rota-setup check: a log server and an agent', () => {
  let capture: Capture;
  let own: Certificates;
  let stranger: Certificates;

  beforeAll(async () => {
    capture = await Capture.start({ ROTA_STATS_INTERVAL: '600', ROTA_CAPTURE_SILENT: '1' }, 'durable', async (at) => {
      own = await makeCertificates(join(at, 'tls'), ['log-1', 'frontend-1']);
      stranger = await makeCertificates(join(at, 'stranger'), ['log-1', 'frontend-1']);
      return own;
    });
  });
  afterAll(() => capture?.stop());

  const RSYSLOG = join(checkout, 'pipeline/rsyslog');
  const defaults = join(RSYSLOG, 'defaults.env');
  const serverSettings = (more: Record<string, string | number> = {}) => ({
    ROTA_RSYSLOG_DIR: RSYSLOG,
    ROTA_WORK: join(capture.folder, 'server'),
    ROTA_QUEUE_DISK: '1m',
    ROTA_TLS: 'on',
    ROTA_TLS_CA: own.ca,
    ROTA_TLS_CERT: own.of('log-1').cert,
    ROTA_TLS_KEY: own.of('log-1').key,
    ROTA_INPUT_RELPS: 'on',
    ROTA_PORT_RELPS: capture.ports.rsyslog.relps,
    ...more,
  });
  const server = (name: string, more: Record<string, string | number> = {}) =>
    check('--server', defaults, '--server', envFile(name, serverSettings(more)));
  const agent = (name: string, more: Record<string, string | number> = {}) => {
    const { cert, key } = own.of('frontend-1');
    const work = ownedFolder(join(folder, `${name}-work`));
    const settings = {
      ROTA_RSYSLOG_DIR: RSYSLOG,
      ROTA_WORK: work,
      ROTA_QUEUE_DISK: '1m',
      ROTA_SERVER_PORT: capture.ports.rsyslog.relps,
      ROTA_TLS: 'on',
      ROTA_TLS_CA: own.ca,
      ROTA_TLS_CERT: cert,
      ROTA_TLS_KEY: key,
      ROTA_TLS_PEER: 'log.rota',
      ROTA_NGINX_ACCESS: join(folder, 'none.log'),
      ROTA_NGINX_ERROR: join(folder, 'none.log'),
      ROTA_GUNICORN_ACCESS: join(folder, 'none.log'),
      ROTA_GUNICORN_ERROR: join(folder, 'none.log'),
      ...more,
    };
    return check('--agent', defaults, '--agent', envFile(name, settings));
  };

  it('of a server that is well nothing is bad, and what it cannot know it says so', async () => {
    const { code, findings } = await server('well.env');
    expect(about(findings, 'input RELP with TLS')).toMatchObject([{ outcome: 'good' }]);
    expect(about(findings, 'queue index')).toMatchObject([
      { outcome: 'good', found: expect.stringContaining('in use by') },
    ]);
    expect(about(findings, 'key ')).toMatchObject([{ outcome: 'good', found: 'mode 0600' }]);
    expect(about(findings, 'senders')).toMatchObject([{ outcome: 'warning' }]);
    expect(about(findings, 'Elasticsearch')).toMatchObject([{ outcome: 'not_known' }]);
    expect(code).toBe(0);
  });

  it('an input that nothing listens on, and one in the clear, are told', async () => {
    const { code, findings } = await server('inputs.env', {
      ROTA_INPUT_UDP: 'on',
      ROTA_PORT_UDP: 9,
      ROTA_PORT_RELPS: 9,
    });
    expect(about(findings, 'input').map(({ outcome }) => outcome)).toEqual(['bad', 'bad']);
    expect(code).toBe(2);
    const udp = { ROTA_INPUT_UDP: 'on', ROTA_PORT_UDP: capture.ports.rsyslog.udp };
    expect(about((await server('udp.env', udp)).findings, 'input syslog over UDP')).toMatchObject([
      { outcome: 'good' },
    ]);
    const none = await server('none.env', { ROTA_INPUT_RELPS: 'off' });
    expect(about(none.findings, 'inputs')).toMatchObject([
      { outcome: 'bad', mend: expect.stringContaining('ROTA_INPUT_RELPS') },
    ]);
  });

  it.each([
    ['that is not there', () => ({ ROTA_TLS_CERT: '/none.crt' }), /cannot read \/none.crt/],
    [
      'of another authority',
      () => ({ ROTA_TLS_CERT: stranger.of('log-1').cert, ROTA_TLS_KEY: stranger.of('log-1').key }),
      /not signed by the authority/,
    ],
    ["with another one's key", () => ({ ROTA_TLS_KEY: own.of('frontend-1').key }), /not the key of/],
    ['that ran out', async () => made('old', [OLD]), /ran out on/],
    ['that runs out soon', async () => made('soon', ['-days', '3']), /holds for [23] days more/],
    [
      'that only a client may use',
      async () => made('client', ['-addext', 'extendedKeyUsage=clientAuth']),
      /may not be used by a server/,
    ],
    ['whose key everyone may read', async () => made('open', [], 0o644), /mode 0644/],
  ])('a certificate %s', async (_, settings, expected) => {
    const { findings } = await server('certificate.env', (await settings()) as Record<string, string>);
    const amiss = findings.filter(({ outcome, found }) => outcome !== 'good' && expected.test(found));
    expect(amiss, JSON.stringify(findings)).not.toEqual([]);
    expect(amiss[0]?.mend).toMatch(/\w/);
  });

  /** A certificate that signed itself, and is its own authority. */
  async function made(name: string, words: string[], mode = 0o600): Promise<Record<string, string>> {
    const at = ownedFolder(join(folder, name));
    const [key, cert] = [join(at, 'key.pem'), join(at, 'cert.pem')];
    const options = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-subj',
      '/CN=log.rota',
    ];
    // `req -x509` makes none that ran out; `ca` does.
    if (words[0] !== OLD) await execa('openssl', [...options, ...words, '-keyout', key, '-out', cert]);
    else await ranOut(at, options, key, cert);
    for (const path of [key, cert]) await execa('chown', [serviceAccount ? 'nobody' : USER, path]);
    chmodSync(key, mode);
    return { ROTA_TLS_CA: cert, ROTA_TLS_CERT: cert, ROTA_TLS_KEY: key };
  }

  async function ranOut(at: string, options: string[], key: string, cert: string): Promise<void> {
    const request = join(at, 'request.pem');
    await execa('openssl', [...options.filter((word) => word !== '-x509'), '-keyout', key, '-out', request]);
    writeFileSync(join(at, 'index.txt'), '');
    writeFileSync(join(at, 'serial'), '01');
    const own = [
      '[own]',
      `database=${at}/index.txt`,
      `serial=${at}/serial`,
      `new_certs_dir=${at}`,
      'default_md=sha256',
      'policy=any',
    ];
    writeFileSync(
      join(at, 'ca.cnf'),
      ['[ca]', 'default_ca=own', ...own, '[any]', 'commonName=supplied', ''].join('\n'),
    );
    const words = [
      'ca',
      '-batch',
      '-notext',
      '-selfsign',
      '-config',
      join(at, 'ca.cnf'),
      '-keyfile',
      key,
      '-in',
      request,
      '-out',
      cert,
    ];
    await execa('openssl', [...words, '-startdate', '20200101000000Z', '-enddate', '20200201000000Z']);
  }

  it('an agent learns whether its server believes it, and it its server', async () => {
    const well = await agent('agent.env');
    expect(about(well.findings, 'log server')).toMatchObject([{ outcome: 'good' }]);
    const other = stranger.of('frontend-1');
    const refused = await agent('refused.env', { ROTA_TLS_CERT: other.cert, ROTA_TLS_KEY: other.key });
    expect(about(refused.findings, 'log server')).toMatchObject([{ outcome: 'bad' }]);
    const misnamed = await agent('misnamed.env', { ROTA_TLS_PEER: 'other.rota' });
    expect(about(misnamed.findings, 'log server')).toMatchObject([
      { outcome: 'bad', found: expect.stringContaining('other.rota'), mend: expect.stringContaining('ROTA_TLS_PEER') },
    ]);
    const away = await agent('away.env', { ROTA_SERVER_PORT: 9 });
    expect(about(away.findings, 'log server')).toMatchObject([
      { outcome: 'bad', mend: expect.stringContaining('rota-log') },
    ]);
  });

  it("log files: those that the agent's user can read, those that it cannot, folders that are shut, and none", async () => {
    const logs = join(folder, 'logs');
    const shut = join(logs, 'shut');
    mkdirSync(shut, { recursive: true });
    for (const path of ['open.log', 'secret.log', 'group.log', 'shut/x.log']) writeFileSync(join(logs, path), 'x\n');
    for (const [path, mode] of [
      ['secret.log', 0o600],
      ['group.log', 0o640],
      ['shut', 0o700],
    ] as const) {
      if (!serviceAccount) continue;
      chmodSync(join(logs, path), mode);
    }
    const all = await agent('files.env', {
      ROTA_NGINX_ACCESS: `${logs}/*.log`,
      ROTA_NGINX_ERROR: `${logs}/shut/x.log`,
    });
    const found = Object.fromEntries(
      about(all.findings, 'ROTA_NGINX').map((one) => [/[\w/]+\.log/.exec(one.found)?.[0].split('/').at(-1), one]),
    );
    expect(found['open.log']).toMatchObject({ outcome: 'good' });
    if (serviceAccount) {
      expect(found['secret.log']).toMatchObject({ outcome: 'bad', mend: expect.stringContaining('chmod g+r') });
      expect(found['group.log']).toMatchObject({ outcome: 'bad', mend: expect.stringContaining('usermod -aG') });
      expect(found['x.log']).toMatchObject({
        outcome: 'bad',
        mend: expect.stringContaining(`setfacl -m u:${USER}:x ${shut}`),
      });
    }
    const none = await agent('nofiles.env');
    expect(about(none.findings, /^ROTA_(NGINX|GUNICORN)/).map(({ outcome }) => outcome)).toEqual(
      Array(4).fill('warning'),
    );
  });

  it('a queue that is damaged, one that waits, and what an earlier damage left', async () => {
    await send(
      'relp',
      capture.ports.rsyslog.relp,
      Array.from({ length: 50 }, (_, n) => Buffer.from(`<134>1 2026-11-30T10:00:00Z web-1 shop 7 - - message ${n}`)),
    );
    await capture.server.stop('SIGKILL');
    const work = join(folder, 'queue');
    cpSync(join(capture.folder, 'server'), work, { recursive: true });
    await execa('chown', ['-R', serviceAccount ? 'nobody' : USER, work]);
    const waits = await server('waits.env', { ROTA_WORK: work });
    expect(about(waits.findings, 'queue index')).toMatchObject([
      // The 50, and what this rsyslog said itself.
      { outcome: 'good', found: expect.stringMatching(/^sound, ([5-9]\d|\d{3,}) messages wait$/) },
    ]);
    truncateSync(join(work, 'index.qi'), 0);
    const damaged = await server('damaged.env', { ROTA_WORK: work });
    expect(about(damaged.findings, 'queue index')).toMatchObject([
      { outcome: 'bad', found: expect.stringMatching(/^damaged: \d+ messages are whole, nobody knows/) },
    ]);
    expect(damaged.code).toBe(2);
    mkdirSync(join(work, 'index.damaged-20261130T100000Z'));
    const left = await server('left.env', { ROTA_WORK: work, ROTA_QUEUE_DISK: '900t' });
    expect(about(left.findings, join(work, 'index.damaged-'))).toMatchObject([{ outcome: 'warning' }]);
    expect(about(left.findings, 'room for')).toMatchObject([{ outcome: 'warning' }]);
  });
});

describe('rota-setup check: a real Elasticsearch', () => {
  let node: Node;
  beforeAll(async () => {
    node = await startNode();
  });
  afterAll(() => node?.stop());

  const asked = (namespace: string) => check('--elasticsearch', node.store.url, '--namespace', namespace);
  const setUp = (namespace: string) =>
    execa(process.execPath, [
      join(checkout, 'pipeline/bin/rota-setup.mjs'),
      '--elasticsearch',
      node.store.url,
      '--namespace',
      namespace,
    ]);

  it('without the template everything that rota-setup would make is missing; after it nothing is', async () => {
    const before = await asked('one');
    expect(about(before.findings, 'index template logs-one')).toMatchObject([
      { outcome: 'bad', found: 'missing', mend: expect.stringContaining('rota-setup') },
    ]);
    expect(before.code).toBe(2);
    await setUp('one');
    const after = await asked('one');
    expect(after.findings.filter(({ outcome }) => outcome === 'bad')).toEqual([]);
    expect(about(after.findings, 'clocks')).toMatchObject([{ outcome: 'good' }]);
    expect(after.code).toBe(0);
  });

  it('an older template, and a data stream that it made', async () => {
    const old = { index_patterns: ['logs-*-old'], priority: 350, version: 0, data_stream: {} };
    await node.store.send('PUT', '/_index_template/logs-old', old);
    await node.store.send('POST', '/logs-syslog-old/_doc?op_type=create', { '@timestamp': '2026-11-23T10:00:00Z' });
    const { findings } = await asked('old');
    expect(about(findings, 'index template logs-old')).toMatchObject([
      { outcome: 'bad', found: expect.stringContaining('from 0') },
    ]);
    expect(findings).toContainEqual(
      expect.objectContaining({
        what: 'data streams',
        outcome: 'bad',
        found: expect.stringContaining('logs-syslog-old'),
      }),
    );
  });

  it('a plain index where a data stream must be', async () => {
    await node.store.send('PUT', '/logs-nginx.access-plain', {});
    const { findings, code } = await asked('plain');
    expect(about(findings, 'logs-nginx.access-plain')).toMatchObject([
      { outcome: 'bad', mend: expect.stringContaining('clone') },
    ]);
    expect(code).toBe(2);
  });

  it('a cluster that asks for no privileges', async () => {
    expect(about((await asked('one')).findings, "the indexer's privileges")).toMatchObject([{ outcome: 'warning' }]);
  });

  it('nobody there', async () => {
    const { findings, code } = await check('--elasticsearch', 'http://127.0.0.1:9');
    expect(about(findings, 'Elasticsearch')).toMatchObject([
      { outcome: 'bad', found: expect.stringContaining('no answer') },
    ]);
    expect(code).toBe(2);
  });
});
