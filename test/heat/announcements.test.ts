import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authority, enrolment, isListening } from './support/authority';
import { Child } from './support/child';
import { NodeFiles } from './support/node_files';

const [AUTHORITY, DOOR, SITE, APP] = [24_520, 24_521, 24_522, 24_523];

describe('a frontend learns of its webapps (real nginx, real certificates, the scripts of the nodes)', () => {
  let authority: Authority;
  let files: NodeFiles;
  let door: Child;
  let site: Child;
  let app: Server;
  const tls = (name: string) => files.path('tls', name);
  const announced = () => readdirSync(files.path('announced/webapps'));
  const config = () => readFileSync(files.path('nginx/frontend.conf'), 'utf8');

  const refresh = () => {
    const env = readFileSync(files.path('etc/rota/nginx.defaults.env'), 'utf8');
    const defaults = Object.fromEntries(
      [...env.matchAll(/^(ROTA_\w+)="?([^"\n]*)"?$/gm)].map((match) => [match[1], match[2]]),
    );
    return Child.run('python3', [files.script('webapps.py')], {
      ...defaults,
      ROTA_NGINX_RUN: files.path('nginx'),
      ROTA_NGINX_ACCESS_LOG: files.path('access.log'),
      ROTA_NGINX_ERROR_LOG: files.path('error.log'),
      ROTA_NGINX_LISTEN: `127.0.0.1:${SITE}`,
      ROTA_NGINX_POOL: 'webapps-1',
      ROTA_ANNOUNCED: files.path('announced/webapps'),
      ROTA_NGINX_TEMPLATE: files.path('usr/local/share/rota/frontend.conf.template'),
      ROTA_NGINX_CONFIG: files.path('nginx/frontend.conf'),
    });
  };
  const announcer = (name: string, certificate = name) =>
    new Child('python3', [webapp.script('announce.py')], {
      ROTA_TLS_DIR: tls(certificate),
      ROTA_ANNOUNCE_URL: `https://127.0.0.1:${DOOR}/webapps/${name}`,
      ROTA_ANNOUNCE_ADDRESS: `127.0.0.1:${APP}`,
      ROTA_ANNOUNCEMENT_PERIOD: '0.2',
      PYTHONUNBUFFERED: '1',
    });
  let webapp: NodeFiles;

  beforeAll(async () => {
    authority = await Authority.start(AUTHORITY);
    webapp = new NodeFiles('webapp');
    const moved = { '/run/rota-announcements': '/RUN', 'listen 8443': `listen 127.0.0.1:${DOOR}` };
    const root = { current: '' };
    files = new NodeFiles('frontend', { number: '1' }, moved);
    root.current = files.root;
    for (const folder of ['announced/webapps', 'announcements', 'nginx/server.d', 'run']) {
      mkdirSync(files.path(folder), { recursive: true });
    }
    for (const name of ['frontend-1', 'web-1-1', 'web-1-2', 'web-2-1'])
      await authority.enrol(tls(name), enrolment(name));
    const conf = files.path('etc/rota/announcements.conf');
    const text = readFileSync(conf, 'utf8')
      .replaceAll('/RUN', files.path('run'))
      .replaceAll('/etc/rota/tls', tls('frontend-1'))
      .replaceAll('/var/lib/rota', files.root);
    // nginx of root hands its work to www-data, which may not write here.
    writeFileSync(conf, process.getuid?.() === 0 ? `user root;\n${text}` : text);
    door = new Child('/usr/sbin/nginx', ['-c', conf]);
    await door.until(() => isListening(DOOR));
    app = createServer((_, response) => response.end('hello from web-1-1'));
    await new Promise<void>((resolve) => app.listen(APP, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    await site?.stop('SIGQUIT');
    await door?.stop('SIGQUIT');
    await authority?.stop();
    app?.close();
    files?.remove();
    webapp?.remove();
  });

  it('starts with none, and says 502 until one has announced itself', async () => {
    expect(await refresh()).toMatchObject({ code: 0, output: 'webapps: none yet\n' });
    site = new Child('/usr/sbin/nginx', ['-c', files.path('nginx/frontend.conf')]);
    await site.until(() => isListening(SITE));
    expect((await fetch(`http://127.0.0.1:${SITE}/`)).status).toBe(502);
  });

  it('sends requests to a webapp once it has announced itself', async () => {
    const first = announcer('web-1-1');
    await first.until(() => first.output.includes('announced'));
    expect(announced()).toEqual(['web-1-1']);
    expect((await refresh()).output).toContain(`webapps: web-1-1 127.0.0.1:${APP}`);
    await sleep(300);
    expect(await (await fetch(`http://127.0.0.1:${SITE}/`)).text()).toBe('hello from web-1-1');
    await first.stop();
  });

  it('hears it when a webapp is stopped, and keeps the last list rather than none', async () => {
    expect(announced()).toEqual([]);
    const before = config();
    expect(await refresh()).toMatchObject({ code: 0, output: '' });
    expect(config()).toBe(before);
  });

  it('forgets a webapp that fell silent', async () => {
    for (const name of ['web-1-1', 'web-1-2']) writeFileSync(files.path('announced/webapps', name), `127.0.0.1:${APP}`);
    const long = Date.now() / 1000 - 60;
    utimesSync(files.path('announced/webapps/web-1-2'), long, long);
    await refresh();
    expect(config()).toContain('# web-1-1');
    expect(config()).not.toContain('# web-1-2');
  });

  it('takes no words for addresses that nginx would read as configuration', async () => {
    writeFileSync(files.path('announced/webapps/web-1-2'), '127.0.0.1:1; } evil {');
    await refresh();
    expect(config()).not.toContain('evil');
  });

  it('lets a webapp announce nobody but itself, and only to its own frontend', async () => {
    const other = announcer('web-1-2', 'web-1-1');
    await other.until(() => other.output.includes('403'));
    await other.stop();
    const stranger = announcer('web-2-1');
    await stranger.until(() => stranger.output.includes('403'));
    await stranger.stop();
    expect(announced()).not.toContain('web-2-1');
  });

  it('does not open to who has no certificate of the stack', async () => {
    const bare = await Child.run('curl', [
      '-sk',
      '-X',
      'PUT',
      '-d',
      '127.0.0.1:1',
      `https://127.0.0.1:${DOOR}/webapps/web-1-1`,
    ]);
    expect(bare.output).toContain('400 No required SSL certificate');
  });
});
