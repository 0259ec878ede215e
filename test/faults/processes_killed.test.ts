import { appendFileSync, existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { processKey } from '../../pipeline/indexer/journal';
import { give, ownedFolder } from '../../stack/account';
import { expectExactlyOnce } from './support/exactly_once';
import { Sender } from './support/sender';
import { type Node, Pipeline, startNode, until } from './support/world';

let node: Node;
let pipeline: Pipeline;

beforeAll(async () => {
  node = await startNode();
});
afterAll(async () => {
  await node?.stop();
});
afterEach(async () => {
  await pipeline?.stop();
});

/** Kills the indexer that runs now, which its journal's name tells; waits for one if there is none. */
async function killIndexer(): Promise<void> {
  const dir = join(pipeline.work, 'indexer', 'journal');
  await until('an indexer to kill', 10_000, () => {
    if (!existsSync(dir)) return false;
    const keys = readdirSync(dir).map((name) => name.replace(/[+.].*$/, ''));
    const alive = keys.find((key) => processKey(Number(key.split('-')[0])) === key);
    return alive !== undefined && process.kill(Number(alive.split('-')[0]), 'SIGKILL');
  });
}

test('the rsyslog server is killed three times while an SDK sends: every accepted event is indexed once', async () => {
  pipeline = await new Pipeline(node).start();
  const sender = new Sender(pipeline.relpUrl);
  const sending = sender.send(9_000, 1_500);
  for (let round = 0; round < 3; round += 1) {
    await sleep(1_200);
    pipeline.server.signal('SIGKILL');
    await sleep(300);
    await pipeline.server.start();
  }
  await sending;
  const ids = await sender.accepted();
  await expectExactlyOnce(node.store, pipeline.stream('rota.app'), ids);
  await sender.close();
});

test('the rsyslog server is killed with a half handed-over batch and more in its queue: nothing accepted is lost', async () => {
  pipeline = await new Pipeline(node, { settings: { ROTA_BATCH: '5000' } }).start();
  const sender = new Sender(pipeline.relpUrl);
  // With nothing getting through, the indexer takes 2,000 events (four bulks) and keeps rsyslog waiting with the rest.
  pipeline.proxy.fault = () => ({ kind: 'answer', status: 503 });
  await sender.send(12_000);
  const ids = await sender.accepted();
  await sleep(1_000);
  pipeline.server.signal('SIGKILL');
  await sleep(500);
  pipeline.proxy.fault = () => undefined;
  await pipeline.server.start();
  await expectExactlyOnce(node.store, pipeline.stream('rota.app'), ids);
  await sender.close();
});

test('profile fast: a SIGKILL loses what was in memory and not more, and the missing numbers tell which', async () => {
  pipeline = await new Pipeline(node, { profile: 'fast' }).start();
  const stream = pipeline.stream('rota.app');
  const sender = new Sender(pipeline.relpUrl);
  await sender.send(1_000);
  await expectExactlyOnce(node.store, stream, await sender.accepted());
  pipeline.proxy.fault = () => ({ kind: 'answer', status: 503 });
  await sender.send(6_000);
  await sender.accepted();
  pipeline.server.signal('SIGKILL');
  await sleep(500);
  pipeline.proxy.fault = () => undefined;
  await pipeline.server.start();
  await sender.send(1_000);
  const ids = await sender.accepted();
  await expectExactlyOnce(node.store, stream, ids.slice(7_000));
  // What the killed server's indexer had taken is in its journal, and comes a few seconds later.
  await sleep(10_000);
  const found = await node.store.ids(stream);
  expect(new Set(found).size, 'none twice').toBe(found.length);
  const there = new Set(found);
  const lost = ids.filter((id) => !there.has(id));
  console.log(`profile fast: ${lost.length} of 6,000 events that were in memory were lost by the SIGKILL`);
  expect(lost.every((id) => ids.indexOf(id) >= 1_000 && ids.indexOf(id) < 7_000)).toBe(true);
  await sender.close();
});

test('the indexer is killed in mid-transaction, five times: every accepted event is indexed once', async () => {
  pipeline = await new Pipeline(node).start();
  const sender = new Sender(pipeline.relpUrl);
  const sending = sender.send(15_000, 4_000);
  for (let round = 0; round < 5; round += 1) {
    await sleep(400);
    await killIndexer();
  }
  await sending;
  const ids = await sender.accepted();
  await expectExactlyOnce(node.store, pipeline.stream('rota.app'), ids);
  expect(pipeline.said()).toContain('left in its journal');
  await sender.close();
});

test('rsyslog is stopped in good order while Elasticsearch refuses everything: nothing is forgotten', async () => {
  pipeline = await new Pipeline(node).start();
  const sender = new Sender(pipeline.relpUrl);
  pipeline.proxy.fault = () => ({ kind: 'answer', status: 503 });
  await sender.send(2_500);
  const ids = await sender.accepted();
  await until('the indexer waits', 20_000, () => pipeline.states().includes('waiting'));
  await pipeline.server.stop();
  pipeline.proxy.fault = () => undefined;
  await pipeline.server.start();
  await expectExactlyOnce(node.store, pipeline.stream('rota.app'), ids);
  await sender.close();
});

test('the agent is killed three times while nginx writes and rotates: every line is indexed once', async () => {
  pipeline = await new Pipeline(node).start();
  const folder = ownedFolder(join(pipeline.folder, 'nginx'));
  const log = join(folder, 'access.log');
  writeFileSync(log, '');
  give(log);
  const agent = await pipeline.startAgent('frontend-1', log);
  const paths: string[] = [];
  const missing = async () => {
    const seen = new Set(await seenPaths());
    const lost = paths.filter((path) => !seen.has(path));
    return `(${lost.length} missing: ${lost[0]} to ${lost.at(-1)})`;
  };
  const writeLines = async (count: number) => {
    for (let n = 0; n < count; n += 20) {
      const lines = Array.from({ length: 20 }, () => {
        const path = `/item/${paths.push(`/item/${paths.length}`) - 1}`;
        return `192.0.2.7 - - [23/Nov/2026:10:00:00 +0000] "GET ${path} HTTP/1.1" 200 512 "-" "curl/7.88.1"\n`;
      });
      appendFileSync(log, lines.join(''));
      await sleep(10);
    }
  };
  for (let round = 0; round < 3; round += 1) {
    await writeLines(1_000);
    agent.signal('SIGKILL');
    await writeLines(300);
    await agent.start();
    if (round === 1) {
      await until(
        'the agent has read what is there',
        20_000,
        async () => (await seenPaths()).length >= paths.length,
        missing,
      );
      renameSync(log, `${log}.1`); // as logrotate does, with nginx reopening
      writeFileSync(log, '');
      give(log);
    }
  }
  await until(
    `${paths.length} lines are indexed`,
    60_000,
    async () => new Set(await seenPaths()).size >= paths.length,
    missing,
  );
  await sleep(1_000);
  expect((await seenPaths()).sort()).toEqual([...paths].sort());
});

test('an agent is stopped while its server is away, and started again before it is back: every line is indexed once', async () => {
  pipeline = await new Pipeline(node).start();
  const log = join(ownedFolder(join(pipeline.folder, 'nginx')), 'access.log');
  const lines = (from: number) =>
    Array.from(
      { length: 400 },
      (_, n) =>
        `192.0.2.7 - - [23/Nov/2026:10:00:00 +0000] "GET /item/${from + n} HTTP/1.1" 200 512 "-" "curl/7.88.1"\n`,
    ).join('');
  writeFileSync(log, '');
  give(log);
  const agent = await pipeline.startAgent('frontend-1', log);
  await pipeline.server.stop();
  for (let round = 0; round < 3; round += 1) {
    appendFileSync(log, lines(round * 400));
    await sleep(3_000);
    await agent.stop();
    await agent.start();
  }
  await pipeline.server.start();
  await until('all lines are indexed', 60_000, async () => new Set(await seenPaths()).size >= 1_200);
  await sleep(1_000);
  expect((await seenPaths()).sort()).toEqual(Array.from({ length: 1_200 }, (_, n) => `/item/${n}`).sort());
});

async function seenPaths(): Promise<string[]> {
  const docs = await node.store.search(pipeline.stream('nginx.access'), { match_all: {} }, 10_000);
  return docs.map((doc) => (doc as { url: { path: string } }).url.path);
}

test('the disk queue is full: senders wait, nothing is lost, and it goes on when there is room', async () => {
  pipeline = await new Pipeline(node, { settings: { ROTA_QUEUE_DISK: '34m' } }).start();
  const sender = new Sender(pipeline.relpUrl);
  pipeline.proxy.fault = () => ({ kind: 'answer', status: 503 });
  const sending = sender.send(2_000, Number.POSITIVE_INFINITY, 'x'.repeat(30_000));
  await sleep(8_000);
  const queue = readdirSync(pipeline.work).filter((name) => name.startsWith('index'));
  expect(queue.length, 'the queue is on disk').toBeGreaterThan(0);
  expect(sender.pending(), 'the sender must be kept waiting').toBeGreaterThan(0);
  pipeline.proxy.fault = () => undefined;
  await sending;
  const ids = await sender.accepted();
  await expectExactlyOnce(node.store, pipeline.stream('rota.app'), ids);
  await sender.close();
});
