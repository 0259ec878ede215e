import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectExactlyOnce } from './support/exactly_once';
import type { BulkFault } from './support/fault_proxy';
import { Sender } from './support/sender';
import { type Node, PATIENCE_MS, Pipeline, startNode, until } from './support/world';

const FAULT_MS = 1_500;
const EVENTS = 3_000;

let node: Node;
let pipeline: Pipeline;

beforeAll(async () => {
  node = await startNode();
  pipeline = await new Pipeline(node).start();
});
afterAll(async () => {
  await pipeline?.stop();
  await node?.stop();
});

/** Sends while bulks are broken as told, and afterwards; every event must be there once. */
async function surviveFault(fault: (bulk: number) => BulkFault | undefined, says: RegExp): Promise<void> {
  const sender = new Sender(pipeline.relpUrl);
  const saidBefore = pipeline.said().length;
  const brokenBefore = pipeline.proxy.broken;
  await sender.send(EVENTS / 2);
  pipeline.proxy.fault = fault;
  const sending = sender.send(EVENTS / 2, 2_000);
  await until('a broken bulk', PATIENCE_MS, () => pipeline.proxy.broken > brokenBefore);
  await sleep(FAULT_MS);
  pipeline.proxy.fault = () => undefined;
  await sending;
  const ids = await sender.accepted();
  await sender.close();
  await expectExactlyOnce(node.store, pipeline.stream('rota.app'), ids);
  const said = pipeline.said().slice(saidBefore);
  expect(said).toMatch(says);
  await until('it says that it is healthy', PATIENCE_MS, () =>
    pipeline.said().slice(saidBefore).includes('healthy again'),
  );
  await until('its status file says so', PATIENCE_MS, () => pipeline.states().join() === 'healthy');
}

test.each([429, 401, 403, 500, 503])(
  'whole bulks answered by %i: every accepted event is indexed once',
  async (status) => {
    await surviveFault(() => ({ kind: 'answer', status }), new RegExp(`HTTP ${status}`));
  },
);

test.each([
  [429, 'es_rejected_execution_exception'],
  [401, 'security_exception'],
  [403, 'security_exception'],
  [500, 'illegal_state_exception'],
  [503, 'unavailable_shards_exception'],
])('every third item answered by %i %s: every accepted event is indexed once', async (status, type) => {
  const hit = (index: number) => index % 3 === 0;
  await surviveFault(() => ({ kind: 'items', status, error: { type, reason: 'by the test' }, hit }), new RegExp(type));
});

test('bulks that are indexed but whose answers are lost: every accepted event is indexed once', async () => {
  await surviveFault((bulk) => (bulk % 2 === 0 ? { kind: 'lose_answer' } : undefined), /no answer from/);
});

test('bulks answered by something that is not Elasticsearch: every accepted event is indexed once', async () => {
  await surviveFault(() => ({ kind: 'answer', status: 200, body: '<html>Welcome</html>' }), /not JSON/);
});
