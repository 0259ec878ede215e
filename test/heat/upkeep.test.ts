import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { delimiter } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Child } from './support/child';
import { NodeFiles, readEnv } from './support/node_files';
import { RefreshTimer } from './support/refresh_timer';

const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] });

/** An authority and a certificate of it for localhost; `days` below zero are of one that is not good any more. */
function certificate(folder: string, days: number): void {
  mkdirSync(folder, { recursive: true });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc'];
  openssl(
    'req',
    '-x509',
    ...curve,
    '-subj',
    '/CN=authority',
    '-keyout',
    `${folder}/ca.key`,
    '-out',
    `${folder}/ca.crt`,
  );
  openssl('req', '-new', ...curve, '-subj', '/CN=log.rota', '-keyout', `${folder}/node.key`, '-out', `${folder}/csr`);
  writeFileSync(`${folder}/extensions`, 'subjectAltName=DNS:log.rota,DNS:localhost,IP:127.0.0.1\n');
  const signed = ['-CA', `${folder}/ca.crt`, '-CAkey', `${folder}/ca.key`, '-extfile', `${folder}/extensions`];
  openssl('x509', '-req', '-in', `${folder}/csr`, ...signed, '-days', String(days), '-out', `${folder}/node.crt`);
}

describe('what every server looks after (its own scripts; systemd and apt are stand-ins)', () => {
  let files: NodeFiles;
  beforeEach(() => {
    files = new NodeFiles('frontend', { host: 'frontend-1' });
  });
  afterEach(() => files.remove());

  it('starts an agent anew that gave up its log server for a certificate that was not good (real rsyslog on both sides)', async () => {
    certificate(files.path('tls'), -1);
    const tls = (name: string) => files.path('tls', name);
    const common = {
      ...readEnv(files.path('etc/rota/rsyslog/defaults.env')),
      ROTA_RSYSLOG_DIR: files.path('etc/rota/rsyslog'),
      ROTA_TLS: 'on',
      ROTA_TLS_CA: tls('ca.crt'),
      ROTA_TLS_CERT: tls('node.crt'),
      ROTA_TLS_KEY: tls('node.key'),
    };
    mkdirSync(files.path('server'));
    writeFileSync(
      files.path('server.conf'),
      `module(load="imrelp" tls.tlslib="openssl")
input(type="imrelp" port="24598" tls="on" tls.caCert="${tls('ca.crt')}" tls.myCert="${tls('node.crt')}" tls.myPrivKey="${tls('node.key')}" tls.authMode="certvalid")
action(type="omfile" file="${files.path('server/lines')}")\n`,
    );
    const server = new Child('/usr/sbin/rsyslogd', [
      '-n',
      '-f',
      files.path('server.conf'),
      '-i',
      files.path('server/pid'),
    ]);
    const work = files.path('var/lib/rota/agent');
    const timer = new RefreshTimer(files);
    mkdirSync(work, { recursive: true });
    const conf = files.path('etc/rota/rsyslog/agent.conf');
    const agent = new Child('/usr/sbin/rsyslogd', ['-n', '-f', conf, '-i', files.path('pid')], {
      ...common,
      ROTA_WORK: work,
      ROTA_HOST: 'frontend-1',
      ROTA_SERVER: '127.0.0.1',
      ROTA_SERVER_PORT: '24598',
      ROTA_TLS_PEER: 'log.rota',
      ROTA_STATS_INTERVAL: '1',
      ROTA_NGINX_ACCESS: files.path('access.log'),
      ROTA_NGINX_ERROR: files.path('error.log'),
    });
    const log = () => (existsSync(`${work}/rsyslog.log`) ? readFileSync(`${work}/rsyslog.log`, 'utf8') : '');
    try {
      await agent.until(() => log().includes('DISABLING action'), 120);
    } finally {
      await agent.stop('SIGKILL');
      await server.stop('SIGKILL');
    }
    timer.tell({ 'rota:log': '127.0.0.1', 'rota:authority': '127.0.0.1' });
    const { code, output } = await timer.turn();
    expect(code, output).toBe(0);
    expect(output).toContain('the agent gave up the log server; it is started anew');
    expect(output).toContain('systemctl try-restart rota-agent.service');
    expect(await timer.turn()).toEqual({ code: 0, output: '' });
  });

  it('rotates a log that has grown too large before its day is over, and no other (real logrotate)', async () => {
    const folder = files.path('var/log/rota');
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    const settings = readFileSync(files.path('usr/local/share/rota/logrotate'), 'utf8')
      .replace('/var/log/rota', folder)
      .replace(/^ *(su|create) .*$/gm, '')
      .replace('maxsize 1G', 'maxsize 1k');
    expect(settings).toContain('maxsize 1k');
    writeFileSync(files.path('settings'), settings, { mode: 0o644 });
    writeFileSync(`${folder}/access.log`, 'x'.repeat(2000));
    writeFileSync(`${folder}/error.log`, 'x');
    const rotate = () => Child.run('logrotate', ['--state', files.path('state'), files.path('settings')]);
    expect((await rotate()).code).toBe(0);
    const there = ['access.log.1', 'error.log.1'].map((name) => existsSync(`${folder}/${name}`));
    expect(there).toEqual([true, false]);
  });

  /** Runs shell words with common.sh's functions and apt's programs stood in for. */
  function withApt(words: string, aptGet: string) {
    const common = readFileSync(files.script('common.sh'), 'utf8')
      .replaceAll('/etc/rota', files.path('etc/rota'))
      .replaceAll('/usr/sbin/policy-rc.d', files.path('policy-rc.d'))
      .replace('sleep 5', 'sleep 0.1');
    writeFileSync(files.path('common.sh'), common);
    mkdirSync(files.path('bin'));
    const say = `echo "$(basename "$0") $*" >>${files.path('said')}\n`;
    for (const [name, text] of [
      ['apt-get', aptGet],
      ['apt-mark', ''],
      ['dpkg', ''],
    ]) {
      writeFileSync(files.path('bin', name!), `#!/bin/bash\n${say}${text}\n`, { mode: 0o755 });
    }
    const PATH = [files.path('bin'), process.env['PATH']].join(delimiter);
    return Child.run('bash', ['-c', `set -e; . ${files.path('common.sh')}; ${words}`], { PATH });
  }

  it('asks for the lists again when the mirror was away, and holds what is pinned to one version', async () => {
    const away = `[[ "$*" != *update* ]] || { echo . >>${files.path('asked')}; [ "$(wc -l <${files.path('asked')})" -ge 3 ]; }`;
    const done = await withApt('install_packages kibana=8.12.2 openssl curl', away);
    expect(done.code, done.output).toBe(0);
    const said = readFileSync(files.path('said'), 'utf8');
    const kinds = said.split('\n').map((line) => /^apt-mark.*|\b(update|install)\b|^dpkg.*/.exec(line)?.[0]);
    expect(kinds.filter(Boolean)).toEqual([
      ...['dpkg --configure -a', 'update', 'dpkg --configure -a', 'update', 'dpkg --configure -a', 'update', 'install'],
      'apt-mark hold kibana',
    ]);
    expect(said).toContain('APT::Update::Error-Mode=any');
  });

  it('finds Heat and Keystone behind an authority of the cloud’s own', async () => {
    certificate(files.path('tls'), 1);
    const cloud = createServer(
      { key: readFileSync(files.path('tls/node.key')), cert: readFileSync(files.path('tls/node.crt')) },
      (request, response) => response.writeHead(201, { 'X-Subject-Token': 't' }).end(request.url),
    );
    await new Promise<void>((resolve) => cloud.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(cloud.address() as AddressInfo).port}`;
    const signal = {
      auth_url: url,
      user_id: 'u',
      password: 'p',
      project_id: 'p',
      alarm_url: `${url}/resources/handle/signal`,
    };
    const report = (authority: string) =>
      Child.run('python3', [files.script('report.py'), 'SUCCESS', 'logs flow'], {
        ROTA_SIGNAL: JSON.stringify(signal),
        ROTA_HOST: 'frontend-1',
        ROTA_CLOUD_CA: authority,
      });
    writeFileSync(files.path('empty'), '');
    try {
      expect((await report(files.path('empty'))).output).toContain('certificate verify failed');
      expect(await report(files.path('tls/ca.crt'))).toEqual({ code: 0, output: 'rota: Heat was told\n' });
    } finally {
      cloud.closeAllConnections();
      cloud.close();
    }
  });
});
