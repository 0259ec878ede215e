import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authority, enrolment } from './support/authority';

const PORT = 24_510;

describe('a server’s enrolment with the stack’s certificate authority (both scripts run for real)', () => {
  let authority: Authority;
  const folder = (name: string) => authority.files.path('nodes', name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { encoding: 'utf8' });

  beforeAll(async () => {
    authority = await Authority.start(PORT);
  });
  afterAll(() => authority.stop());

  it('gives it a certificate of its proved name and of the address it called from', async () => {
    const done = await authority.enrol(folder('web'), enrolment('web-1-1'));
    expect(done).toEqual({ code: 0, output: '' });
    const certificate = `${folder('web')}/node.crt`;
    expect(openssl('verify', '-CAfile', `${folder('web')}/ca.crt`, certificate)).toContain('OK');
    const text = openssl('x509', '-in', certificate, '-noout', '-subject', '-ext', 'subjectAltName,basicConstraints');
    expect(text).toMatch(/subject=O = rota, CN = web-1-1/);
    expect(text).toContain('DNS:web-1-1, DNS:web-1-1.rota, IP Address:127.0.0.1');
    expect(text).toContain('CA:FALSE');
    expect(text).not.toContain('log.rota');
  });

  it('gives log servers alone the name that senders check', async () => {
    await authority.enrol(folder('log'), enrolment('log-2'));
    expect(openssl('x509', '-in', `${folder('log')}/node.crt`, '-noout', '-ext', 'subjectAltName')).toContain(
      'DNS:log.rota',
    );
  });

  it('answers the very same request again, since an answer may get lost', async () => {
    expect((await authority.enrol(folder('web'), enrolment('web-1-1'))).code).toBe(0);
  });

  it('refuses the one-time secret from another address than the first, whatever the request is', async () => {
    for (const name of ['web', 'log']) {
      expect(await authority.enrolAgain(folder(name), enrolment('web-1-1'), '127.0.0.66')).toBe(403);
    }
    expect((await authority.enrol(folder('web'), enrolment('web-1-1'))).code).toBe(0);
  });

  it('gives a server that was made anew in the same place a certificate for its new key', async () => {
    expect(await authority.enrol(folder('anew'), enrolment('web-1-1'))).toEqual({ code: 0, output: '' });
    const key = (file: string, ...args: string[]) =>
      openssl(...args, '-in', `${folder('anew')}/${file}`, '-noout', '-pubkey');
    expect(key('node.crt', 'x509')).toBe(key('node.csr', 'req'));
    expect(key('node.crt', 'x509')).not.toBe(openssl('x509', '-in', `${folder('web')}/node.crt`, '-noout', '-pubkey'));
  });

  it('refuses a name other than the one the secret was made for', async () => {
    const wrong = await authority.enrol(folder('liar'), { ...enrolment('web-1-2'), ROTA_HOST: 'log-1' });
    expect(wrong.output).toContain('log-1 at 127.0.0.1 did not prove the one-time secret');
  });

  it('refuses a request for another subject than the proved name', async () => {
    mkdirSync(folder('sly'), { recursive: true });
    const args = [
      'req',
      '-new',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-noenc',
      '-subj',
      '/O=rota/CN=log-1',
    ];
    openssl(...args, '-keyout', `${folder('sly')}/node.key`, '-out', `${folder('sly')}/node.csr`);
    const sly = await authority.enrol(folder('sly'), enrolment('web-2-2'));
    expect(sly.output).toContain('the request of web-2-2 is for another subject');
  });

  it('refuses names that no server of a stack has', async () => {
    const odd = await authority.enrol(folder('odd'), enrolment('web-1;id'));
    expect(odd.output).toContain('malformed');
  });

  it('is the same authority when the first log server was replaced: each certificate is good under the other’s', async () => {
    const rebuilt = await Authority.start(PORT + 2);
    await rebuilt.enrol(folder('after'), enrolment('web-3-1'));
    await rebuilt.stop();
    const [before, after] = [folder('web'), folder('after')];
    const read = (name: string) => openssl('x509', '-in', `${name}/ca.crt`, '-noout', '-pubkey', '-subject');
    expect(read(after)).toBe(read(before));
    for (const [authorityOf, certificateOf] of [
      [before, after],
      [after, before],
    ]) {
      const args = ['verify', '-x509_strict', '-CAfile', `${authorityOf}/ca.crt`, `${certificateOf}/node.crt`];
      expect(openssl(...args)).toContain('OK');
    }
  });

  it('is another authority in a stack with another key', async () => {
    const stranger = await Authority.start(PORT + 2, 'x'.repeat(48));
    const key = (certificate: string) => openssl('x509', '-in', certificate, '-noout', '-pubkey');
    expect(key(stranger.files.path('authority/ca.crt'))).not.toBe(key(`${folder('web')}/ca.crt`));
    await stranger.stop();
  });

  it('keeps its key to itself, and lets certificates last ten years', () => {
    expect(statSync(authority.files.path('authority/ca.key')).mode & 0o777).toBe(0o600);
    const seconds = (years: number) => String(years * 365 * 86_400);
    const certificate = `${folder('web')}/node.crt`;
    expect(openssl('x509', '-in', certificate, '-noout', '-checkend', seconds(9))).toContain('will not expire');
  });

  it('lets them be good since an hour ago, whose clocks are behind', () => {
    const fifty = String(Math.floor(Date.now() / 1000) - 50 * 60);
    for (const name of ['node.crt', 'ca.crt']) {
      const [, since] = /notBefore=(.*)/.exec(
        openssl('x509', '-in', `${folder('web')}/${name}`, '-noout', '-startdate'),
      )!;
      expect(Date.now() - Date.parse(since!)).toBeGreaterThan(3_590_000);
    }
    const args = ['verify', '-attime', fifty, '-CAfile', `${folder('web')}/ca.crt`, `${folder('web')}/node.crt`];
    expect(openssl(...args)).toContain('OK');
  });

  it.each([
    ['no JSON', 'x'],
    ['no object', '[1]'],
    ['nothing of what is asked for', '{}'],
    ['values of other kinds', JSON.stringify({ name: ['log-1'], id: {}, request: 4, mac: null })],
    ['a proof that is no ASCII', JSON.stringify({ name: 'web-1-1', id: 'x'.repeat(12), request: 'r', mac: 'é' })],
    ['a hundred nested brackets', '['.repeat(9000)],
    ['too much', 'x'.repeat(30_000)],
  ])('refuses %s, and goes on', async (_, body) => {
    const answer = await fetch(`http://127.0.0.1:${PORT}/certificates`, { method: 'POST', body });
    expect([400, 403]).toContain(answer.status);
    expect(await answer.text()).toMatch(/^[\x20-\x7e]+$/);
    expect((await authority.enrol(folder('web'), enrolment('web-1-1'))).code).toBe(0);
  });

  it('ends a request that comes too slowly, and serves others meanwhile', async () => {
    const patient = await Authority.start(PORT + 2, undefined, { ROTA_DEADLINE: '1' });
    const slow = connect(PORT + 2, '127.0.0.1');
    const ended = new Promise((resolve) => slow.once('close', resolve));
    slow.on('error', () => {});
    slow.write('POST /certificates HTTP/1.0\r\nContent-Length: 1000\r\n\r\n');
    const drip = setInterval(() => slow.write('x'), 100);
    expect((await patient.enrol(folder('meanwhile'), enrolment('web-8-8'))).code).toBe(0);
    await ended;
    clearInterval(drip);
    await patient.stop();
  });

  it.each([
    ['is a list', '[]'],
    ['has no certificate', '{"mac": "x"}'],
    ['never ends', undefined],
  ])('is not held or upset by a machine whose answer %s', async (_, text) => {
    const impostor = createServer((_, response) => {
      if (text !== undefined) return response.end(text);
      const drip = setInterval(() => response.write(' '), 50);
      response.once('close', () => clearInterval(drip));
    });
    await new Promise<void>((resolve) => impostor.listen(PORT + 1, '127.0.0.1', resolve));
    const node = { ...enrolment('web-9-9'), ROTA_PATIENCE: '2' };
    const fooled = await authority.enrol(folder('upset'), node, PORT + 1);
    expect(fooled.code).toBe(1);
    expect(fooled.output).toMatch(/is not the authority|does not answer: not within 2 seconds/);
    impostor.closeAllConnections();
    await new Promise((resolve) => impostor.close(resolve));
  });

  it('prints no commands to a terminal that another machine has for it', async () => {
    const impostor = createServer((_, response) => response.writeHead(403).end('\u001b[2J\u001b]0;owned\u0007'));
    await new Promise<void>((resolve) => impostor.listen(PORT + 1, '127.0.0.1', resolve));
    const told = await authority.enrol(folder('told'), enrolment('web-9-9'), PORT + 1);
    expect(told.output).toBe('rota: the authority refused: ?[2J?]0;owned?\n');
    await new Promise((resolve) => impostor.close(resolve));
  });

  it('is not taken in by another machine that answers for the authority', async () => {
    const impostor = createServer((_, response) =>
      response.end(JSON.stringify({ certificate: 'c', authority: 'a', mac: '0'.repeat(64) })),
    );
    await new Promise<void>((resolve) => impostor.listen(PORT + 1, '127.0.0.1', resolve));
    const fooled = await authority.enrol(folder('fooled'), enrolment('web-9-9'), PORT + 1);
    expect(fooled.output).toContain('was not signed with the one-time secret');
    await new Promise((resolve) => impostor.close(resolve));
  });
});
