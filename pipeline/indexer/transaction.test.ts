import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Item, itemOf } from './item';
import { Transaction } from './transaction';

const item = (id: string, size = 10): Item =>
  itemOf({ dataset: 'syslog', stream: 'logs-syslog-rota', id, doc: {}, mayBeResend: false, line: Buffer.alloc(size) });

function recorder() {
  const bulks: string[][] = [];
  const release: ((done: boolean) => void)[] = [];
  return {
    bulks,
    release,
    deliver: (items: readonly Item[]) => {
      bulks.push(items.map(({ id }) => id));
      return new Promise<boolean>((resolve) => release.push(resolve));
    },
  };
}

const limits = { bulkDocs: 2, bulkBytes: 1000, concurrency: 2 };

test('full sub-bulks leave before COMMIT, the rest with it', async () => {
  const sent = recorder();
  const transaction = new Transaction(sent, limits);
  for (const id of ['1', '2', '3', '4', '5']) transaction.add(item(id));
  expect(sent.bulks).toEqual([
    ['1', '2'],
    ['3', '4'],
  ]);
  const committed = transaction.commit();
  expect(sent.bulks[2]).toEqual(['5']);
  for (const done of sent.release) done(true);
  expect(await committed).toBe(true);
});

test('a sub-bulk also leaves when its lines are many bytes', () => {
  const sent = recorder();
  new Transaction(sent, limits).add(item('1', 1000));
  expect(sent.bulks).toEqual([['1']]);
});

test('it says when as many sub-bulks are under way as may be, and when one is done', async () => {
  const sent = recorder();
  const transaction = new Transaction(sent, limits);
  for (const id of ['1', '2', '3', '4']) transaction.add(item(id));
  expect(transaction.full).toBe(true);
  const relief = transaction.relief();
  sent.release[1]!(true);
  await relief;
  expect(transaction.full).toBe(false);
});

test('COMMIT tells when delivery was given up, and the next transaction starts clean', async () => {
  const sent = recorder();
  const transaction = new Transaction(sent, limits);
  transaction.add(item('1'));
  const first = transaction.commit();
  sent.release[0]!(false);
  expect(await first).toBe(false);
  expect(await transaction.commit()).toBe(true);
});

test('the first sub-bulk is small and the next ones grow to the limit, in every transaction', async () => {
  const sent = recorder();
  const transaction = new Transaction(sent, { ...limits, bulkDocs: 300, bulkBytes: 1e6 });
  for (let round = 0; round < 2; round += 1) {
    for (let n = 0; n < 1_000; n += 1) transaction.add(item(`${n}`));
    const committed = transaction.commit();
    for (const done of sent.release) done(true);
    await committed;
  }
  const sizes = sent.bulks.map(({ length }) => length);
  expect(sizes).toEqual([100, 200, 300, 300, 100, 100, 200, 300, 300, 100]);
});

test('without confirmation what is gathered leaves when nothing else is under way', async () => {
  const sent = recorder();
  const transaction = new Transaction(sent, { ...limits, bulkDocs: 300 });
  transaction.add(item('1'));
  transaction.flushSoon();
  for (const id of ['2', '3']) {
    transaction.add(item(id));
    transaction.flushSoon();
  }
  expect(sent.bulks).toEqual([['1']]);
  sent.release[0]!(true);
  // All that the answer sets off are promises: a turn later they are through.
  await nextTurn();
  expect(sent.bulks).toEqual([['1'], ['2', '3']]);
});

test('it tells when everything that was added is safe, and not before', async () => {
  const sent = recorder();
  let idle = 0;
  const transaction = new Transaction(sent, limits, () => {
    idle += 1;
  });
  for (const id of ['1', '2', '3']) transaction.add(item(id));
  sent.release[0]!(true);
  await transaction.relief();
  expect(idle, 'the third is still gathered').toBe(0);
  transaction.flushSoon();
  // All that the answer sets off are promises: a turn later they are through.
  await nextTurn();
  sent.release[1]!(true);
  await transaction.commit();
  expect(idle).toBe(1);
});
