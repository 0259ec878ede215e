import type { Client } from '@elastic/elasticsearch';
import { describe, expect, it } from 'vitest';
import { indexTemplate, templateName } from '../../../pipeline/elasticsearch/templates';
import { askAll } from '../../../server/search/msearch';
import { isShardMissing, Patience } from '../../../server/search/shards';
import { until } from '../../faults/support/world';
import { rotaApi } from './node';

const MINUTE = { from: '2026-11-22T10:00:00Z', to: '2026-11-22T10:01:00Z' };

/** A data stream whose newest shard has no node until the test lets one have it, as any has for a moment when it is made. */
class StreamInTheMaking {
  readonly stream: string;
  private written: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly client: Client,
    readonly namespace: string,
  ) {
    this.stream = `logs-nginx.access-${namespace}`;
  }

  /** Writes its first line; the stream is there, and Elasticsearch waits for a shard to put the line in. */
  async begin(): Promise<void> {
    await this.putTemplate({ 'index.routing.allocation.require._name': 'nobody' });
    this.written = this.write(1);
    await until('a stream without its shard', 120_000, async () => {
      const found = await this.client.transport
        .request({ method: 'GET', path: `/${this.stream}/_search` })
        .catch((error: unknown) => error);
      return isShardMissing(found);
    });
  }

  /** Its first line is there; of the second index, made by a rollover, no node holds the shard. */
  async rollOver(): Promise<void> {
    await this.putTemplate({});
    await this.write(1);
    await this.putTemplate({ 'index.routing.allocation.require._name': 'nobody' });
    await this.client.transport.request({
      method: 'POST',
      path: `/${this.stream}/_rollover`,
      querystring: { wait_for_active_shards: 0 },
    });
  }

  async finish(): Promise<void> {
    await this.putTemplate({});
    await this.client.transport.request({
      method: 'PUT',
      path: `/${this.stream}/_settings`,
      body: { 'index.routing.allocation.require._name': null },
    });
    await this.written;
  }

  write(n: number): Promise<unknown> {
    const id = `line-${n}`;
    const doc = { '@timestamp': '2026-11-22T10:00:30Z', event: { id, dataset: 'nginx.access' } };
    return this.client.bulk({ operations: [{ create: { _index: this.stream, _id: id } }, doc], refresh: true });
  }

  private async putTemplate(settings: object): Promise<void> {
    const template = indexTemplate(this.namespace, { indexLifecycle: false, dataStreamLifecycle: false }, 30) as {
      template: { settings: object };
    };
    const body = {
      ...template,
      template: { ...template.template, settings: { ...template.template.settings, ...settings } },
    };
    await this.client.transport.request({
      method: 'PUT',
      path: `/_index_template/${templateName(this.namespace)}`,
      body,
    });
  }
}

export function missingShardsCases(node: () => { client: Client; space: (name: string) => string }): void {
  const making = (name: string) => new StreamInTheMaking(node().client, node().space(name));
  const search = (stream: StreamInTheMaking, patience: Patience) =>
    askAll(
      node().client,
      {
        lines: { index: stream.stream, body: { size: 0, track_total_hits: true } },
        others: { index: `logs-haproxy.log-${stream.namespace}`, body: { size: 0 } },
      },
      new AbortController().signal,
      patience,
    );

  describe('a stream that is being made', () => {
    it.each(['begin', 'rollOver'] as const)('is waited for: %s', async (how) => {
      const stream = making(how.toLowerCase());
      await stream[how]();
      let pauses = 0;
      const patience = new (class extends Patience {
        override async wait(signal: AbortSignal): Promise<boolean> {
          if (pauses++ === 1) await stream.finish();
          return super.wait(signal);
        }
      })(600_000);
      const { results, reasons } = await search(stream, patience);
      expect(pauses).toBeGreaterThan(1);
      expect([results.lines.total, reasons]).toEqual([1, []]);
    });

    it('that stays without its shard is told as missing, and nothing is exported', async () => {
      const stream = making('lost');
      await stream.begin();
      const api = rotaApi(node().client, stream.namespace);
      for (const name of ['rotation', 'health', 'requests'] as const) {
        const { partial, partial_reasons } = await api.ask(name, MINUTE);
        expect(partial, name).toBe(true);
        expect(partial_reasons[0]?.message).toContain('is missing: no node of Elasticsearch holds its lines');
      }
      const { status, body } = await api.export({ ...MINUTE, format: 'csv' });
      expect([status, body]).toEqual([502, { code: 'search_failed', message: expect.stringContaining('no node of') }]);
      const alone = { lines: { index: stream.stream, body: { size: 0 } } };
      await expect(askAll(node().client, alone, new AbortController().signal, new Patience(100))).rejects.toMatchObject(
        {
          code: 'search_unavailable',
          message: expect.stringContaining('Nothing can be read: no node of Elasticsearch holds its lines'),
        },
      );
      await stream.finish();
    });

    it('whose older lines are there is told as incomplete when it stays without its shard', async () => {
      const stream = making('half');
      await stream.rollOver();
      const { results, reasons } = await search(stream, new Patience(100));
      expect(results.lines.total).toBe(1);
      expect(reasons).toEqual([{ code: 'shards_failed', message: expect.stringContaining('1 of 2 shards failed') }]);
      await stream.finish();
    });
  });
}
