import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLine } from '../../pipeline/indexer/shape/line';
import { rsyslogAgent } from '../../stack/services/rsyslog.js';
import { type Certificates, makeCertificates } from '../../stack/setup/certificates.js';
import { Capture } from '../support/lines/capture.js';
import { octetCounted, sendByTls } from '../support/lines/inputs.js';

const INPUTS = ['relps', 'tls'] as const;
const message = (text: string) => Buffer.from(`<134>1 2026-11-23T10:00:00Z web-1 shop 1 - - ${text}`);

/** A real server with its TLS inputs open, as the local stack sets it up, and senders with all sorts of certificates. */
describe('the TLS inputs', () => {
  let capture: Capture;
  let own: Certificates;
  let stranger: Certificates;

  beforeAll(async () => {
    capture = await Capture.start({ ROTA_STATS_INTERVAL: '600' }, 'durable', async (folder) => {
      own = await makeCertificates(join(folder, 'tls'), ['log-1', 'web-1', 'web.example', 'frontend-1']);
      stranger = await makeCertificates(join(folder, 'stranger'), ['log-1', 'web-1', 'frontend-1']);
      return own;
    });
  });
  afterAll(() => capture?.stop());

  const tls = (certificates: Certificates, holder: string | undefined, ca = own.ca): ConnectionOptions => ({
    ca: readFileSync(ca),
    servername: 'log.rota',
    ...(holder === undefined
      ? {}
      : { cert: readFileSync(certificates.of(holder).cert), key: readFileSync(certificates.of(holder).key) }),
  });
  const arrived = (text: string) => capture.lines().filter((line) => readLine(line).raw.includes(text)).length;

  it.each(INPUTS)('%s takes lines from a client whose certificate our authority signed', async (input) => {
    const taken = () => capture.until(() => arrived(`welcome by ${input}`) === 1);
    await sendByTls(input, capture.ports.rsyslog[input], [message(`welcome by ${input}`)], tls(own, 'web-1'), taken);
    expect(arrived(`welcome by ${input}`)).toBe(1);
  });

  it.each(INPUTS)('%s turns away a client without a certificate', async (input) => {
    await expect(
      sendByTls(input, capture.ports.rsyslog[input], [message(`bare ${input}`)], tls(own, undefined)),
    ).rejects.toThrow();
    expect(arrived(`bare ${input}`)).toBe(0);
  });

  it.each(INPUTS)("%s turns away a client with another authority's certificate", async (input) => {
    const sent = sendByTls(input, capture.ports.rsyslog[input], [message(`strange ${input}`)], tls(stranger, 'web-1'));
    await expect(sent).rejects.toThrow();
    expect(arrived(`strange ${input}`)).toBe(0);
  });

  it.each(INPUTS)('%s takes nothing from a client whose certificate bears no name of ours', async (input) => {
    // The TLS input of this rsyslog may leave such a connection open; what matters is that nothing is taken, while what is
    // sent after it by a good client is.
    const taken = () => capture.until(() => arrived(`after ${input}`) === 1);
    const good = () =>
      sendByTls(input, capture.ports.rsyslog[input], [message(`after ${input}`)], tls(own, 'web-1'), taken);
    const named = [message(`named ${input}`)];
    const refused = await sendByTls(input, capture.ports.rsyslog[input], named, tls(own, 'web.example'), good).then(
      () => false,
      () => true,
    );
    if (refused) await good();
    expect(arrived(`after ${input}`)).toBeGreaterThan(0);
    expect(arrived(`named ${input}`)).toBe(0);
  });

  it.each(INPUTS)('%s shows a certificate that a client with another authority does not believe', async (input) => {
    const sent = sendByTls(input, capture.ports.rsyslog[input], [message('x')], tls(own, 'web-1', stranger.ca));
    await expect(sent).rejects.toThrow(/signed|verify|issuer/);
  });

  it.each(INPUTS)('%s takes not a word in the clear', async (input) => {
    const socket = connect(capture.ports.rsyslog[input], '127.0.0.1');
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()).on('error', () => {}));
    const text = octetCounted(message(`plain ${input}`));
    socket.write(
      input === 'tls'
        ? text
        : `1 open 45 relp_version=0\nrelp_software=t\ncommands=syslog\n2 syslog ${text.toString()}\n`,
    );
    await closed;
    expect(arrived(`plain ${input}`)).toBe(0);
  });

  it('an agent with a strange certificate delivers nothing and loses nothing: with a good one all of it comes', async () => {
    const log = join(capture.own('files'), 'access.log');
    writeFileSync(log, '');
    const line = (n: number) =>
      `192.0.2.1 - - [23/Nov/2026:10:00:00 +0000] "GET /secret/${n} HTTP/1.1" 200 1 "-" "curl/7.88.1"\n`;
    const agent = (certificates: Certificates) =>
      rsyslogAgent({
        pipeline: join(import.meta.dirname, '../../pipeline'),
        folder: capture.own('agent'),
        logFolder: capture.own('logs'),
        name: 'agent-frontend-1',
        host: 'frontend-1',
        serverPort: capture.ports.rsyslog.relps,
        certificates,
        settings: { ROTA_NGINX_ACCESS: log },
      });
    const refused = await agent(stranger).start();
    appendFileSync(log, Array.from({ length: 50 }, (_, n) => line(n)).join(''));
    const said = () => readFileSync(join(capture.own('agent'), 'rsyslog.log'), 'utf8');
    await capture.until(() => said().includes("action 'server' suspended"));
    expect(said()).toContain('omrelp: could not connect to remote server');
    expect(arrived('GET /secret/')).toBe(0);
    await refused.stop();
    const admitted = await agent(own).start();
    // What was read again after the agent's end has the ids that it had before.
    const ids = () =>
      capture
        .lines()
        .map((bytes) => readLine(bytes))
        .filter(({ raw }) => raw.includes('GET /secret/'))
        .map(({ agent: by }) => by?.['id']);
    await capture.until(() => new Set(ids()).size >= 50);
    await admitted.stop();
    expect(new Set(ids()).size).toBe(50);
  });

  it('is the same server all the while', () => expect(capture.server.state).toBe('running'));
});
