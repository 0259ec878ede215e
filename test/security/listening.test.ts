import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { give, ownedFolder } from '../../stack/account.js';
import { checkout } from '../../stack/layout.js';
import type { Profile } from '../../stack/options.js';
import { freeBlock, type PortPlan } from '../../stack/ports.js';
import { haproxyBalancer } from '../../stack/services/haproxy.js';
import type { ServiceProcess } from '../../stack/services/process.js';
import {
  PLAIN_INPUTS,
  rsyslogAgent,
  rsyslogServer,
  type ServerInput,
  TLS_INPUTS,
} from '../../stack/services/rsyslog.js';
import { makeCertificates } from '../../stack/setup/certificates.js';
import { isLoopback, type Listening, listeningOf } from '../support/listening.js';

const pipeline = join(checkout, 'pipeline');
const ALL = [...PLAIN_INPUTS, ...TLS_INPUTS];
const ANYWHERE = '0.0.0.0';
const PROFILES: Profile[] = ['durable', 'fast'];

let running: ServiceProcess | undefined;
const folders: string[] = [];
afterEach(async () => {
  await running?.stop();
  running = undefined;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rota-listening-'));
  folders.push(folder);
  give(folder);
  return folder;
}

interface Asked {
  profile: Profile;
  inputs: readonly ServerInput[];
  tls?: boolean;
  settings?: Record<string, string>;
}

/** Starts a real server with its own defaults and what is asked for. @returns what reads its sockets from the kernel */
async function startServer({ profile, inputs, tls, settings }: Asked): Promise<() => string[]> {
  const ports = await freeBlock();
  const folder = newFolder();
  const work = ownedFolder(join(folder, 'work'));
  running = rsyslogServer({
    pipeline,
    folder: work,
    logFolder: ownedFolder(join(folder, 'logs')),
    host: 'log-1',
    ports: ports.rsyslog,
    inputs,
    profile,
    namespace: 'rota',
    elasticsearchUrl: 'http://127.0.0.1:9',
    certificates: tls ? await makeCertificates(join(folder, 'tls'), ['log-1']) : undefined,
    indexer: join(checkout, 'test/support/capture_indexer.cjs'),
    settings: { ROTA_CAPTURE: join(folder, 'captured'), ...settings },
  });
  const { pid } = await running.start();
  await hasStarted(join(work, 'rsyslog.log'));
  return () => named(ports, listeningOf(pid as number));
}

/** rsyslogd says so in its own log when all of its inputs are set up. */
async function hasStarted(log: string): Promise<void> {
  const text = () => (existsSync(log) ? readFileSync(log, 'utf8') : '');
  await expect.poll(text, { timeout: 30_000 }).toMatch(/x-pid="\d+".* start$/m);
}

/** Sockets as `<input> <address>`, by the plan's ports; one of no input's port by its number. */
function named(ports: PortPlan, sockets: Listening[]): string[] {
  const names = new Map(Object.entries(ports.rsyslog).map(([input, port]) => [port, input]));
  return sockets.map(({ address, port }) => `${names.get(port) ?? port} ${address}`).sort();
}

const at = (address: string, inputs: readonly ServerInput[]) => inputs.map((input) => `${input} ${address}`).sort();

describe.each(PROFILES)('an rsyslog server of profile %s', (profile) => {
  it('listens on nothing when nothing is asked for', async () => {
    await expect.poll(await startServer({ profile, inputs: [] })).toEqual([]);
  });

  it('opens what is asked for on loopback when it is told no address', async () => {
    await expect.poll(await startServer({ profile, inputs: PLAIN_INPUTS })).toEqual(at('127.0.0.1', PLAIN_INPUTS));
  });

  it('opens it where it is told', async () => {
    const settings = { ROTA_BIND: ANYWHERE };
    await expect
      .poll(await startServer({ profile, inputs: ['relp', 'udp'], settings }))
      .toEqual(at(ANYWHERE, ['relp', 'udp']));
  });

  it('opens no input with TLS without certificates', async () => {
    const settings = { ROTA_BIND: ANYWHERE };
    await expect
      .poll(await startServer({ profile, inputs: ['tcp', ...TLS_INPUTS], settings }))
      .toEqual(at(ANYWHERE, ['tcp']));
  });

  it('with TLS on listens beyond loopback with TLS alone, whatever is asked for', async () => {
    const settings = { ROTA_BIND: ANYWHERE };
    const sockets = await startServer({ profile, inputs: ALL, tls: true, settings });
    await expect.poll(sockets).toEqual([...at(ANYWHERE, TLS_INPUTS), ...at('127.0.0.1', PLAIN_INPUTS)].sort());
  });

  it('as Heat sets it up has one socket, RELP with TLS', async () => {
    const settings = { ROTA_BIND: ANYWHERE };
    await expect
      .poll(await startServer({ profile, inputs: ['relps'], tls: true, settings }))
      .toEqual(at(ANYWHERE, ['relps']));
  });

  it.each(['1', 'yes', 'ON', ''])('takes no other word than "on" for it: %o', async (word) => {
    const settings = { ROTA_INPUT_TCP: word, ROTA_INPUT_UDP: word };
    await expect.poll(await startServer({ profile, inputs: ['relp'], settings })).toEqual(at('127.0.0.1', ['relp']));
  });
});

describe('an rsyslog agent', () => {
  const agent = async (localPort?: number) => {
    const folder = newFolder();
    running = rsyslogAgent({
      pipeline,
      folder: ownedFolder(join(folder, 'work')),
      logFolder: ownedFolder(join(folder, 'logs')),
      name: 'agent-frontend-1',
      host: 'frontend-1',
      serverPort: 9,
      ...(localPort === undefined ? {} : { localPort }),
    });
    const { pid } = await running.start();
    await hasStarted(join(folder, 'work', 'rsyslog.log'));
    return () => listeningOf(pid as number);
  };

  it('listens on nothing by itself', async () => await expect.poll(await agent()).toEqual([]));

  it('listens on loopback for the balancer’s log when it is asked to', async () => {
    const { haproxyLog } = await freeBlock();
    await expect.poll(await agent(haproxyLog)).toEqual([{ protocol: 'tcp', address: '127.0.0.1', port: haproxyLog }]);
  });
});

it('HAProxy has its statistics on loopback, and nothing beside the site', async () => {
  const ports = await freeBlock();
  const folder = newFolder();
  running = haproxyBalancer({
    pipeline,
    folder: ownedFolder(join(folder, 'run')),
    logFolder: ownedFolder(join(folder, 'logs')),
    sitePort: ports.site,
    statsPort: ports.haproxyStats,
    logPort: ports.haproxyLog,
    frontends: [`127.0.0.1:${ports.frontend(1)}`],
    probe: { interval_s: 2, fall: 3, rise: 2 },
  });
  await running.start();
  const open = listeningOf(running.pid as number);
  expect(open.every(isLoopback)).toBe(true);
  expect(open.map(({ port }) => port).sort()).toEqual([ports.site, ports.haproxyStats].sort());
});
