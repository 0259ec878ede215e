import { expect, test } from 'vitest';
import { reached, targetLine, targets } from './targets.js';

const result = (subject: string, metric: string, value: number) => ({ subject, metric, value, unit: '' });

test('each target says whether the figures reach it', () => {
  const found = targets([
    result('rota', 'events_per_s', 9_000),
    result('bulk', 'events_per_s', 10_000),
    result('logstash', 'events_per_s', 9_001),
    result('rota', 'cpu_s_per_million', 30),
    result('logstash', 'cpu_s_per_million', 90),
    result('rota', 'latency_p95_ms', 2_000),
  ]);
  const verdict = (what: string) => reached(found.find((one) => one.what === what)!);
  expect(verdict('rota / bulk, events/s')).toBe(true);
  expect(verdict('rota / logstash, events/s')).toBe(false);
  expect(verdict('rota / logstash, CPU an event outside Elasticsearch')).toBe(true);
  expect(verdict('rota, line written to searchable, p95 ms')).toBe(false);
});

test('what was not measured is neither reached nor missed', () => {
  for (const target of targets([result('rota', 'events_per_s', 9_000)])) {
    expect(reached(target)).toBeUndefined();
    expect(targetLine(target)).toContain('not measured');
  }
});
