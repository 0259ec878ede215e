import { describe, expect, it } from 'vitest';
import type { Doc } from '../queries/documents';
import type { rotaApi } from '../queries/node';

/** After an outage: many runs that lack numbers, most of them declared, and one with more dead letters than a page. */
const BEGIN = Date.parse('2026-11-21T12:00:00Z');
const WINDOW = { from: new Date(BEGIN).toISOString(), to: new Date(BEGIN + 30 * 60_000).toISOString() };
const EVERY_MS = 100;
const DROPPED = { runs: 60, written: 40, first: 11, last: 30 };
const TORN = { runs: 55, written: 30, number: 12 };
/** The only one that lacks two numbers. */
const WORST = 'torn-54';
const LETTERS = { id: 'letters', written: 12_000, every: 8 };

const iso = (t: number) => new Date(t).toISOString();
const named = (kind: string, i: number) => `${kind}-${String(i).padStart(2, '0')}`;
const isLetter = (n: number) => n % LETTERS.every !== 0;
const letters = Array.from({ length: LETTERS.written }, (_, i) => i + 1).filter(isLetter).length;

export function* outageDocuments(namespace: string): Generator<Doc> {
  for (let i = 0; i < DROPPED.runs; i++) {
    const { written, first, last } = DROPPED;
    const drop = { cause: 'spool_full', count: last - first + 1, first_sequence: first, last_sequence: last };
    for (let n = 1; n <= written; n++) {
      if (n >= first && n <= last) continue;
      yield line(namespace, named('dropped', i), n, written, n === last + 1 ? drop : undefined);
    }
  }
  for (let i = 0; i < TORN.runs; i++) {
    const id = named('torn', i);
    for (let n = 1; n <= TORN.written; n++) {
      const missing = n === TORN.number || (id === WORST && n === TORN.number + 1);
      if (!missing) yield line(namespace, id, n, TORN.written);
    }
  }
  for (let n = 1; n <= LETTERS.written; n++) {
    yield isLetter(n) ? letter(namespace, LETTERS.id, n) : line(namespace, LETTERS.id, n, LETTERS.written);
  }
}

function line(namespace: string, run: string, n: number, last: number, drop?: object): Doc {
  const t = iso(BEGIN + n * EVERY_MS);
  const dataset = drop || n === last ? 'rota.sdk' : 'rota.app';
  const action = drop ? { action: 'drop' } : n === last ? { action: 'close' } : {};
  return {
    stream: `logs-${dataset}-${namespace}`,
    id: `${run}-${n}`,
    body: {
      '@timestamp': t,
      agent: { ephemeral_id: run },
      event: { id: `${run}-${n}`, dataset, sequence: n, created: t, ingested: t, ...action },
      host: { name: 'web-1' },
      service: { name: 'shop' },
      ...(drop ? { rota: { drop } } : {}),
    },
  };
}

function letter(namespace: string, run: string, n: number): Doc {
  return {
    stream: `logs-rota.deadletter-${namespace}`,
    id: `${run}-${n}`,
    body: {
      '@timestamp': iso(BEGIN + n * EVERY_MS),
      event: { id: `${run}-${n}`, dataset: 'rota.deadletter' },
      rota: { raw: '', reason: 'Elasticsearch refused it', input: 'relp' },
    },
  };
}

type Api = ReturnType<typeof rotaApi>;

export function outageCases(api: () => Api, lame: () => Api): void {
  describe('delivery after an outage', () => {
    it('explains every run whose absences are all declared, however many there are', async () => {
      const { runs, account } = (await api().ask('delivery', WINDOW)).data.overview!;
      const declared = runs.filter(({ id }) => id.startsWith('dropped'));
      expect(declared).toHaveLength(DROPPED.runs);
      for (const run of declared) expect(run).toMatchObject({ state: 'proven', missing: 0, dropped: 20, indexed: 20 });
      expect(account.drops).toBe(DROPPED.runs * 20);
    });

    it('reads all dead letters of a run, and calls none of them missing', async () => {
      const opening = { id: LETTERS.id, around: 11_001 };
      const { data } = await api().ask('delivery', { ...WINDOW, parts: ['run'], run: opening });
      expect(data.run!.run).toMatchObject({ state: 'proven', missing: 0, dead_letters: letters });
      const shown = data.run!.around.filter(({ sequence }) => isLetter(sequence));
      expect(shown.length).toBeGreaterThan(5);
      expect(new Set(shown.map(({ state }) => state))).toEqual(new Set(['dead_letter']));
    });

    it('searches every run that lacks something, and names what it lacks', async () => {
      const { data, partial } = await api().ask('delivery', WINDOW);
      const { runs, counts, account, verdict } = data.overview!;
      expect(partial).toBe(false);
      const torn = runs.filter(({ id }) => id.startsWith('torn'));
      expect(counts).toMatchObject({ missing: TORN.runs, unsearched: 0, proven: DROPPED.runs + 1 });
      for (const run of torn) {
        const last = run.id === WORST ? TORN.number + 1 : TORN.number;
        expect(run.missing_ranges.map(({ first, last: end }) => [first, end])).toEqual([[TORN.number, last]]);
      }
      expect(runs[0]).toMatchObject({ id: WORST, state: 'missing', missing: 2 });
      expect(verdict.detail).toContain('54 other runs lack 54 lines');
      expect(account).toMatchObject({ missing: TORN.runs + 1, unsearched: 0, dead_letters: letters });
      const { written, indexed, drops, dead_letters, missing, in_flight, unsearched, expired } = account;
      expect(indexed + drops + dead_letters + missing + in_flight + unsearched + expired).toBe(written);
    });

    it('calls nothing missing that a failed search may explain', async () => {
      const { data, partial } = await lame().ask('delivery', WINDOW);
      const { counts, account, verdict } = data.overview!;
      expect(partial).toBe(true);
      expect(counts).toMatchObject({ missing: 0, proven: DROPPED.runs, unsearched: TORN.runs + 1 });
      expect(account).toMatchObject({ missing: 0, dead_letters: 0, unsearched: letters + TORN.runs + 1 });
      expect(verdict.tone).toBe('warning');
    });
  });
}
