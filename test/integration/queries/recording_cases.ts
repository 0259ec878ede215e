import type { Client } from '@elastic/elasticsearch';
import { describe, expect, it } from 'vitest';
import { recordEvents } from '../../../server/alerting/record_events';
import { settingsSchema } from '../../../server/settings';
import { documents } from '../../support/elasticsearch';
import type { World } from './world';

/** Pool events as documents: written once, whoever writes them and however often. */
export function recordingCases(world: World, node: () => { client: Client; url: string; namespace: string }): void {
  const [down, up] = world.words.map(({ t }) => t) as [number, number];

  describe('rota.health', () => {
    it('holds the ejection and, once it is over, the return, once each', async () => {
      const { client, url, namespace } = node();
      const host = {
        settings: settingsSchema.parse({ namespace, monitor: { interval_s: 10 } }),
        logger: { debug: () => undefined, info: () => undefined, warn: console.warn, error: console.error },
        route: () => undefined,
      };
      const record = (now: number) => recordEvents(host, client, now);
      const states = async () => {
        const hits = await documents(url, `logs-rota.health-${namespace}`, { term: { 'host.name': 'frontend-2' } });
        return hits.map(
          ({ _source }) => _source as { '@timestamp': string; rota: { health: Record<string, unknown> } },
        );
      };
      // Two Kibanas at the same moment.
      await Promise.all([record(down + 90_000), record(down + 90_000)]);
      expect((await states()).map((doc) => doc.rota.health['state'])).toEqual(['ejected']);
      const again = await record(up + 90_000);
      expect(again.known).toBeGreaterThanOrEqual(1);
      const both = (await states()).sort((a, b) => a['@timestamp'].localeCompare(b['@timestamp']));
      expect(both.map((doc) => [doc.rota.health['state'], Date.parse(doc['@timestamp'])])).toEqual([
        ['ejected', down],
        ['returned', up],
      ]);
      expect(both[1]!.rota.health).toMatchObject({ duration: (up - down) * 1e6, pool: 'lb-1', tier: 'frontend' });
      expect(await record(up + 90_000)).toMatchObject({ written: 0, complete: true });
    });
  });
}
