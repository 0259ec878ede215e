import { expect, test } from 'vitest';
import { defaultOptions, seconds } from './options.js';

test.each([
  ['30', 30],
  ['30s', 30],
  ['500ms', 0.5],
  ['2m', 120],
  ['1h', 3600],
])('reads the time %s as %d s', (text, expected) => {
  expect(seconds(text, '--for')).toBeCloseTo(expected);
});

test.each(['', '0', '-1s', '5 s', '1d'])('refuses the time "%s" and names the option', (text) => {
  expect(() => seconds(text, '--for')).toThrow(/--for/);
});

test('ELASTICSEARCH_URL wins over ELASTICSEARCH_HOME, and neither means the embedded node', () => {
  expect(defaultOptions({}).elasticsearch).toBe('embedded');
  expect(defaultOptions({ ELASTICSEARCH_HOME: '/es' }).elasticsearch).toEqual({ home: '/es' });
  expect(defaultOptions({ ELASTICSEARCH_URL: 'http://x:9200/', ELASTICSEARCH_HOME: '/es' }).elasticsearch).toEqual({
    url: 'http://x:9200',
  });
});

test('a port base that is no number is refused with the name of its variable', () => {
  expect(() => defaultOptions({ ROTA_PORT_BASE: 'http' })).toThrow(/ROTA_PORT_BASE/);
});
