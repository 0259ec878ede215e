import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { request } from 'node:https';
import { createConnection, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authority, enrolment, isListening } from './support/authority';
import { Child } from './support/child';
import { Frontend } from './support/frontend';
import { NodeFiles } from './support/node_files';

const [AUTHORITY, INPUT, SITE, APP] = [24_520, 24_521, 24_522, 24_523];
const METADATA_SERVICE = '169.254.169.254:80';

describe('a frontend learns of its webapps (real nginx, real certificates, the scripts of the nodes)', () => {
  let authority: Authority;
  let frontend: Frontend;
  let webapp: NodeFiles;
  let site: Child;
  let app: Server;
  const tls = (name: string) => webapp.path('tls', name);
  const announcement = (name: string) => frontend.files.path('announced/webapps', name);
  const settings = (name: string, certificate: string, address: string) => ({
    ROTA_TLS_DIR: tls(certificate),
    ROTA_ANNOUNCE_URL: `https://127.0.0.1:${INPUT}/webapps/${name}`,
    ROTA_ANNOUNCE_ADDRESS: address,
    ROTA_ANNOUNCEMENT_PERIOD: '0.2',
    PYTHONUNBUFFERED: '1',
  });
  const announcer = (name: string) =>
    new Child('python3', [webapp.script('announce.py')], settings(name, name, `127.0.0.1:${APP}`));
  const once = (name: string, { certificate = name, address = `127.0.0.1:${APP}` } = {}) =>
    Child.run('python3', [webapp.script('announce.py'), '--once'], settings(name, certificate, address));

  /** A request with a webapp's certificate that its own script would not make. */
  function odd(
    name: string,
    options: { path?: string; from?: string; body?: string; length?: string; method?: string },
  ) {
    return new Promise<string>((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port: INPUT,
          localAddress: options.from ?? '127.0.0.1',
          path: options.path ?? `/webapps/${name}`,
          method: options.method ?? 'PUT',
          ca: readFileSync(`${tls(name)}/ca.crt`),
          cert: readFileSync(`${tls(name)}/node.crt`),
          key: readFileSync(`${tls(name)}/node.key`),
          headers: options.length === undefined ? {} : { 'Content-Length': options.length },
          agent: false,
        },
        (response) => {
          let text = `${response.statusCode} `;
          response.on('data', (data) => {
            text += data;
          });
          response.on('end', () => resolve(text));
        },
      );
      sent.once('error', reject);
      sent.end(options.body ?? `127.0.0.1:${APP}`);
    });
  }

  beforeAll(async () => {
    authority = await Authority.start(AUTHORITY);
    webapp = new NodeFiles('webapp');
    frontend = await Frontend.open(authority, enrolment('frontend-1'), { input: INPUT, site: SITE, app: APP });
    for (const name of ['web-1-1', 'web-1-2', 'web-2-1', 'log-1']) await authority.enrol(tls(name), enrolment(name));
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

  it('forgets a webapp that fell silent, and one whose word is from times to come', async () => {
    writeFileSync(announcement('web-1-1'), `127.0.0.1:${APP}`);
    for (const [name, ago] of [
      ['web-1-2', 60],
      ['web-1-3', -600],
    ] as const) {
      writeFileSync(announcement(name), `127.0.0.2:${APP}`);
      const time = Date.now() / 1000 - ago;
      utimesSync(announcement(name), time, time);
    }
    await frontend.refresh();
    expect(frontend.config()).toContain('# web-1-1');
    expect(frontend.config()).not.toMatch(/# web-1-[23]/);
  });

  it('of two names for one address knows the later one', async () => {
    const time = Date.now() / 1000 - 5;
    writeFileSync(announcement('web-1-1'), `127.0.0.1:${APP}`);
    utimesSync(announcement('web-1-1'), time, time);
    writeFileSync(announcement('web-1-2'), `127.0.0.1:${APP}`);
    await frontend.refresh();
    expect(frontend.config()).toContain('# web-1-2');
    expect(frontend.config()).not.toContain('# web-1-1');
  });

  it.each([
    ['the metadata service', METADATA_SERVICE],
    ['another machine', `127.0.0.9:${APP}`],
    ['another port', `127.0.0.1:${APP + 1}`],
    ['a name', `localhost:${APP}`],
    ['more than an address', `127.0.0.1:${APP}; } evil {`],
    ['nothing', ''],
  ])('does not take %s from a webapp, and tells both sides why', async (_, address) => {
    await once('web-1-1');
    const refused = await once('web-1-1', { address });
    expect(refused.code).toBe(1);
    expect(refused.output).toContain('403');
    expect(refused.output).toContain(`it may say 127.0.0.1:${APP} alone`);
    expect(readFileSync(announcement('web-1-1'), 'utf8')).toBe(`127.0.0.1:${APP}`);
    expect(frontend.input.output).toContain('refused: web-1-1 said');
  });

  it('lets a webapp announce nobody but itself, only to its own frontend, and no other role', async () => {
    expect((await once('web-1-2', { certificate: 'web-1-1' })).output).toContain('web-1-1 may not speak for web-1-2');
    expect((await once('web-2-1')).output).toContain('web-2-1 is no webapp of this frontend');
    expect((await once('log-1')).output).toContain('log-1 is no webapp of this frontend');
    expect((await once('web-1-1', { certificate: 'log-1' })).output).toContain('log-1 is no webapp of this frontend');
    expect(existsSync(announcement('web-2-1'))).toBe(false);
  });

  it('takes a certificate only from the address that it is for', async () => {
    expect(await odd('web-1-1', { from: '127.0.0.9', body: `127.0.0.9:${APP}` })).toContain(
      '403 web-1-1 calls from 127.0.0.9, and its certificate is for 127.0.0.1',
    );
  });

  it.each([
    ['a path out of its folder', { path: '/webapps/../../tls/node.key' }],
    ['a path of another kind', { path: '/webapps/web-1-1/x' }],
    ['a length that is none', { length: '4x', method: 'PUT' }],
    ['a length beyond reason', { length: '999999999999' }],
    ['another method', { method: 'PROPFIND' }],
  ])('answers %s with a refusal or an end, and goes on', async (_, options) => {
    const answer = await odd('web-1-1', options).catch((error: Error) => error.message);
    expect(answer).not.toMatch(/^2/);
    expect((await once('web-1-1')).code).toBe(0);
  });

  it('does not open to who has no certificate of the stack', async () => {
    const url = `https://127.0.0.1:${INPUT}/webapps/web-1-3`;
    const bare = await Child.run('curl', ['-sk', '-X', 'PUT', '-d', `127.0.0.1:${APP}`, url]);
    expect(bare.code).not.toBe(0);
    expect(existsSync(announcement('web-1-3'))).toBe(true); // of the test before, from times to come
    expect(readFileSync(announcement('web-1-3'), 'utf8')).toBe(`127.0.0.2:${APP}`);
  });

  it('hears others while one address holds all its connections open and says nothing', async () => {
    const silent = await Promise.all(
      Array.from(
        { length: 40 },
        () =>
          new Promise<Socket>((resolve) => {
            const socket = createConnection({ host: '127.0.0.1', port: INPUT, localAddress: '127.0.0.8' });
            socket.on('error', () => {});
            socket.once('connect', () => resolve(socket));
          }),
      ),
    );
    // Beyond four, which is what one address may have, each is closed at once.
    const closed = () => silent.filter((socket) => socket.readableEnded || socket.destroyed).length;
    await expect.poll(closed, { timeout: 120_000 }).toBe(36);
    expect((await once('web-1-1')).code).toBe(0);
    for (const socket of silent) socket.destroy();
  });

  describe('and when what lies there is not what was let in', () => {
    it('leaves each bad one out by itself, tells it once and forgets it; the good ones are heard', async () => {
      const bad = [
        METADATA_SERVICE,
        `10.0.0.1:${APP}`,
        '127.0.0.1:1; } evil {',
        '',
        '\n',
        `::1:${APP}`,
        `127.1:${APP}`,
      ];
      const made = [...bad, ...Array.from({ length: 20 }, () => randomBytes(30))];
      for (const [i, content] of made.entries()) writeFileSync(announcement(`web-1-x${i}`), content);
      writeFileSync(announcement('web-1-1'), `127.0.0.1:${APP}`);
      writeFileSync(announcement('web-1-good'), `127.0.0.4:${APP}`);
      const { code, output } = await frontend.refresh();
      expect(code, output).toBe(0);
      for (const i of made.keys()) expect(output).toContain(`left out web-1-x${i}: `);
      const servers = [...frontend.config().matchAll(/^\s*server (\S+) .*# (\S+)$/gm)].map(
        ([, at, who]) => `${who} ${at}`,
      );
      expect(servers).toEqual([`web-1-1 127.0.0.1:${APP}`, `web-1-good 127.0.0.4:${APP}`]);
      expect((await frontend.refresh()).output).toBe('');
    });

    it('leaves out what nginx itself does not take, and keeps the configuration that works', async () => {
      const before = frontend.config();
      writeFileSync(announcement('web-1-new'), '127.0.0.5:99999');
      const { code, output } = await frontend.refresh({ ROTA_WEBAPP_PORT: '99999' });
      expect(code, output).toBe(0);
      expect(output).toMatch(/left out web-1-new: .*invalid port/);
      expect(frontend.config()).toBe(before);
    });
  });
});
