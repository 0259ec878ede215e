import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildTrace } from './build';
import { correctionFor } from './clocks';
import type { TraceLine } from './lines';
import { splitStack } from './stack';
import { traceVerdict } from './verdict';

const T = Date.parse('2026-11-23T09:29:55.412Z');
const at = (ms: number) => new Date(T + ms).toISOString();
const hosts: Record<string, string> = { '10.20.0.13:8000': 'web-3', '10.20.0.14:8000': 'web-4' };
const nameOf = (address: string) => hosts[address] ?? address;

function line(id: string, dataset: string, host: string, ms: number, doc: object): TraceLine {
  return { id, index: 'i', doc: { '@timestamp': at(ms), host: { name: host }, data_stream: { dataset }, ...doc } };
}

const status = (status_code: number, durationMs: number) => ({
  http: { request: { id: 'r' }, response: { status_code } },
  event: { duration: durationMs * 1e6 },
});

/** A request that web-3 failed and web-4 saved; web-3's clock is 40 ms ahead. */
const retried: TraceLine[] = [
  line('lb', 'haproxy.log', 'lb-1', 0, { ...status(200, 612), haproxy: { frontend_name: 'fe_https' } }),
  line('fe', 'nginx.access', 'frontend-2', 608, {
    ...status(200, 604),
    rota: {
      attempts: [
        { n: 1, address: '10.20.0.13:8000', status_code: 500, duration: 301e6 },
        { n: 2, address: '10.20.0.14:8000', status_code: 200, duration: 298e6 },
      ],
    },
  }),
  line('w3', 'rota.access', 'web-3', 309 + 40, status(500, 297)),
  line('e3', 'rota.app', 'web-3', 306 + 40, { log: { level: 'error', logger: 'cart.pricing' }, message: 'failed' }),
  line('w4', 'rota.access', 'web-4', 606, status(200, 294)),
  line('i4', 'rota.app', 'web-4', 340, { log: { level: 'info', logger: 'cart.view' }, message: 'loaded' }),
];

describe('trace', () => {
  const built = buildTrace(retried, nameOf);
  const hop = (id: string) => built.hops.find((one) => one.id === id)!;

  it('hangs each hop under the one that waited for it', () => {
    expect(built.hops.map(({ id, parent }) => [id, parent])).toEqual([
      ['lb', null],
      ['fe', 'lb'],
      ['fe#1', 'fe'],
      ['w3', 'fe#1'],
      ['e3', 'w3'],
      ['fe#2', 'fe'],
      ['w4', 'fe#2'],
      ['i4', 'w4'],
    ]);
  });

  it('places attempts by the frontend’s own times', () => {
    expect(hop('fe')).toMatchObject({ offset_ms: 4, duration_ms: 604 });
    expect(hop('fe#1')).toMatchObject({ offset_ms: 9, duration_ms: 301, status: 500, failed: true });
    expect(hop('fe#2')).toMatchObject({ offset_ms: 310, duration_ms: 298, failed: false });
  });

  it('moves a host whose clock is wrong into the attempt that it answered, lines and all, and says by how much', () => {
    expect(built.clocks).toEqual([{ host: 'web-3', correction_ms: -39 }]);
    expect(hop('w3').offset_ms).toBe(13);
    expect(hop('e3').offset_ms).toBe(307);
  });

  it('says what it cost', () => {
    const { headline, detail, tone } = traceVerdict(200, 612, built);
    expect(headline).toBe('web-3 answered 500 after 301 ms, then web-4 answered 200 after 298 ms.');
    expect(detail).toBe('The client saw 200, but 49.2 % of its 612 ms went to the failed attempt.');
    expect(tone).toBe('warning');
  });

  it('shows lines of which nothing else is known', () => {
    const lonely = buildTrace([line('x', 'rota.app', 'web-1', 5, { message: 'hello' })], nameOf);
    expect(lonely.hops).toMatchObject([{ id: 'x', offset_ms: 0, parent: null }]);
    expect(traceVerdict(null, null, lonely).headline).toBe('No answer logged yet.');
  });

  it('shows every line once, whatever is missing', () => {
    fc.assert(
      fc.property(fc.subarray(retried), (some) => {
        const { hops } = buildTrace(some, nameOf);
        const lines = hops.filter(({ kind }) => kind !== 'attempt').map(({ line: id }) => id);
        expect([...lines].sort()).toEqual(some.map(({ id }) => id).sort());
        const known = new Set(hops.map(({ id }) => id));
        expect(hops.every(({ parent }) => parent === null || known.has(parent))).toBe(true);
      }),
    );
  });
});

describe('clock correction', () => {
  const interval = fc
    .tuple(fc.integer({ min: -1000, max: 1000 }), fc.nat(500))
    .map(([from, length]) => ({ from, to: from + length }));

  it('brings the inner hop inside the outer one, by no more than is needed', () => {
    fc.assert(
      fc.property(interval, interval, (inner, outer) => {
        const by = correctionFor(inner, outer);
        const fits = inner.to - inner.from <= outer.to - outer.from;
        const moved = { from: inner.from + by, to: inner.to + by };
        if (fits) expect(moved.from >= outer.from && moved.to <= outer.to).toBe(true);
        else expect(moved.from + moved.to).toBe(outer.from + outer.to);
        if (inner.from >= outer.from && inner.to <= outer.to) expect(by).toBe(0);
        if (fits && by !== 0) expect(moved.from === outer.from || moved.to === outer.to).toBe(true);
      }),
    );
  });
});

describe('stack traces', () => {
  it('keep the application’s frames apart from its dependencies’', () => {
    const { own, folded } = splitStack(
      'TypeError: x\n    at priceOf (src/a.ts:1:2)\n    at next (/app/node_modules/express/a.js:1:1)\n    at node:internal/x:1:1',
    );
    expect(own).toEqual(['TypeError: x', '    at priceOf (src/a.ts:1:2)']);
    expect(folded).toHaveLength(2);
  });
});
