import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectExactlyOnce } from './support/exactly_once';
import { Sender } from './support/sender';
import { type Node, Pipeline, startNode } from './support/world';

const EVENTS = 50_000;
const PER_SECOND = 2500;

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

/** Stalled, then killed, then back: what was acknowledged is in the Disk queue, what was not is sent again. */
async function stallAndKill(meanwhile?: () => Promise<void>): Promise<void> {
  pipeline.server.signal('SIGSTOP');
  await sleep(800);
  pipeline.server.signal('SIGKILL');
  await sleep(400);
  await meanwhile?.();
  await pipeline.server.start();
}

test('50,000 events while rsyslog is stalled and killed five times and stopped twice, with a rollover between: each indexed once', async () => {
  const stream = pipeline.stream('rota.app');
  const sender = new Sender(pipeline.relpUrl);
  const sending = sender.send(EVENTS, PER_SECOND);
  for (let round = 1; round <= 5; round += 1) {
    await sleep(1500);
    // In round 3 what was sent before the kill comes again into a new backing index.
    await stallAndKill(round === 3 ? () => node.store.rollOver(stream) : undefined);
    if (round === 2 || round === 4) {
      await sleep(700);
      await pipeline.server.stop();
      await sleep(300);
      await pipeline.server.start();
    }
  }
  await sending;
  const ids = await sender.accepted(120_000);
  expect(new Set(ids).size).toBe(EVENTS);
  expect((await node.store.backingIndices(stream)).length).toBe(2);
  await expectExactlyOnce(node.store, stream, ids, 180_000);
  const { connection, resent } = sender.stats();
  expect(connection.connects).toBeGreaterThanOrEqual(6);
  // Otherwise nothing was tested: every kill must have caught messages on their way.
  expect(resent).toBeGreaterThan(0);
  await sender.close();
});
