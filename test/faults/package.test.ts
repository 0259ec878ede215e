import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { type BuiltPackage, buildPackage } from '../../scripts/package';
import { checkout } from '../../stack/layout';
import { freeBlock } from '../../stack/ports';
import { DebianRoot, whyNoDebianRoot } from './support/debian_root';
import { type Node, startNode, until } from './support/world';

const why = whyNoDebianRoot();

test.runIf(why !== undefined)(`the package is NOT tried in a Debian root here: ${why}`, () => {
  console.warn(`test/faults/package.test.ts tried nothing: ${why}.`);
});

/** In place of systemd, which is not process 1 here: starts what a unit starts, as whom and with the settings that it says. No nft. */
const SYSTEMCTL = `#!/bin/bash
set -eu
unit=\${!#}
if [ "$unit" = rsyslog ]; then rsyslogd -n -i /run/rsyslogd.pid >/root/rsyslog.log 2>&1 & exit; fi
file=/usr/lib/systemd/system/$unit.service
value() { sed -n "s|^$1=||p" $file; }
set -a
for settings in $(value EnvironmentFile); do . $settings; done
set +a
for folder in $(value StateDirectory); do
  mkdir -p /var/lib/$folder; chown -R $(value User): /var/lib/rota
done
for folder in $(value RuntimeDirectory); do mkdir -p /run/$folder; chown $(value User): /run/$folder; done
exec setpriv --reuid $(value User) --regid $(value User) --init-groups sh -c "exec $(value ExecStart)" >/root/$unit.log 2>&1 &
`;

describe.runIf(why === undefined)('the package rota-pipeline in a clean Debian 12', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rota-package-'));
  let root: DebianRoot;
  let built: BuiltPackage;
  let node: Node;

  beforeAll(async () => {
    built = await buildPackage(folder);
    root = await DebianRoot.make();
    root.copy(built.deb, 'root/rota-pipeline_0.1.0_all.deb');
    root.copy(await newer(), 'root/newer.deb');
    // What a Debian server has, and what is asked for below.
    await root.run('apt-get -q update; apt-get -q -y --no-install-recommends install rsyslog logrotate bsdutils');
  });
  afterAll(async () => {
    await node?.stop();
    root?.remove();
    rmSync(folder, { recursive: true });
  });

  /** A package of the next version, in which log.env has another line. */
  async function newer(): Promise<string> {
    const [tree, deb] = [join(folder, 'newer'), join(folder, 'newer.deb')];
    await execa('dpkg-deb', ['--raw-extract', built.deb, tree]);
    await execa('sed', ['-i', 's/^Version: .*/Version: 0.1.1/', join(tree, 'DEBIAN/control')]);
    await execa('sed', ['-i', '$a# New in this version.', join(tree, 'etc/rota/log.env')]);
    await execa('dpkg-deb', ['--build', '--root-owner-group', '-Zgzip', tree, deb]);
    return deb;
  }

  it('installs with what it needs, and its programs run', async () => {
    const said = await root.run(`
      cd /root; apt-get -q -y --no-install-recommends install ./rota-pipeline_0.1.0_all.deb
      id -nG rota
      rota-setup --help | head -n 1
      rota-setup check --json | head -n 1 || true
      printf 'GET / HTTP/1.1\\n' | rota-setup format --nginx "log_format x '\\$request';"
      set -a; . /etc/rota/rsyslog/defaults.env; . /etc/rota/log.env; set +a
      # With each input on: it calls a module without one an error.
      mkdir -p $ROTA_WORK
      ROTA_INPUT_RELP=on ROTA_INPUT_TCP=on ROTA_INPUT_UDP=on rsyslogd -N1 -f /etc/rota/rsyslog/server.conf
      . /etc/rota/agent.env; mkdir -p $ROTA_WORK; rsyslogd -N1 -f /etc/rota/rsyslog/agent.conf
      cd /; ROTA_INDEXER_DIR=/tmp/indexer rota-indexer </dev/null`);
    expect(said).toContain('rota adm');
    expect(said).toContain('rota-setup --elasticsearch URL [options]');
    expect(said).toContain('1 of 1 lines fit');
    expect(said.match(/End of config validation run/g)).toHaveLength(2);
    expect(said).not.toMatch(/error during parsing|could not load module/i);
    expect(root.has('etc/rota/rsyslog/server.conf')).toBe(true);
  });

  it('an upgrade keeps what was edited, and brings what was not', async () => {
    await root.run(`
      echo ROTA_SERVER=log.example >>/etc/rota/agent.env
      mkdir -p /var/lib/rota/agent; echo waits >/var/lib/rota/agent/forward.00000001
      cd /root; apt-get -q -y install ./newer.deb
      dpkg-query -W -f '\${Version}' rota-pipeline | grep -x 0.1.1`);
    expect(root.read('etc/rota/agent.env')).toContain('ROTA_SERVER=log.example');
    expect(root.read('etc/rota/log.env')).toContain('# New in this version.');
    expect(root.read('var/lib/rota/agent/forward.00000001')).toBe('waits\n');
  });

  it("rotates Rota's own logs, as its user", async () => {
    await root.run(`
      mkdir -p /var/lib/rota/log; chown -R rota: /var/lib/rota
      for name in rsyslog indexer; do setpriv --reuid rota --regid rota --clear-groups sh -c "echo said >/var/lib/rota/log/$name.log"; done
      logrotate --force /etc/logrotate.d/rota`);
    expect(root.read('var/lib/rota/log/rsyslog.log.1')).toBe('said\n');
    expect(root.read('var/lib/rota/log/rsyslog.log')).toBe('');
    expect(root.read('var/lib/rota/log/indexer.log')).toBe('');
  });

  it('removed it leaves settings and queues, purged nothing, not even its user', async () => {
    await root.run('apt-get -q -y remove rota-pipeline');
    expect(root.read('etc/rota/agent.env')).toContain('ROTA_SERVER=log.example');
    expect(root.has('var/lib/rota/agent/forward.00000001')).toBe(true);
    expect(root.has('usr/bin/rota-setup')).toBe(false);
    const left = await root.run(`
      apt-get -q -y purge rota-pipeline >/dev/null 2>&1
      rm -f /root/*.deb
      find / -xdev \\( -path /proc -o -path /dev -o -path /root -o -path /var/cache -o -path /var/log \\) -prune -o -name '*rota*' -print |
        grep -v -e rotate -e '[a-z]rota' || true
      getent passwd rota || true`);
    expect(left.trim()).toBe('');
  });

  // Stood in for: systemd (above), nginx and HAProxy by lines of theirs, Kibana by nothing: what its page asks is in Elasticsearch.
  it("docs/existing_site.md's commands bring an existing site's lines to Elasticsearch", async () => {
    node = await startNode();
    const { rsyslog } = await freeBlock();
    copyFileSync(built.deb, join(root.path, 'root/rota-pipeline_0.1.0_all.deb'));
    root.write('usr/local/bin/systemctl', SYSTEMCTL, 0o755);
    const commands = documented();
    expect(commands.length).toBeLessThanOrEqual(10);
    const tried = commands
      .filter((one) => !one.includes('kibana-plugin'))
      .map((one) =>
        one
          .replace('apt install', 'apt-get -q -y --no-install-recommends install')
          .replace('http://127.0.0.1:9200', node.store.url),
      );
    const check = tried.pop();
    expect(check).toBe('rota-setup check');
    // This machine's own ports may be taken.
    const ports = `
      sed -i 's#^ROTA_ELASTICSEARCH_URL=.*#ROTA_ELASTICSEARCH_URL=${node.store.url}#' /etc/rota/log.env
      echo ROTA_PORT_RELP=${rsyslog.relp} >>/etc/rota/log.env
      sed -i 's/^ROTA_SERVER_PORT=.*/ROTA_SERVER_PORT=${rsyslog.relp}/' /etc/rota/agent.env
      sed -i 's/port="8031"/port="${rsyslog.relp}"/' /usr/share/doc/rota-pipeline/rsyslog_haproxy.conf`;
    const [install = '', ...rest] = tried;
    const running = root.run(`
      cd /root
      mkdir -p /var/log/nginx; printf '%s\\n' '${combined(1)}' '${combined(2)}' >/var/log/nginx/access.log
      chown www-data:adm /var/log/nginx/access.log; chmod 640 /var/log/nginx/access.log
      ${install} >/root/apt.log 2>&1
      ${ports}
      ${rest.join('\n      ')}
      until [ -S /dev/log ]; do sleep 0.2; done
      logger --socket-errors=on -t 'haproxy[812]' '${httplog(1)}'
      until ${check} >/root/check.txt || [ -e /root/over ]; do sleep 2; done
      until [ -e /root/over ]; do sleep 0.2; done`);
    const over = () => root.write('root/over', '');
    try {
      const found = (dataset: string) => node.store.search(`logs-${dataset}-rota`, { match_all: {} });
      const arrived = until('the lines of nginx and HAProxy', 600_000, async () => {
        const [nginx, haproxy] = [await found('nginx.access'), await found('haproxy.log')];
        return nginx.length === 2 && haproxy.length === 1 && root.has('root/check.txt');
      });
      await Promise.race([arrived, running.then(() => Promise.reject(new Error('the commands ended before')))]);
      expect(await found('haproxy.log')).toMatchObject([
        { haproxy: { server_name: 'frontend-1' }, rota: { tier: 'lb' } },
      ]);
      expect(await found('nginx.access')).toContainEqual(
        expect.objectContaining({ url: expect.objectContaining({ path: '/2' }) }),
      );
    } finally {
      over();
    }
    await running;
    expect(root.read('root/check.txt')).not.toMatch(/^bad/m);
    expect(root.read('root/check.txt')).toMatch(/^good +ROTA_NGINX_ACCESS: rota can read/m);
  });
});

/** The commands of the page's first shell block. */
function documented(): string[] {
  const text = readFileSync(join(checkout, 'docs/existing_site.md'), 'utf8');
  const [, block = ''] = /```sh\n([\s\S]*?)```/.exec(text) ?? [];
  return block.trim().split('\n');
}

const now = () => new Date();
function combined(n: number): string {
  const [day, month, year] = [
    String(now().getUTCDate()).padStart(2, '0'),
    now().toUTCString().slice(8, 11),
    now().getUTCFullYear(),
  ];
  return `203.0.113.9 - - [${day}/${month}/${year}:${now().toISOString().slice(11, 19)} +0000] "GET /${n} HTTP/1.1" 200 5 "-" "curl/8"`;
}

function httplog(n: number): string {
  const [day, month, year] = [
    String(now().getUTCDate()).padStart(2, '0'),
    now().toUTCString().slice(8, 11),
    now().getUTCFullYear(),
  ];
  return `203.0.113.9:4000${n} [${day}/${month}/${year}:${now().toISOString().slice(11, 23)}] site frontends/frontend-${n} 0/0/0/12/12 200 300 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"`;
}
