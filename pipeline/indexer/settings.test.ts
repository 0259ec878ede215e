import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSettings } from './settings';

test('without any variable the defaults hold', () => {
  const settings = readSettings({});
  expect(settings.urls.map(String)).toEqual(['http://127.0.0.1:9200/']);
  expect(settings).toMatchObject({ namespace: 'rota', dir: '/var/spool/rota/indexer', keepAliveMs: 15_000 });
});

test('several addresses are separated by commas', () => {
  const { urls } = readSettings({ ROTA_ELASTICSEARCH_URL: 'https://a:9200, http://b' });
  expect(urls.map((url) => url.host)).toEqual(['a:9200', 'b']);
});

test('the key may come from a file', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'rota-')), 'key');
  writeFileSync(file, 'secret\n');
  expect(readSettings({ ROTA_ELASTICSEARCH_API_KEY_FILE: file }).apiKey).toBe('secret');
});

test('the work folder of rsyslog holds the journal unless another is named', () => {
  expect(readSettings({ ROTA_WORK: '/w' }).dir).toBe('/w/indexer');
  expect(readSettings({ ROTA_WORK: '/w', ROTA_INDEXER_DIR: '/j' }).dir).toBe('/j');
});

test.each([
  ['ROTA_ELASTICSEARCH_URL', 'localhost:9200'],
  ['ROTA_ELASTICSEARCH_URL', ','],
  ['ROTA_NAMESPACE', 'Rota'],
  ['ROTA_NAMESPACE', 'a-b'],
  ['ROTA_INDEXER_BULK_DOCS', '0'],
  ['ROTA_INDEXER_BULK_DOCS', 'many'],
  ['ROTA_ELASTICSEARCH_CA', '/nowhere/ca.pem'],
])('%s=%s is refused with the name of the setting', (name, value) => {
  expect(() => readSettings({ [name]: value })).toThrow(name);
});
