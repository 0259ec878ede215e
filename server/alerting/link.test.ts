import { expect, it } from 'vitest';
import { alertLink } from './link';

const place = {
  page: 'health',
  from: Date.UTC(2026, 0, 19, 9),
  to: Date.UTC(2026, 0, 19, 10),
  event: 'ejected-1 a&b',
} as const;
const search = '?from=2026-01-19T09%3A00%3A00.000Z&to=2026-01-19T10%3A00%3A00.000Z&event=ejected-1+a%26b';

it.each([
  [
    { publicBaseUrl: 'https://kibana.example/logs', serverBasePath: '/logs' },
    'default',
    `https://kibana.example/logs/app/rota/health${search}`,
  ],
  [
    { publicBaseUrl: 'https://kibana.example', serverBasePath: '' },
    'web team',
    `https://kibana.example/s/web%20team/app/rota/health${search}`,
  ],
  [{ serverBasePath: '/logs' }, 'ops', `/logs/s/ops/app/rota/health${search}`],
])('an alert leads to its event in its space: %o, %s', (base, space, link) => {
  expect(alertLink(base, space, place)).toBe(link);
});
