import { appendFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { give, ownedFolder } from '../../stack/account';
import type { ServiceProcess } from '../../stack/services/process';
import { type Node, PATIENCE_MS, Pipeline, startNode, until } from './support/world';

let node: Node;
let pipeline: Pipeline;
let agent: ServiceProcess;
let log: string;
let paths: string[];

beforeAll(async () => {
  node = await startNode();
});
afterAll(async () => {
  await node?.stop();
});
beforeEach(async () => {
  pipeline = await new Pipeline(node).start();
  log = join(ownedFolder(join(pipeline.folder, 'nginx')), 'access.log');
  paths = [];
  newLog();
  agent = await pipeline.startAgent('frontend-1', log);
});
afterEach(async () => {
  await pipeline?.stop();
});

function newLog(): void {
  writeFileSync(log, '');
  give(log);
}

/** Access lines with a path of their own each, 20 at a time. */
async function writeLines(count: number, userAgent = 'curl/7.88.1'): Promise<void> {
  for (let n = 0; n < count; n += 20) {
    const lines = Array.from({ length: 20 }, () => {
      const path = `/item/${paths.push(`/item/${paths.length}`) - 1}`;
      return `192.0.2.7 - - [23/Nov/2026:10:00:00 +0000] "GET ${path} HTTP/1.1" 200 512 "-" "${userAgent}"\n`;
    });
    appendFileSync(log, lines.join(''));
    await sleep(10);
  }
}

async function seenPaths(): Promise<string[]> {
  const docs = await node.store.search(pipeline.stream('nginx.access'), { match_all: {} }, 10_000);
  return docs.map((doc) => (doc as { url: { path: string } }).url.path);
}

async function missing(): Promise<string> {
  const seen = new Set(await seenPaths());
  const lost = paths.filter((path) => !seen.has(path));
  return `(${lost.length} missing: ${lost[0]} to ${lost.at(-1)})`;
}

async function expectEachOnce(): Promise<void> {
  const all = async () => new Set(await seenPaths()).size >= paths.length;
  await until(`${paths.length} lines are indexed`, PATIENCE_MS, all, missing);
  await sleep(1_000);
  expect((await seenPaths()).sort()).toEqual([...paths].sort());
}

test('the agent is killed three times while nginx writes and rotates: every line is indexed once', async () => {
  for (let round = 0; round < 3; round += 1) {
    await writeLines(1_000);
    agent.signal('SIGKILL');
    await writeLines(300);
    await agent.start();
    if (round !== 1) continue;
    const all = async () => (await seenPaths()).length >= paths.length;
    await until('the agent has read what is there', PATIENCE_MS, all, missing);
    renameSync(log, `${log}.1`); // as logrotate does, with nginx reopening
    newLog();
  }
  await expectEachOnce();
});

test('the agent is stopped and started while the server is away: every line is indexed once', async () => {
  await pipeline.server.stop();
  for (let round = 0; round < 3; round += 1) {
    await writeLines(400);
    await sleep(3_000);
    await agent.stop();
    await agent.start();
  }
  await pipeline.server.start();
  await expectEachOnce();
});

test('the agent is killed again and again while it sends what waited for the server: every line is indexed once', async () => {
  await pipeline.server.stop();
  await writeLines(4_000);
  await sleep(12_000); // until the agent's queue holds most of them
  await pipeline.server.start();
  for (let round = 0; round < 12; round += 1) {
    await sleep(100 + round * 53);
    agent.signal('SIGKILL');
    await agent.start();
  }
  await expectEachOnce();
});

test('the agent’s disk queue is full: the log waits in its file, rotated and with the agent killed, and nothing is lost', async () => {
  await agent.stop();
  agent = await pipeline.startAgent('frontend-2', log, { ROTA_QUEUE_DISK: '34m' });
  await pipeline.server.stop();
  const long = `curl/7.88.1 ${'x'.repeat(25_000)}`;
  await writeLines(2_400, long); // 60 MB
  const queued = () => {
    const files = readdirSync(join(pipeline.folder, 'agent-frontend-2')).filter((name) => /^forward\.\d+$/.test(name));
    return files.reduce((bytes, name) => bytes + statSync(join(pipeline.folder, 'agent-frontend-2', name)).size, 0);
  };
  await until(
    'the queue is full',
    PATIENCE_MS,
    () => queued() > 30e6,
    () => `(${queued()} bytes)`,
  );
  await sleep(3_000);
  expect(queued(), 'the limit holds').toBeLessThan(36e6);
  agent.signal('SIGKILL');
  renameSync(log, `${log}.1`);
  newLog();
  await writeLines(200);
  await agent.start();
  await sleep(2_000);
  expect(await seenPaths()).toEqual([]);
  await pipeline.server.start();
  await expectEachOnce();
});
