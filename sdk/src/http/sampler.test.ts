import { describe, expect, it } from 'vitest';
import { Lines, raw, serve } from '../../test/http_harness.js';
import { requestLogger } from './index.js';
import type { SampleOptions } from './options.js';

async function ask(sample: number | SampleOptions, paths: readonly string[]) {
  const lines = new Lines();
  const requests = requestLogger(lines.logger, { sample });
  const before = process.listeners('beforeExit')[0] as () => void;
  const app = await serve(
    requests.handler((request, response) => {
      response.statusCode = request.url === '/missing' ? 404 : 200;
      response.end('ok');
    }),
  );
  for (const path of paths)
    await raw(app.port, `GET ${path} HTTP/1.1\r\nHost: h\r\nUser-Agent: test\r\nConnection: close\r\n\r\n`);
  await app.stop();
  // What the process's end does to it.
  before();
  process.removeListener('beforeExit', before);
  const reports = lines.all.filter((line) => line.event?.action === 'sample').map((line) => line['rota'].sdk.sample);
  return { events: lines.access, reports };
}

describe('sampling', () => {
  it('keeps what failed, and counts what it leaves out, by route', async () => {
    const { events, reports } = await ask({ rate: 0, slowMs: 1e9 }, ['/a', '/a', '/cart/17', '/cart/18', '/missing']);
    expect(events.map((event) => event['message'])).toEqual(['GET /missing 404']);
    expect(reports).toEqual([
      { route: 'GET /a', left_out: 2, kept: 0 },
      { route: 'GET /cart/:id', left_out: 2, kept: 0 },
    ]);
  });

  it('keeps what was slow', async () => {
    const { events, reports } = await ask({ rate: 0, slowMs: 0 }, ['/a', '/b']);
    expect([events.length, reports]).toEqual([2, []]);
  });

  it('every request is either logged, with its rate, or counted', async () => {
    const { events, reports } = await ask(0.5, Array(60).fill('/a'));
    expect(events.every((event) => event['rota'].sample_rate === 0.5)).toBe(true);
    expect(events.length).toBeGreaterThan(0);
    expect(events.length).toBeLessThan(60);
    expect(reports).toEqual([{ route: 'GET /a', left_out: 60 - events.length, kept: events.length }]);
  });

  it.each([-1, 2, Number.NaN, '0.5', { rate: 'x' }, { rate: 0.5, slowMs: -1 }])('%j is refused', (sample) => {
    expect(() => requestLogger(new Lines().logger, { sample: sample as never })).toThrow(
      expect.objectContaining({ code: 'ROTA_CONFIG_SAMPLE' }),
    );
  });
});
