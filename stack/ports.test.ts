import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { assertFree, freeBlock, isFree, portPlan } from './ports.js';

test('the ports follow from the base as the contract numbers them', () => {
  const plan = portPlan(8000);
  expect([plan.site, plan.dashboard, plan.elasticsearch, plan.haproxyStats]).toEqual([8000, 8001, 8002, 8003]);
  expect([plan.frontend(1), plan.frontend(2), plan.webapp(1), plan.webapp(4)]).toEqual([8011, 8012, 8021, 8024]);
  expect(Object.values(plan.rsyslog)).toEqual([8031, 8032, 8033, 8034, 8035, 8036]);
});

test.each([0, 80, 65_500, 8000.5])('refuses the base %d', (base) => {
  expect(() => portPlan(base)).toThrow(/ROTA_PORT_BASE/);
});

test('a block is taken once, however many look for one at the same time', async () => {
  const plans = await Promise.all(Array.from({ length: 3 }, () => freeBlock(28_000, 30_000)));
  expect(new Set(plans.map(({ base }) => base)).size).toBe(3);
});

test('a taken port is named, with the way out', async () => {
  const plan = await freeBlock(27_000, 28_000);
  const server = createServer().listen(plan.site, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    expect(await isFree(plan.site)).toBe(false);
    await expect(assertFree([plan.site], plan.base)).rejects.toMatchObject({
      code: 'ROTA_PORT_TAKEN',
      message: expect.stringContaining(`Port ${plan.site} is in use`),
    });
  } finally {
    server.close();
  }
});
