import { afterAll, beforeAll, describe } from 'vitest';
import { load, rotaApi, startNode } from '../queries/node';
import { refusing } from '../queries/refusing';
import { damageCases, damageDocuments } from './damage_cases';
import { outageCases, outageDocuments } from './outage_cases';
import { runsCases } from './runs_cases';
import { deliveryDocuments } from './runs_world';

/** Delivery's route against a real Elasticsearch, on runs whose truth is known. */
let apis: Record<'runs' | 'outage' | 'lame' | 'damage', ReturnType<typeof rotaApi>>;
let stop: () => Promise<void> = async () => undefined;

beforeAll(async () => {
  const node = await startNode();
  stop = node.stop;
  // Each run has streams of its own: a node that other runs use keeps theirs.
  const space = (name: string) => `${name}.${process.pid}.${Date.now() % 100_000}`;
  const [runs, outage, damage] = [space('runs'), space('outage'), space('damage')];
  await load(node.client, runs, deliveryDocuments(runs));
  await load(node.client, outage, outageDocuments(outage));
  await load(node.client, damage, damageDocuments(damage));
  apis = {
    runs: rotaApi(node.client, runs),
    outage: rotaApi(node.client, outage),
    damage: rotaApi(node.client, damage),
    lame: rotaApi(refusing(node.client, 'rota.deadletter'), outage),
  };
}, 600_000);
afterAll(() => stop());

describe('delivery against a real Elasticsearch', () => {
  runsCases(() => apis.runs);
  damageCases(() => apis.damage);
  outageCases(
    () => apis.outage,
    () => apis.lame,
  );
});
