import { utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authority, enrolment, isListening } from './support/authority';
import { Child } from './support/child';
import { Frontend } from './support/frontend';
import { NodeFiles } from './support/node_files';

const [AUTHORITY, DOOR, SITE, APP] = [24_520, 24_521, 24_522, 24_523];

describe('a frontend learns of its webapps (real nginx, real certificates, the scripts of the nodes)', () => {
  let authority: Authority;
  let frontend: Frontend;
  let webapp: NodeFiles;
  let site: Child;
  let app: Server;
  const tls = (name: string) => webapp.path('tls', name);
  const announcement = (name: string) => frontend.files.path('announced/webapps', name);
  const announcer = (name: string, certificate = name) =>
    new Child('python3', [webapp.script('announce.py')], {
      ROTA_TLS_DIR: tls(certificate),
      ROTA_ANNOUNCE_URL: `https://127.0.0.1:${DOOR}/webapps/${name}`,
      ROTA_ANNOUNCE_ADDRESS: `127.0.0.1:${APP}`,
      ROTA_ANNOUNCEMENT_PERIOD: '0.2',
      PYTHONUNBUFFERED: '1',
    });

  beforeAll(async () => {
    authority = await Authority.start(AUTHORITY);
    webapp = new NodeFiles('webapp');
    frontend = await Frontend.open(authority, enrolment('frontend-1'), { door: DOOR, site: SITE });
    for (const name of ['web-1-1', 'web-1-2', 'web-2-1']) await authority.enrol(tls(name), enrolment(name));
    app = createServer((_, response) => response.end('hello from web-1-1'));
    await new Promise<void>((resolve) => app.listen(APP, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    await site?.stop('SIGQUIT');
    await frontend?.close();
    await authority?.stop();
    app?.close();
    webapp?.remove();
  });

  it('starts with none, and says 502 until one has announced itself', async () => {
    expect(await frontend.refresh()).toMatchObject({ code: 0, output: 'webapps: none yet\n' });
    site = new Child('/usr/sbin/nginx', ['-c', frontend.files.path('nginx/frontend.conf')]);
    await site.until(() => isListening(SITE));
    expect((await fetch(`http://127.0.0.1:${SITE}/`)).status).toBe(502);
  });

  it('sends requests to a webapp once it has announced itself', async () => {
    const first = announcer('web-1-1');
    await first.until(() => first.output.includes('announced'));
    expect(frontend.announced()).toEqual(['web-1-1']);
    expect((await frontend.refresh()).output).toContain(`webapps: web-1-1 127.0.0.1:${APP}`);
    // nginx takes its new configuration a moment after it was told to.
    const answer = async () => (await fetch(`http://127.0.0.1:${SITE}/`)).text();
    await expect.poll(answer, { timeout: 120_000 }).toBe('hello from web-1-1');
    await first.stop();
  });

  it('hears it when a webapp is stopped, and keeps the last list rather than none', async () => {
    expect(frontend.announced()).toEqual([]);
    const before = frontend.config();
    expect(await frontend.refresh()).toMatchObject({ code: 0, output: '' });
    expect(frontend.config()).toBe(before);
  });

  it('forgets a webapp that fell silent', async () => {
    for (const name of ['web-1-1', 'web-1-2']) writeFileSync(announcement(name), `127.0.0.1:${APP}`);
    const long = Date.now() / 1000 - 60;
    utimesSync(announcement('web-1-2'), long, long);
    await frontend.refresh();
    expect(frontend.config()).toContain('# web-1-1');
    expect(frontend.config()).not.toContain('# web-1-2');
  });

  it('takes no words for addresses that nginx would read as configuration', async () => {
    writeFileSync(announcement('web-1-2'), '127.0.0.1:1; } evil {');
    await frontend.refresh();
    expect(frontend.config()).not.toContain('evil');
  });

  it('lets a webapp announce nobody but itself, and only to its own frontend', async () => {
    const other = announcer('web-1-2', 'web-1-1');
    await other.until(() => other.output.includes('403'));
    await other.stop();
    const stranger = announcer('web-2-1');
    await stranger.until(() => stranger.output.includes('403'));
    await stranger.stop();
    expect(frontend.announced()).not.toContain('web-2-1');
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
