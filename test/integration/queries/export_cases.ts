import type { Readable } from 'node:stream';
import type { Client } from '@elastic/elasticsearch';
import { describe, expect, it } from 'vitest';
import { documentsOf } from './documents';
import { load, rotaApi } from './node';
import { nginxLines, SCOPE } from './truth';
import type { World } from './world';

interface Given {
  client: Client;
  /** Of its own for each run, with the whole world in it. */
  namespace: string;
}

const lines = (text: string) => text.trimEnd().split('\n');

/** What an export says of a file that does not hold all, and that it gives none that lacks what a shard did not tell. */
export function exportCases(world: World, given: () => Given): void {
  const all = nginxLines(world);
  const body = { ...SCOPE, format: 'ndjson' };

  async function read(stream: unknown): Promise<string> {
    let text = '';
    for await (const chunk of stream as Readable) text += chunk;
    return text;
  }

  describe('export', () => {
    it('says before its body how many match and how many it holds', async () => {
      const { client, namespace } = given();
      const cut = await rotaApi(client, namespace).export({ ...body, limit: 7 });
      expect(cut.headers).toMatchObject({
        'x-rota-matching': String(all.length),
        'x-rota-rows': '7',
        'x-rota-lower-bound': 'false',
      });
      const newest = [...all].sort((a, b) => b.end - a.end).slice(0, 7);
      const ids = lines(await read(cut.body)).map((line) => JSON.parse(line).http.request.id);
      expect(ids.sort()).toEqual(newest.map(({ id }) => id).sort());
      const none = await rotaApi(client, namespace).export({ ...body, kql: 'url.path: "/nowhere"' });
      expect(none.headers).toMatchObject({ 'x-rota-matching': '0', 'x-rota-rows': '0' });
      expect(await read(none.body)).toBe('');
    });

    it('marks a file of which more match than can be joined', async () => {
      const { client, namespace } = given();
      // Each request's inner lines carry it: more than 10,000.
      const answer = await rotaApi(client, namespace).export({ ...body, kql: 'service.version: *' });
      expect(all.length).toBeGreaterThan(10_000);
      expect(answer.headers['x-rota-lower-bound']).toBe('true');
      const rows = lines(await read(answer.body)).length;
      expect(answer.headers['x-rota-rows']).toBe(String(rows));
      expect(rows).toBeLessThan(all.length);
    });

    it('gives no file where the lines that match could not all be asked', async () => {
      const { client, namespace } = given();
      const hurried = rotaApi(timingOut(client), namespace);
      expect(await hurried.export(body)).toMatchObject({
        status: 502,
        body: { code: 'search_failed', message: expect.stringMatching(/^Nothing was exported.*ran out of time/) },
      });
    });

    it('breaks off when a shard is lost on the way, instead of going on without it', async () => {
      const { client } = given();
      const namespace = `lost.${process.pid}.${Date.now() % 100_000}`;
      await load(client, namespace, documentsOf(world, { balancer: true, words: false, namespace }));
      const stream = `logs-nginx.access-${namespace}`;
      const full = Object.keys(await client.indices.get({ index: stream }));
      // The index that is written to cannot be deleted.
      await client.indices.rollover({ alias: stream });
      const answer = await rotaApi(client, namespace).export(body);
      expect(answer.status).toBe(200);
      const chunks = (answer.body as Readable)[Symbol.asyncIterator]();
      expect((await chunks.next()).done).toBe(false);
      await client.indices.delete({ index: full });
      await expect(
        (async () => {
          while (!(await chunks.next()).done);
        })(),
      ).rejects.toThrow();
    });
  });
}

/** Elasticsearch in too much of a hurry: it says so of each search. */
function timingOut(client: Client): Client {
  const request = async (params: never, options: never) => {
    const answer = (await client.transport.request(params, options)) as { responses?: { timed_out?: boolean }[] };
    for (const response of answer.responses ?? []) response.timed_out = true;
    return answer;
  };
  return { transport: { request } } as unknown as Client;
}
