import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { expectExactlyOnce } from './support/exactly_once';
import { Sender } from './support/sender';
import { type Node, PATIENCE_MS, Pipeline, startNode, until } from './support/world';

let node: Node;
let pipeline: Pipeline;
let sender: Sender;

beforeAll(async () => {
  node = await startNode();
});
afterAll(async () => {
  await node?.stop();
});
beforeEach(async () => {
  pipeline = await new Pipeline(node).start();
  sender = new Sender(pipeline.relpUrl);
});
afterEach(async () => {
  await sender.close();
  await pipeline.stop();
});

const healthyAgain = () =>
  until('the indexer says it is healthy', PATIENCE_MS, () => pipeline.states().includes('healthy'));

test('Elasticsearch is down for a while: every accepted event is indexed once', async () => {
  await sender.send(500);
  await expectExactlyOnce(node.store, pipeline.stream('rota.app'), await sender.accepted());
  await node.service.stop();
  await sender.send(3_000);
  const ids = await sender.accepted();
  await until('the indexer says that it waits', PATIENCE_MS, () => pipeline.states().includes('waiting'));
  expect(pipeline.said()).toMatch(/waiting.*nothing is lost meanwhile: no answer from/);
  await node.service.start();
  await expectExactlyOnce(node.store, pipeline.stream('rota.app'), ids);
  await healthyAgain();
});

test('Elasticsearch is killed in mid-bulk: every accepted event is indexed once', async () => {
  const sending = sender.send(12_000);
  await until(
    'the first events are indexed',
    PATIENCE_MS,
    async () => (await node.store.ids(pipeline.stream('rota.app'))).length > 0,
  );
  const killed = node.service;
  killed.signal('SIGKILL');
  await sleep(1_000);
  await killed.start();
  await sending;
  await expectExactlyOnce(node.store, pipeline.stream('rota.app'), await sender.accepted());
  await healthyAgain();
});

test('the index is read-only for a while: every accepted event is indexed once, and the reason is said', async () => {
  const stream = pipeline.stream('rota.app');
  await sender.send(500);
  await expectExactlyOnce(node.store, stream, await sender.accepted());
  await node.store.setReadOnly(stream, true);
  await sender.send(2_000);
  const ids = await sender.accepted();
  await until('the indexer says why it waits', PATIENCE_MS, () => pipeline.said().includes('cluster_block_exception'));
  await node.store.setReadOnly(stream, false);
  await expectExactlyOnce(node.store, stream, ids);
  await healthyAgain();
});

test('the data stream rolls over between send and resend, again and again: no event is indexed twice', async () => {
  const stream = pipeline.stream('rota.app');
  // Every second bulk is indexed, but its answer is lost: the indexer must send it again, into the next backing index.
  pipeline.proxy.fault = (bulk) => (bulk % 2 === 0 ? { kind: 'lose_answer' } : undefined);
  const sending = sender.send(6_000, 2_000);
  await until('the first events are indexed', PATIENCE_MS, async () => (await node.store.ids(stream)).length > 0);
  for (let round = 0; round < 6; round += 1) {
    await node.store.rollOver(stream);
    await sleep(400);
  }
  await sending;
  pipeline.proxy.fault = () => undefined;
  await expectExactlyOnce(node.store, stream, await sender.accepted());
  expect((await node.store.backingIndices(stream)).length).toBeGreaterThan(5);
  expect(pipeline.proxy.broken).toBeGreaterThan(3);
});
