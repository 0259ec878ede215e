import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { intake } from '../../pipeline/indexer/intake';
import { documentOf } from '../../pipeline/indexer/item';
import { createShape, readShapeSettings } from '../../pipeline/indexer/shape';
import { Authority, enrolment } from './support/authority';
import { NodeFiles } from './support/node_files';
import { RefreshTimer } from './support/refresh_timer';

const PORT = 24_580;
const ACCESS = '203.0.113.9 - - [23/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "curl/7.88.1"';

/** Octavia's tenant flow log, as an amphora sends it. */
const FLOW = [
  '5f51c5a5f4b24b7fa2c5b5b7d4b2a0aa 6ddac4f2-f4c8-4ba8-9a7f-0f2b4b4fd1c4 7c1a2f4e-2d7a-4a51-8d5c-3b6f9a0d1e2f 203.0.113.9 51234',
  '23/Nov/2026:10:00:00.123 "GET / HTTP/1.1" 200 512 120 - "-" 9b0e1c2d-3f4a-4b5c-8d6e-7f8091a2b3c4:http',
  '0a1b2c3d-4e5f-4061-8293-a4b5c6d7e8f9 12 ----',
].join(' ');

const HEADER = {
  in: 'relps',
  id: '0123456789ABCDEF0123456789ABCDEF',
  d: '',
  ts: '2026-11-23T10:00:00.123456+00:00',
  rcv: '2026-11-23T10:00:00.500000+00:00',
  pri: '134',
  pid: '42',
  mid: '-',
  lf: '',
  ver: '1',
};

/** What an agent says of a line of a file. */
const agent = (dataset: string) => `[rota@32473 dataset="${dataset}" file="/var/log/x.log" offset="1" id="F-1"]`;

/** The indexer, with the table that the authority wrote: why it refuses a line, if it does. */
function indexer(table: string) {
  const shape = createShape(readShapeSettings({ ROTA_SENDERS: table }));
  return (from: string, h: string, dataset: string) => {
    const event = JSON.stringify({
      '@timestamp': '2026-11-23T10:00:00.000Z',
      ecs: { version: '8.11.0' },
      message: 'hello',
      host: { name: h },
      event: { id: 'run1-7', sequence: 7, dataset },
      agent: { ephemeral_id: 'run1' },
    });
    const file = (text: string) => ({ text, app: 'shop', sd: agent(dataset) });
    const { text, ...header } = {
      'nginx.access': file(ACCESS),
      syslog: file('a line'),
      'haproxy.log': { text: FLOW, app: 'haproxy', sd: '-' },
    }[dataset] ?? { text: event, app: 'shop', sd: '-' };
    const line = `${JSON.stringify({ ...HEADER, from, h, ...header })}\t${text}`;
    const { event: told } = documentOf(intake(Buffer.from(line), shape, 'rota')) as { event: Record<string, string> };
    if (told['dataset'] !== 'rota.deadletter') expect(told['dataset']).toBe(dataset);
    return told['dataset'] === 'rota.deadletter' ? told['code'] : undefined;
  };
}

describe('the table of senders of a log server (authority, enrolment and indexer run for real; the servers are addresses of the loopback)', () => {
  const nodes = mkdtempSync(join(tmpdir(), 'rota-heat-senders-'));
  const folder = (name: string) => join(nodes, name);
  let state: string;
  let authority: Authority;
  const lines = () => readFileSync(authority.table, 'utf8').match(/^[^#\n].*$/gm) ?? [];

  /** @param open for how many seconds a new log server believes everybody */
  async function start(open = 0, more: Record<string, string> = {}) {
    authority = await Authority.start(PORT, undefined, {
      ROTA_AUTHORITY_DIR: state,
      ROTA_SENDERS_OPEN: String(open),
      ...more,
    });
  }
  /** As a server enrols that has this address. */
  async function enrolAt(address: string, name: string) {
    mkdirSync(folder(name), { recursive: true });
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-subj', `/O=rota/CN=${name}`];
    const files = ['-keyout', `${folder(name)}/node.key`, '-out', `${folder(name)}/node.csr`];
    execFileSync('openssl', ['req', '-new', ...curve, ...files], { stdio: 'ignore' });
    return authority.enrolAgain(folder(name), enrolment(name), address);
  }

  beforeEach(() => {
    state = mkdtempSync(join(nodes, 'state-'));
  });
  afterEach(() => authority.stop());
  afterAll(() => rmSync(nodes, { recursive: true }));

  it('lets each server write in its own name for its own tier, by the address that it enrolled from', async () => {
    await start();
    const servers = ['web-1-1', 'web-1-ab3de', 'frontend-1', 'elasticsearch-1', 'kibana-1', 'log-1', 'lb-1'];
    for (const [n, name] of servers.entries()) expect(await enrolAt(`127.0.0.${n + 11}`, name)).toBe(200);
    const refusal = indexer(authority.table);
    expect(refusal('127.0.0.11', 'web-1-1', 'rota.app')).toBeUndefined();
    expect(refusal('127.0.0.12', 'web-1-ab3de', 'rota.app')).toBeUndefined();
    expect(refusal('127.0.0.13', 'frontend-1', 'nginx.access')).toBeUndefined();
    for (const [n, name] of servers.entries()) expect(refusal(`127.0.0.${n + 11}`, name, 'syslog')).toBeUndefined();
    // Octavia's amphorae call themselves so in the log that a relay sends on.
    expect(refusal('127.0.0.17', 'amphora-6ddac4f2-f4c8-4ba8-9a7f-0f2b4b4fd1c4', 'haproxy.log')).toBeUndefined();

    expect(refusal('127.0.0.11', 'web-1-ab3de', 'rota.app')).toBe('foreign_host');
    expect(refusal('127.0.0.11', 'web-1-1', 'nginx.access')).toBe('foreign_dataset');
    expect(refusal('127.0.0.13', 'web-1-1', 'rota.app')).toBe('foreign_host');
    expect(refusal('127.0.0.17', 'web-1-1', 'rota.app')).toBe('foreign_host');
    for (const [n, name] of servers.entries()) {
      expect(refusal(`127.0.0.${n + 11}`, name, 'rota.health')).toBe('foreign_dataset');
    }
    expect(refusal('127.0.0.99', 'web-1-1', 'rota.app')).toBe('unknown_sender');
  });

  it('gives an address that is used again to the server that has it now, at once', async () => {
    await start();
    await enrolAt('127.0.0.11', 'web-1-1');
    const refusal = indexer(authority.table);
    expect(refusal('127.0.0.11', 'web-1-1', 'rota.app')).toBeUndefined();
    await enrolAt('127.0.0.11', 'web-2-1');
    await expect.poll(() => refusal('127.0.0.11', 'web-2-1', 'rota.app')).toBeUndefined();
    await expect.poll(() => refusal('127.0.0.11', 'web-1-1', 'rota.app')).toBe('foreign_host');
  });

  it('gives nobody an address by a request that was overheard', async () => {
    await start();
    await enrolAt('127.0.0.11', 'web-1-1');
    const before = lines();
    expect(await authority.enrolAgain(folder('web-1-1'), enrolment('web-1-1'), '127.0.0.66', '127.0.0.11')).toBe(403);
    expect(lines()).toEqual(before);
  });

  it('is kept over a restart, and whatever its state was after a power cut', async () => {
    await start();
    await enrolAt('127.0.0.11', 'web-1-1');
    const before = lines();
    expect(before).toContain('127.0.0.11 host=web-1-1 tier=webapp');
    for (const damage of [undefined, '', '{"opened"', '[]', '{"opened": 1, "senders": {"127.0.0.1": 3}}']) {
      await authority.stop();
      if (damage !== undefined) writeFileSync(join(state, 'senders.json'), damage);
      await start();
      if (damage !== undefined) await enrolAt('127.0.0.11', 'web-1-1');
      expect(lines()).toEqual(expect.arrayContaining(before));
    }
  });

  it('forgets a server a week after its last word, since what it sent may wait in the queue', async () => {
    const days = (n: number) => Date.now() / 1000 - n * 86_400;
    const senders = { '127.0.0.11': ['web-1-1', days(6.9)], '127.0.0.12': ['web-1-2', days(7.1)] };
    writeFileSync(join(state, 'senders.json'), JSON.stringify({ opened: 0, senders }));
    await start();
    expect(lines()).toEqual(['127.0.0.1 host=log-1 tier=log', '127.0.0.11 host=web-1-1 tier=webapp']);
  });

  it('refuses nobody while the log server is new, but who has said who he is', async () => {
    await start(900);
    const refusal = indexer(authority.table);
    expect(refusal('127.0.0.12', 'web-1-2', 'rota.app')).toBeUndefined();
    await enrolAt('127.0.0.11', 'web-1-1');
    await expect.poll(() => refusal('127.0.0.11', 'web-1-2', 'rota.app')).toBe('foreign_host');
    expect(refusal('127.0.0.12', 'web-1-2', 'rota.app')).toBeUndefined();
  });

  it('ends that by itself, also over a restart', async () => {
    await start(900);
    expect(lines().join()).toContain('0.0.0.0/0 host=*');
    await authority.stop();
    await start(1, { ROTA_SENDERS_TIDY: '0.1' });
    await expect.poll(lines, { timeout: 30_000 }).toEqual(['127.0.0.1 host=log-1 tier=log']);
  });

  it('is whole again when the log server was made anew, by what each server’s own timer does', async () => {
    await start();
    const node = new NodeFiles('kibana', {
      host: 'kibana-1',
      enrolment_id: enrolment('kibana-1')['ROTA_ENROLMENT_ID']!,
      enrolment_secret: enrolment('kibana-1')['ROTA_ENROLMENT_SECRET']!,
    });
    const timer = new RefreshTimer(node, {}, undefined, PORT);
    timer.tell({ 'rota:log': '127.0.0.1', 'rota:authority': '127.0.0.1' });
    await authority.enrol(node.path('etc/rota/tls'), enrolment('kibana-1'));
    const certificate = readFileSync(node.path('etc/rota/tls/node.crt'), 'utf8');
    expect((await timer.turn()).code).toBe(0);
    for (const options of [[], ['--enrol']]) {
      await authority.stop();
      state = mkdtempSync(join(nodes, 'state-'));
      await start();
      expect(lines()).toEqual(['127.0.0.1 host=log-1 tier=log']);
      expect(await timer.turn(...options)).toEqual({ code: 0, output: '' });
      expect(lines()).toEqual(['127.0.0.1 host=kibana-1']);
      expect(readFileSync(node.path('etc/rota/tls/node.crt'), 'utf8')).toBe(certificate);
    }
    node.remove();
  });

  it('waits for a log server that is away: the timer goes on without', async () => {
    await start();
    const node = new NodeFiles('kibana', { host: 'kibana-1', enrolment_id: 'x', enrolment_secret: 'y' });
    const timer = new RefreshTimer(node, {}, undefined, PORT + 1);
    timer.tell({ 'rota:log': '127.0.0.1', 'rota:authority': '127.0.0.1' });
    await authority.enrol(node.path('etc/rota/tls'), enrolment('kibana-1'));
    const { code, output } = await timer.turn();
    expect(code, output).toBe(0);
    expect(output).toContain('the authority at 127.0.0.1:');
    expect(output).toContain('systemctl try-restart kibana.service');
    node.remove();
  });
});
