import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildTrace } from './build';
import { correctionFor } from './clocks';
import { isErrorOf, type TraceLine } from './lines';
import { splitStack } from './stack';
import { traceVerdict } from './verdict';

const T = Date.parse('2026-11-23T09:29:55.412Z');
const at = (ms: number) => new Date(T + ms).toISOString();
const hosts: Record<string, string> = { '10.20.0.13:8000': 'web-3', '10.20.0.14:8000': 'web-4' };
const nameOf = (_: string, address: string) => hosts[address] ?? address;

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

describe('nginx’s error lines', () => {
  const request = { http: { request: { id: 'r', method: 'GET' } }, url: { path: '/cart' } };
  const connection = (connection_id: number) => ({ nginx: { error: { connection_id } } });
  const frontend = line('fe', 'nginx.access', 'frontend-2', 608, {
    ...request,
    ...connection(7),
    http: { ...request.http, response: { status_code: 200 } },
    event: { duration: 604e6 },
    rota: {
      attempts: [
        { n: 1, address: '10.20.0.13:8000', status_code: 502, duration: 1e6 },
        { n: 2, address: '10.20.0.14:8000', status_code: 200, duration: 600e6 },
      ],
    },
  });
  /** T is 412 ms after a whole second: what was logged then bears the second before it. */
  const error = (changes: object = {}, ms = -412, host = 'frontend-2') =>
    line('er', 'nginx.error', host, ms, {
      ...connection(7),
      http: { request: { method: 'GET' } },
      url: { path: '/cart' },
      log: { level: 'error' },
      message: 'connect() failed (111: Connection refused) while connecting to upstream',
      rota: { upstream: { address: '10.20.0.13:8000' } },
      ...changes,
    });

  it('belong to the request that had their host, connection, second, method and path', () => {
    expect(isErrorOf(frontend, error())).toBe(true);
    expect(isErrorOf(frontend, error({}, 588))).toBe(true);
    // Without a request of their own, as of a client that spoke no HTTP.
    expect(isErrorOf(frontend, error({ http: undefined, url: undefined }))).toBe(true);
    const others = [
      error({}, -1412),
      error({}, 1588),
      error({}, -412, 'frontend-1'),
      error(connection(8)),
      error({ nginx: undefined }),
      error({ url: { path: '/other' } }),
      error({ http: { request: { method: 'POST' } } }),
    ];
    expect(others.filter((one) => isErrorOf(frontend, one))).toEqual([]);
    expect(isErrorOf({ ...frontend, doc: { ...frontend.doc, nginx: undefined } }, error({ nginx: undefined }))).toBe(
      false,
    );
  });

  it('never cut off an error that was logged during the request, at whatever fraction of its second', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(5000), fc.double({ min: 0, max: 1, noNaN: true }), (end, length, part) => {
        const access = line('a', 'nginx.access', 'h', end, { ...connection(1), event: { duration: length * 1e6 } });
        const logged = Math.floor((T + end - length * part) / 1000) * 1000;
        expect(isErrorOf(access, line('e', 'nginx.error', 'h', logged - T, connection(1)))).toBe(true);
      }),
    );
  });

  it('hang under the attempt that they speak of, at its end, else under their frontend', () => {
    const own = { ...error({ rota: {}, message: 'client closed' }), id: 'own' };
    const { hops } = buildTrace([frontend, error(), own], nameOf);
    expect(hops.map(({ id, parent }) => [id, parent])).toEqual([
      ['fe', null],
      ['fe#1', 'fe'],
      ['er', 'fe#1'],
      ['fe#2', 'fe'],
      ['own', 'fe'],
    ]);
    const [attempt, refused] = [hops[1]!, hops[2]!];
    expect(refused.offset_ms).toBe(attempt.offset_ms + attempt.duration_ms!);
    expect(refused).toMatchObject({ failed: true, label: 'nginx, same connection' });
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
