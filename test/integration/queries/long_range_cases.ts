import { describe, expect, it } from 'vitest';
import type { Doc } from './documents';
import type { rotaApi } from './node';

/** Three hours of probes every two seconds: more than are read one by one. */
const BEGIN = Date.parse('2026-11-19T06:00:00Z');
const HOURS = 3;
const EVERY_MS = 2000;
export const LONG_RANGE = {
  from: new Date(BEGIN).toISOString(),
  to: new Date(BEGIN + HOURS * 3_600_000).toISOString(),
};

/** Fails two in a row now and then (harmless), and long enough to be ejected three times. */
const FAILED: [number, number][] = [
  [100, 101],
  [500, 530],
  [1200, 1202],
  [2000, 2001],
  [4000, 4300],
];

/** Of this time frontend-1's lines were deleted. */
const GONE = { from: BEGIN + 2.7 * 3_600_000, to: BEGIN + 2.75 * 3_600_000 };
const isGone = (t: number) => t >= GONE.from && t < GONE.to;

export function* longRangeDocuments(namespace: string): Generator<Doc> {
  for (let i = 0; i * EVERY_MS < HOURS * 3_600_000; i++) {
    for (const frontend of ['frontend-1', 'frontend-2']) {
      if (frontend === 'frontend-1' && isGone(BEGIN + i * EVERY_MS)) continue;
      const failed = frontend === 'frontend-2' && FAILED.some(([first, last]) => i >= first && i <= last);
      const id = `${frontend}-${i}`;
      yield {
        stream: `logs-nginx.access-${namespace}`,
        id,
        body: {
          '@timestamp': new Date(BEGIN + i * EVERY_MS).toISOString(),
          event: { id, dataset: 'nginx.access' },
          host: { name: frontend },
          http: { request: { method: 'GET' }, response: { status_code: failed ? 503 : 200 } },
          rota: { tier: 'frontend' },
          source: { ip: '10.0.0.1' },
          tags: ['health_check'],
          url: { path: '/' },
        },
      };
    }
  }
}

/** What was recorded when it happened, of which one absence is told by no line any more. */
export function* recordedDocuments(namespace: string): Generator<Doc> {
  const probe = (i: number) => BEGIN + i * EVERY_MS;
  const absences = [
    // The same as the replay of the probes tells; it must not be told twice.
    { host: 'frontend-2', from: probe(502), to: probe(532) },
    { host: 'frontend-1', ...GONE },
  ];
  for (const { host, from, to } of absences) {
    for (const [state, t] of [
      ['ejected', from],
      ['returned', to],
    ] as const) {
      yield {
        stream: `logs-rota.health-${namespace}`,
        id: `${host}-${state}-${t}`,
        body: {
          '@timestamp': new Date(t).toISOString(),
          event: { id: `${host}-${state}-${t}`, dataset: 'rota.health', action: state },
          host: { name: host },
          rota: { tier: 'frontend', health: { host, tier: 'frontend', pool: 'lb-1', state, cause: 'Recorded.' } },
        },
      };
    }
  }
}

export function longRangeCases(api: () => ReturnType<typeof rotaApi>): void {
  describe('long ranges', () => {
    it('replays a range with more probes than it reads one by one, exactly', async () => {
      const { data } = await api().ask('health', LONG_RANGE);
      const at = (i: number) => BEGIN + i * EVERY_MS;
      // Out at the third failure of a run of three or more, back at the second success.
      const expected = FAILED.filter(([first, last]) => last - first >= 2).map(([first, last]) => [
        at(first + 2),
        at(last + 2),
      ]);
      const ejected = data.overview!.events.filter(({ kind }) => kind === 'ejected');
      const replayed = ejected.filter(({ evidence }) => evidence === 'replay');
      expect(replayed.map(({ since, until }) => [since, until])).toEqual(expected);
      const lane = data.overview!.lanes.find(({ host }) => host === 'frontend-2')!;
      expect(lane.probes_thinned).toBe(true);
      expect(lane.probes.every(({ ok }) => !ok)).toBe(true);
      expect(data.overview!.figures.probes).toBe((2 * HOURS * 3_600_000 - (GONE.to - GONE.from)) / EVERY_MS);
      expect(data.overview!.figures.probes_failed).toBe(
        FAILED.reduce((sum, [first, last]) => sum + last - first + 1, 0),
      );
    });

    it('reads back what was recorded where no line tells it any more, and tells nothing twice', async () => {
      const { data } = await api().ask('health', LONG_RANGE);
      const stored = data.overview!.events.filter(({ evidence }) => evidence === 'stored');
      expect(stored.map(({ hosts, since, until }) => [hosts[0], since, until])).toEqual([
        ['frontend-1', GONE.from, GONE.to],
      ]);
    });
  });
}
