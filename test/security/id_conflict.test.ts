import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@elastic/elasticsearch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { give } from '../../stack/account.js';
import { type Node, Pipeline, startNode, until } from '../faults/support/world.js';
import { rotaApi } from '../integration/queries/node.js';
import { send } from '../support/lines/inputs.js';

interface Letter {
  event: { id: string; code: string };
  host?: { name: string };
  agent?: { ephemeral_id: string };
  log: { source: { address: string } };
  rota: { raw: string; reason: string; claimed_id?: string; claimed_dataset?: string; claimed_host?: string };
}

const event = (
  id: string,
  message: string,
  run = 'victim',
  host = 'web-1',
  more: { dataset?: string; action?: string } = {},
) =>
  Buffer.from(
    `<134>1 2026-11-23T10:00:00.5Z ${host} shop 7 - [meta sequenceId="1"] ${JSON.stringify({
      '@timestamp': '2026-11-23T10:00:00.000Z',
      ecs: { version: '8.11.0' },
      message,
      host: { name: host },
      event: { id, sequence: Number(id.split('-')[1]), dataset: 'rota.app', ...more },
      agent: { ephemeral_id: run },
    })}`,
  );

/** A real rsyslog, indexer and Elasticsearch: who writes an id first must not make the true event vanish unseen. */
describe('an id that another event has', () => {
  let node: Node;
  let pipeline: Pipeline;
  const letters = (code: string) =>
    pipeline.node.store.search(pipeline.stream('rota.deadletter'), { term: { 'event.code': code } }, 100) as Promise<
      unknown[]
    > as Promise<Letter[]>;
  const indexed = async (query: object, dataset = 'rota.app') =>
    (await pipeline.node.store.search(pipeline.stream(dataset), query, 100)) as { message: string }[];
  const deliver = (...messages: Buffer[]) => send('relp', pipeline.ports.rsyslog.relp, messages);
  /** What the indexer has counted so far: events that were there already, and ids that others had. */
  const counted = async (counter: 'conflicts' | 'id_conflicts') => {
    const reports = await node.store.search(
      pipeline.stream('rota.pipeline'),
      { exists: { field: 'rota.indexer.indexed' } },
      1000,
    );
    return (reports as unknown as { rota: { indexer: Record<string, number> } }[]).reduce(
      (sum, { rota }) => sum + (rota.indexer[counter] ?? 0),
      0,
    );
  };
  const reached = (counter: 'conflicts' | 'id_conflicts', count: number) =>
    until(`${count} ${counter}`, 60_000, async () => (await counted(counter)) >= count);
  const isIndexed = (id: string) =>
    until(`${id} is indexed`, 60_000, async () => (await indexed({ term: { 'event.id': id } })).length > 0);

  beforeAll(async () => {
    node = await startNode();
    pipeline = await new Pipeline(node).start();
  });
  afterAll(async () => {
    await pipeline?.stop();
    await node?.stop();
  });

  it('is no alarm when the same event comes again, before and after a rollover', async () => {
    await deliver(event('victim-1', 'true words'));
    await isIndexed('victim-1');
    await deliver(event('victim-1', 'true words'));
    await reached('conflicts', 1);
    await node.store.rollOver(pipeline.stream('rota.app'));
    await deliver(event('victim-1', 'true words'));
    await reached('conflicts', 2);
    expect(await indexed({ term: { 'event.id': 'victim-1' } })).toHaveLength(1);
    expect(await letters('id_conflict')).toEqual([]);
    expect(await counted('id_conflicts')).toBe(0);
  });

  it('makes the later one a dead letter of the run, with its bytes and its sender, once however often it comes', async () => {
    await deliver(event('victim-2', 'forged words', 'attacker', 'web-2'));
    await isIndexed('victim-2');
    await deliver(event('victim-2', 'true words'), event('victim-2', 'true words'));
    await reached('id_conflicts', 2);
    await deliver(event('victim-2', 'true words'));
    await reached('id_conflicts', 3);
    const found = await letters('id_conflict');
    expect(found).toHaveLength(1);
    const [letter] = found as [Letter];
    expect(letter).toMatchObject({
      agent: { ephemeral_id: 'victim' },
      host: { name: 'web-1' },
      log: { source: { address: '127.0.0.1' } },
      rota: { claimed_id: 'victim-2', claimed_dataset: 'rota.app' },
    });
    expect(letter.rota.reason).toMatch(
      /^Another event has the id of this one: victim-2 in .*agent\.ephemeral_id, host\.name, message$/,
    );
    expect(Buffer.from(letter.rota.raw, 'base64').toString()).toContain('true words');
    // Not under the run's own numbers: it explains no gap.
    expect(letter.event.id).not.toMatch(/^victim-/);
    expect(await indexed({ term: { 'event.id': 'victim-2' } })).toMatchObject([{ message: 'forged words' }]);
  });

  it('is told after a rollover, too, and within one bulk', async () => {
    await deliver(event('victim-3', 'forged words', 'attacker'));
    await isIndexed('victim-3');
    await node.store.rollOver(pipeline.stream('rota.app'));
    await deliver(event('victim-3', 'true words'), event('victim-4', 'one'), event('victim-4', 'another'));
    const ids = async () => (await letters('id_conflict')).map(({ rota }) => rota.claimed_id).sort();
    await until('both are told', 60_000, async () => (await ids()).length >= 3);
    expect(await ids()).toEqual(['victim-2', 'victim-3', 'victim-4']);
    expect(await indexed({ prefix: { 'event.id': 'victim-' } })).toHaveLength(4);
  });

  it('hides no dead letter behind another one of its id', async () => {
    const garbage = (text: string) =>
      Buffer.from(
        `<134>1 2026-11-23T10:00:00.5Z web-1 shop 7 - [rota@32473 dataset="nginx.access" file="/x.log" offset="1" id="D-1"] ${text}`,
      );
    const raw = async () =>
      (await letters('not_parsed')).map(({ rota }) => Buffer.from(rota.raw, 'base64').toString()).sort();
    await deliver(garbage('forged'), garbage('true'), garbage('true'));
    await until('both are kept', 60_000, async () => (await raw()).length >= 2);
    await reached('conflicts', 3);
    expect(await raw()).toEqual(['forged', 'true']);
  });

  it('is an alarm in Delivery, and its run is never proven; the same event again is none', async () => {
    const close = (run: string) => event(`${run}-3`, 'end', run, 'web-1', { dataset: 'rota.sdk', action: 'close' });
    const whole = (run: string) => [event(`${run}-1`, 'one', run), event(`${run}-2`, 'two', run), close(run)];
    await deliver(...whole('sound'), ...whole('doubled'), ...whole('robbed').slice(1));
    await deliver(...whole('sound'), event('doubled-2', 'forged', 'doubled'));
    await deliver(event('robbed-1', 'forged', 'attacker', 'web-2'));
    await isIndexed('robbed-1');
    await deliver(event('robbed-1', 'one', 'robbed'));
    const told = async () => (await letters('id_conflict')).map(({ rota }) => rota.claimed_id);
    await until('both are told', 60_000, async () => {
      const ids = await told();
      return ids.includes('doubled-2') && ids.includes('robbed-1');
    });
    // What closes a run goes to a stream of its own, which may be made only now.
    await until('the runs are whole', 60_000, async () => {
      const lines = await indexed({ terms: { 'agent.ephemeral_id': ['sound', 'doubled', 'robbed'] } });
      const closed = await indexed({ term: { 'event.action': 'close' } }, 'rota.sdk');
      return lines.length === 5 && closed.length === 3;
    });
    const client = new Client({ node: node.store.url });
    const delivery = rotaApi(client, pipeline.namespace);
    const window = { from: '2026-11-23T09:00:00.000Z', to: '2026-11-23T11:00:00.000Z' };
    const { overview } = (await delivery.ask('delivery', window)).data;
    const at = (offset: number) => new Date(Date.now() + offset).toISOString();
    const now = (await delivery.ask('delivery', { from: at(-3_600_000), to: at(60_000) })).data.overview!;
    await client.close();
    const states = Object.fromEntries(
      overview!.runs.map((run) => [run.id, [run.state, run.indexed, run.dead_letters, run.missing]]),
    );
    expect(states).toMatchObject({
      sound: ['proven', 3, 0, 0],
      doubled: ['unproven', 3, 0, 0],
      robbed: ['unproven', 2, 1, 0],
    });
    const notes = overview!.runs.find(({ id }) => id === 'doubled')!.notes.join(' ');
    expect(notes).toContain('1 line came under the id of another one');
    expect(overview!.verdict.tone).not.toBe('good');
    expect(now.dead_letters.map(({ reason }) => reason)).toContain('Another event has the id of this one');
  });

  it('cannot be taken in another’s name when a table binds the senders', async () => {
    const table = join(pipeline.folder, 'senders');
    writeFileSync(table, '127.0.0.1 host=web-2 tier=webapp\n');
    give(table);
    const bound = await new Pipeline(node, { settings: { ROTA_SENDERS: table } }).start();
    try {
      await send('relp', bound.ports.rsyslog.relp, [
        event('victim-2', 'forged words'),
        event('own-1', 'mine', 'own', 'web-2'),
      ]);
      const search = (dataset: string) => node.store.search(bound.stream(dataset), { match_all: {} });
      await until('its own event', 60_000, async () => (await search('rota.app')).length === 1);
      await until('the forged one', 60_000, async () => (await search('rota.deadletter')).length === 1);
      const [letter] = (await search('rota.deadletter')) as unknown as [Letter];
      expect(letter).toMatchObject({
        event: { code: 'foreign_host' },
        host: { name: 'web-2' },
        log: { source: { address: '127.0.0.1' } },
        rota: { claimed_host: 'web-1', claimed_dataset: 'rota.app' },
      });
      expect(letter.event.id).not.toContain('victim');
    } finally {
      await bound.stop();
    }
  });
});
