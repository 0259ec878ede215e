import { afterAll, beforeAll, describe } from 'vitest';
import { load, rotaApi, startNode } from '../queries/node';
import { refusing } from '../queries/refusing';
import { outageCases, outageDocuments } from './outage_cases';
import { runsCases } from './runs_cases';
import { deliveryDocuments } from './runs_world';

/** Delivery's route against a real Elasticsearch, on runs whose truth is known. */
let apis: Record<'runs' | 'outage' | 'lame', ReturnType<typeof rotaApi>>;
let stop: () => Promise<void> = async () => undefined;

beforeAll(async () => {
  const node = await startNode();
  stop = node.stop;
  // Each run has streams of its own: a node that other runs use keeps theirs.
  const space = (name: string) => `${name}.${process.pid}.${Date.now() % 100_000}`;
  const [runs, outage] = [space('runs'), space('outage')];
  await load(node.client, runs, deliveryDocuments(runs));
  await load(node.client, outage, outageDocuments(outage));
  apis = {
    runs: rotaApi(node.client, runs),
    outage: rotaApi(node.client, outage),
    lame: rotaApi(refusing(node.client, 'rota.deadletter'), outage),
  };
}, 600_000);
afterAll(() => stop());

describe('delivery against a real Elasticsearch', () => {
  runsCases(() => apis.runs);
  outageCases(
    () => apis.outage,
    () => apis.lame,
  );
});
