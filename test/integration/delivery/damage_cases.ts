import { describe, expect, it } from 'vitest';
import type { Doc } from '../queries/documents';
import type { rotaApi } from '../queries/node';

/** A run that is whole, and before its end two queues that a power cut damaged. */
const BEGIN = Date.parse('2026-11-22T12:00:00Z');
const WINDOW = { from: new Date(BEGIN).toISOString(), to: new Date(BEGIN + 30 * 60_000).toISOString() };
const LINES = 20;

const iso = (t: number) => new Date(t).toISOString();

export function* damageDocuments(namespace: string): Generator<Doc> {
  for (let n = 1; n <= LINES; n++) {
    const t = iso(BEGIN + n * 1000);
    const closing = n === LINES;
    const dataset = closing ? 'rota.sdk' : 'rota.app';
    yield {
      stream: `logs-${dataset}-${namespace}`,
      id: `whole-${n}`,
      body: {
        '@timestamp': t,
        agent: { ephemeral_id: 'whole' },
        event: {
          id: `whole-${n}`,
          dataset,
          sequence: n,
          created: t,
          ingested: t,
          ...(closing ? { action: 'close' } : {}),
        },
        host: { name: 'web-1' },
        service: { name: 'shop' },
      },
    };
  }
  yield damaged(namespace, 5, 'log-1', { recovered: 4980, lost_at_most: 20 });
  yield damaged(namespace, 10, 'frontend-1', { recovered: 7 });
}

/** As statsDocument() makes it of what check_queue.py says. */
function damaged(namespace: string, minute: number, host: string, values: object): Doc {
  const t = iso(BEGIN + minute * 60_000);
  return {
    stream: `logs-rota.pipeline-${namespace}`,
    id: `damaged-${host}`,
    body: {
      '@timestamp': t,
      event: { id: `damaged-${host}`, dataset: 'rota.pipeline', created: t, kind: 'event', action: 'queue_damaged' },
      host: { name: host },
      rota: { tier: 'log', rsyslog: { name: host === 'log-1' ? 'index' : 'forward', origin: 'rota.queue', values } },
    },
  };
}

type Api = ReturnType<typeof rotaApi>;

export function damageCases(api: () => Api): void {
  describe('delivery beside damaged queues', () => {
    it('says each, with what it may have lost, and calls nothing good', async () => {
      const { verdict, counts } = (await api().ask('delivery', WINDOW)).data.overview!;
      expect(counts).toMatchObject({ runs: 1, proven: 1 });
      expect(verdict.tone).toBe('warning');
      expect(verdict.detail).toContain(
        'the queue index of log-1 was found damaged: 4,980 messages went on; at most 20 are lost.',
      );
      expect(verdict.detail).toContain(
        'the queue forward of frontend-1 was found damaged: 7 messages went on; how many are lost is not known.',
      );
    });

    it('and only those of the range', async () => {
      const later = { from: iso(BEGIN + 7 * 60_000), to: WINDOW.to };
      const { data } = await api().ask('delivery', later);
      expect(data.state).toBe('ok');
      expect(data.overview!.verdict).toMatchObject({ tone: 'warning', detail: expect.not.stringContaining('log-1') });
      const before = { from: WINDOW.from, to: iso(BEGIN + 60_000) };
      expect((await api().ask('delivery', before)).data.overview!.verdict.tone).toBe('good');
    });
  });
}
