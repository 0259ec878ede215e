import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@elastic/elasticsearch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RotationData } from '../../common/api';
import { balancerStats } from '../../stack/services/haproxy';
import { rotaApi } from '../integration/queries/node';
import { eventually } from '../support/elasticsearch';
import { startTestStack } from '../support/stack';

const PROBE = { interval_s: 2, fall: 3, rise: 2 };
/** One probe interval, and what a poll of HAProxy's own states may be late. */
const WITHIN_MS = PROBE.interval_s * 1000 + 500;

type Out = NonNullable<RotationData['overview']>['out_of_pool'][number];
type Running = Awaited<ReturnType<typeof startTestStack>>;

/** A time in which HAProxy's own statistics had a server out. */
interface Absence {
  server: string;
  kind: 'probe' | 'drain' | 'maintenance';
  from: number;
  to: number | null;
}

let running: Running;
let begun: number;
let ended: number;
let truth: Absence[];
let outs: Out[];
let shares: NonNullable<RotationData['overview']>['tiers'];
/** When a frontend's pool got a third webapp, by its own reload. */
let widened: number;

beforeAll(async () => {
  running = await startTestStack({ frontends: 3, probe: PROBE });
  const done = new AbortController();
  const traffic = keepAsking(running.stack.status().urls['site'] as string, done.signal);
  const watching = watch(running, done.signal);
  begun = Date.now();
  await play(running);
  ended = Date.now();
  done.abort();
  truth = await watching;
  await traffic;
  await askPages();
});
afterAll(() => running?.stop());

async function keepAsking(site: string, signal: AbortSignal): Promise<void> {
  for (let n = 0; !signal.aborted; n++) {
    await fetch(`${site}products/${n}`, { headers: { 'user-agent': 'rota-test' } }).then(
      (response) => response.arrayBuffer(),
      () => undefined,
    );
    await sleep(40);
  }
}

const KINDS = { DOWN: 'probe', MAINT: 'maintenance', DRAIN: 'drain' } as const;

/** What HAProxy says of its servers, again and again: what the pages are held against. */
async function watch({ stack }: Running, signal: AbortSignal): Promise<Absence[]> {
  const found: Absence[] = [];
  while (!signal.aborted) {
    const now = Date.now();
    for (const { server, status } of await balancerStats(stack.ports.haproxyStats)) {
      const kind = KINDS[status.split(' ')[0] as keyof typeof KINDS] ?? null;
      const open = found.find((one) => one.server === server && one.to === null);
      if (open && open.kind !== kind) open.to = now;
      if (kind !== null && open?.kind !== kind) found.push({ server, kind, from: now, to: null });
    }
    await sleep(100);
  }
  return found;
}

/** Killed and back, drained, in maintenance, reloaded with more webapps and a backup, without `zone` and with two workers. */
async function play({ stack }: Running): Promise<void> {
  const state = (server: string) => async (wanted: string) =>
    eventually(
      () => balancerStats(stack.ports.haproxyStats),
      (all) => all.find((one) => one.server === server)?.status.split(' ')[0] === wanted,
    );
  const tell = (words: string) => command(join(stack.folders.of('lb-1'), 'haproxy.sock'), words);
  const pool = (await poolOf(stack.ports.haproxyStats)) as string;
  await sleep(6000);
  const killed =
    stack.services.get('frontend-2') ?? [...stack.services.values()].filter((s) => s.spec.tier === 'frontend')[1]!;
  const others = [...stack.services.values()].filter(({ spec }) => spec.tier === 'frontend');
  await killed.stop('SIGKILL');
  await state('frontend-2')('DOWN');
  await sleep(4000);
  await killed.start();
  await state('frontend-2')('UP');
  await tell(`set server ${pool}/frontend-3 state drain`);
  await sleep(5000);
  await tell(`set server ${pool}/frontend-3 state ready`);
  await state('frontend-3')('UP');
  await tell(`set server ${pool}/frontend-1 state maint`);
  await sleep(5000);
  await tell(`set server ${pool}/frontend-1 state ready`);
  await state('frontend-1')('UP');
  const first = others[0]!;
  const third = stack.ports.webapp(3);
  widened = Date.now();
  reconfigure(join(stack.folders.of(first.spec.name), 'nginx.conf'), (text) =>
    text
      .replace(/worker_processes [^;]+;/, 'worker_processes 2;')
      .replace(/^\s*zone .*$/m, `server 127.0.0.1:${third}; server 127.0.0.1:${stack.ports.webapp(4)} backup;`),
  );
  first.signal('SIGHUP');
  await sleep(8000);
}

function reconfigure(file: string, change: (text: string) => string): void {
  const text = readFileSync(file, 'utf8');
  const changed = change(text);
  if (changed === text) throw new Error(`${file} has nothing to change`);
  writeFileSync(file, changed);
}

/** The backend's name, as the statistics tell it. */
async function poolOf(statsPort: number): Promise<string | undefined> {
  const text = await (await fetch(`http://127.0.0.1:${statsPort}/stats;csv`)).text();
  return text
    .split('\n')
    .map((row) => row.split(','))
    .find(([, server]) => server === 'frontend-1')?.[0];
}

/** One command on HAProxy's own socket; it answers nothing where it did as it was told. */
function command(socket: string, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const client = connect(socket, () => client.end(`${words}\n`));
    client.on('data', (data) => {
      answer += data;
    });
    client.on('error', reject);
    client.on('close', () => (answer.trim() === '' ? resolve() : reject(new Error(answer))));
  });
}

/** Asks until all is there that must be. */
async function askPages(): Promise<void> {
  const client = new Client({ node: running.stack.elasticsearchUrl });
  const api = rotaApi(client, 'rota', { monitor: PROBE });
  const ask = async () => {
    const range = { from: new Date(begun).toISOString(), to: new Date(ended).toISOString() };
    const { data } = await api.ask('rotation', { ...range, parts: ['overview'] });
    return data.overview!;
  };
  const overview = await eventually(
    ask,
    ({ out_of_pool }) => out_of_pool.filter(({ by }) => by === 'lb-1').length >= truth.length,
    120_000,
  );
  outs = overview.out_of_pool;
  shares = overview.tiers;
}

const ofBalancer = () => outs.filter(({ by }) => by === 'lb-1').sort((a, b) => a.from - b.from);

describe('what the pages tell of a real HAProxy and real nginx', () => {
  test('is who was out, in which order and why, as HAProxy’s own statistics say', () => {
    expect(truth.map(({ kind }) => kind)).toEqual(['probe', 'drain', 'maintenance']);
    expect(ofBalancer().map(({ kind }) => kind)).toEqual(truth.map(({ kind }) => kind));
    expect(new Set(ofBalancer().map(({ host }) => host)).size).toBe(3);
  });

  test('with times within one probe interval', () => {
    for (const [i, { from, to }] of truth.entries()) {
      expect(Math.abs(ofBalancer()[i]!.from - from)).toBeLessThan(WITHIN_MS);
      expect(Math.abs((ofBalancer()[i]!.to ?? ended) - (to ?? ended))).toBeLessThan(WITHIN_MS);
    }
  });

  test('and of a reload with a third webapp and a backup, without zone and with two workers: no absence, and nothing due to the backup', () => {
    expect(outs.filter(({ by, from }) => by !== 'lb-1' && from >= widened)).toEqual([]);
    const webapps = shares.find(({ tier }) => tier === 'webapp')!.hosts;
    const first = [...running.stack.services.values()].find(({ spec }) => spec.tier === 'frontend')!.spec.name;
    const own = webapps.filter(({ frontend }) => frontend === first).map(({ host }) => host);
    expect(own).toHaveLength(3);
    expect(webapps.filter(({ frontend, marked }) => frontend === first && marked)).toEqual([]);
  });
});
