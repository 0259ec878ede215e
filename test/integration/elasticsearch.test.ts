import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TEMPLATE_VERSION } from '../../pipeline/elasticsearch/templates';
import { conform } from '../../pipeline/indexer/conform';
import { HttpClient } from '../../pipeline/indexer/http_client';
import type { JsonObject } from '../../pipeline/indexer/shape/shaped';
import { askAbilities, setUp } from '../../pipeline/setup/setup';
import { checkout } from '../../stack/layout';
import { type Node, startNode } from '../faults/support/world';

let node: Node;
let http: HttpClient;

beforeAll(async () => {
  node = await startNode();
  http = new HttpClient({ urls: [new URL(node.store.url)], requestTimeoutMs: 30_000 });
  await setUp(http, { namespace: 'shapes', retentionDays: 30, dryRun: false });
});
afterAll(async () => {
  http?.close();
  await node?.stop();
});

interface BulkAnswer {
  errors: boolean;
  items: { create: { status: number; error?: unknown } }[];
}

async function bulk(docs: readonly JsonObject[]): Promise<BulkAnswer> {
  const body = docs.map((doc) => `{"create":{"_index":"logs-syslog-shapes"}}\n${JSON.stringify(doc)}\n`).join('');
  const answer = await http.send('POST', '/_bulk', body, 'application/x-ndjson');
  expect(answer.status, answer.body.toString().slice(0, 500)).toBe(200);
  return JSON.parse(answer.body.toString()) as BulkAnswer;
}

/** Names that documents really use, so that known fields get values of every shape. */
const name = fc.oneof(
  fc.constantFrom('message', 'host', 'name', 'http', 'request', 'response', 'status_code', 'id', 'event', 'created'),
  fc.constantFrom(
    'duration',
    'source',
    'ip',
    'rota',
    'attempts',
    'n',
    'extra',
    'labels',
    'tags',
    'log.level',
    '@timestamp',
  ),
  fc.constantFrom('', '.', 'a.', '.a', 'a..b', ' ', '__proto__', '\u0000', 'x'.repeat(40_000)),
  fc.string({ maxLength: 8 }),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('x'.repeat(40_000), '\ud800', '2026-11-23T10:00:00Z'),
    ),
    fc.oneof(fc.double(), fc.integer(), fc.boolean(), fc.constantFrom(null, 1e308, Number.MAX_SAFE_INTEGER + 2)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4 }),
  ),
}));

test('whatever a document holds, once conformed Elasticsearch refuses none', async () => {
  const docs = fc.sample(fc.dictionary(name, value, { maxKeys: 6 }), { numRuns: 4_000, seed: Date.now() % 2 ** 31 });
  for (let start = 0; start < docs.length; start += 500) {
    // What the indexer gets went through JSON once.
    const originals = docs.slice(start, start + 500).map((doc) => JSON.parse(JSON.stringify(doc)) as JsonObject);
    const answer = await bulk(originals.map((doc) => conform(structuredClone(doc))));
    const refused = answer.items.findIndex((item) => item.create.status !== 201);
    const why =
      refused === -1
        ? ''
        : `${JSON.stringify(answer.items[refused])} ${JSON.stringify(originals[refused]).slice(0, 2_000)}`;
    expect(why).toBe('');
  }
});

test.each([
  '2026-02-30T00:00:00Z',
  '2026-02-31',
  '2026-11-23T24:00:00Z',
  '2026-11-23T10:00:60Z',
  '2026-11-23T10:00:00+19:00',
  '2026-11-23T10:00:00-18:30',
  '2026-11-23T10:00:00+12:60',
  '2026-11-23T10:00:00+18:00',
  '2026-11-23T10:00:00,5+0100',
  '2024-02-29',
])('a document that says its time is %s is taken', async (time) => {
  // Behind a good one of the same second: what is remembered of that must not count for this.
  const good = conform({ '@timestamp': `${time.slice(0, 10)}T10:00:00Z` });
  const answer = await bulk([good, conform({ '@timestamp': time, event: { created: time } })]);
  expect(answer.items.map(({ create }) => [create.status, create.error])).toEqual([
    [201, undefined],
    [201, undefined],
  ]);
});

test('a document deeper than any parser likes is taken', async () => {
  let deep: JsonObject = { end: true };
  for (let level = 0; level < 900; level += 1) deep = { d: deep };
  const answer = await bulk([conform({ '@timestamp': '2026-11-23T10:00:00Z', deep })]);
  expect(answer.items[0]!.create).toMatchObject({ status: 201 });
});

test('unknown fields do not change the mapping', async () => {
  const before = JSON.stringify(await node.store.send('GET', '/logs-syslog-shapes/_mapping'));
  await bulk([{ '@timestamp': '2026-11-23T10:00:00Z', never_seen: { before: 1 } }]);
  expect(JSON.stringify(await node.store.send('GET', '/logs-syslog-shapes/_mapping'))).toBe(before);
});

test('what moved to rota.extra is found there', async () => {
  await bulk([conform({ '@timestamp': '2026-11-23T10:00:00Z', cart: { colour: 'vermilion' } })]);
  const found = await node.store.search('logs-syslog-shapes', { term: { 'rota.extra.cart.colour': 'vermilion' } });
  expect(found).toHaveLength(1);
});

const rotaSetup = (...args: string[]) =>
  promisify(execFile)(process.execPath, [
    join(checkout, 'pipeline/bin/rota-setup.mjs'),
    '--elasticsearch',
    node.store.url,
    ...args,
  ]);

interface Template {
  index_templates?: { index_template: { version: number; priority: number } }[];
}
const installed = async (namespace: string) =>
  (await node.store.send<Template>('GET', `/_index_template/logs-${namespace}`)).index_templates?.[0]?.index_template;

test('rota-setup: a dry run changes nothing, the first run installs, the second keeps', async () => {
  const dry = await rotaSetup('--namespace', 'one', '--dry-run');
  expect(dry.stdout).toContain('Dry run: nothing was changed.');
  expect(await installed('one')).toBeUndefined();
  expect((await rotaSetup('--namespace', 'one')).stdout).toMatch(/created\s+index template logs-one/);
  expect(await installed('one')).toMatchObject({ version: TEMPLATE_VERSION, priority: 350 });
  expect((await rotaSetup('--namespace', 'one')).stdout).toMatch(/kept\s+index template logs-one/);
});

test('rota-setup says plainly where the cluster has no lifecycle', async () => {
  const { indexLifecycle, dataStreamLifecycle } = await askAbilities(http);
  const { stdout } = await rotaSetup('--namespace', 'one');
  if (indexLifecycle) expect(stdout).toMatch(/lifecycle policy logs-one/);
  else if (dataStreamLifecycle) expect(stdout).toMatch(/data stream lifecycle: logs are deleted/);
  else expect(stdout).toMatch(/left out\s+lifecycle: this cluster has neither/);
});

test('rota-setup brings an older version up to date and rolls its data streams over', async () => {
  const old = { index_patterns: ['logs-*-old'], priority: 350, version: 0, data_stream: {} };
  await node.store.send('PUT', '/_index_template/logs-old', old);
  await node.store.send('POST', '/logs-syslog-old/_doc?op_type=create', { '@timestamp': '2026-11-23T10:00:00Z' });
  const { stdout } = await rotaSetup('--namespace', 'old');
  expect(stdout).toMatch(/updated\s+index template logs-old: version \d+ \(from 0\)/);
  expect(stdout).toContain('rolled over: logs-syslog-old');
  expect(await node.store.backingIndices('logs-syslog-old')).toHaveLength(2);
});

test('rota-setup rolls over what was written before it first ran, and what a run that broke off left, once', async () => {
  // Of somebody else's template, as a full node's own `logs` is.
  const other = { index_patterns: ['logs-*-late'], priority: 10, data_stream: {} };
  await node.store.send('PUT', '/_index_template/other', other);
  await node.store.send('POST', '/logs-syslog-late/_doc?op_type=create', { '@timestamp': '2026-11-23T10:00:00Z' });
  const dry = await rotaSetup('--namespace', 'late', '--dry-run');
  expect(dry.stdout).toContain('rolled over: logs-syslog-late');
  expect(await node.store.backingIndices('logs-syslog-late')).toHaveLength(1);
  expect((await rotaSetup('--namespace', 'late')).stdout).toContain('rolled over: logs-syslog-late');
  expect(await node.store.backingIndices('logs-syslog-late')).toHaveLength(2);
  expect((await rotaSetup('--namespace', 'late')).stdout).not.toContain('rolled over');
  expect(await node.store.backingIndices('logs-syslog-late')).toHaveLength(2);
});

test('rota-setup says which data streams a template of higher priority has, and leaves them alone', async () => {
  const other = { index_patterns: ['logs-syslog-taken'], priority: 500, data_stream: {} };
  await node.store.send('PUT', '/_index_template/higher', other);
  await node.store.send('POST', '/logs-syslog-taken/_doc?op_type=create', { '@timestamp': '2026-11-23T10:00:00Z' });
  const { stdout } = await rotaSetup('--namespace', 'taken');
  expect(stdout).toMatch(/left out\s+data streams: another index template of higher priority has logs-syslog-taken/);
  expect(await node.store.backingIndices('logs-syslog-taken')).toHaveLength(1);
});

test("a site's own settings, in its component template, count", async () => {
  const own = { template: { settings: { number_of_shards: 2, refresh_interval: '5s' } } };
  await node.store.send('PUT', '/_component_template/logs-site@custom', own);
  await rotaSetup('--namespace', 'site');
  await node.store.send('POST', '/logs-syslog-site/_doc?op_type=create', { '@timestamp': '2026-11-23T10:00:00Z' });
  const settings = await node.store.send<Record<string, { settings: { index: object } }>>(
    'GET',
    '/logs-syslog-site/_settings',
  );
  expect(Object.values(settings)[0]?.settings.index).toMatchObject({ number_of_shards: '2', refresh_interval: '5s' });
});

test('a new retention holds for data streams that are there, where the cluster has a lifecycle', async () => {
  await rotaSetup('--namespace', 'kept');
  await node.store.send('POST', '/logs-syslog-kept/_doc?op_type=create', { '@timestamp': '2026-11-23T10:00:00Z' });
  expect((await rotaSetup('--namespace', 'kept')).stdout).not.toMatch(/created|updated/);
  const { stdout } = await rotaSetup('--namespace', 'kept', '--retention-days', '7');
  const { indexLifecycle, dataStreamLifecycle } = await askAbilities(http);
  if (!indexLifecycle && !dataStreamLifecycle) return expect(stdout).toMatch(/left out\s+lifecycle/);
  expect(stdout).toMatch(/updated\s+(lifecycle policy logs-kept|data stream lifecycle): logs are deleted after 7 days/);
  const path = indexLifecycle ? '/_ilm/policy/logs-kept' : '/_data_stream/logs-syslog-kept/_lifecycle';
  expect(JSON.stringify(await node.store.send('GET', path))).toContain('"7d"');
});

test('rota-setup leaves the template of a newer Rota alone', async () => {
  const newer = { index_patterns: ['logs-*-newer'], priority: 350, version: 999, data_stream: {} };
  await node.store.send('PUT', '/_index_template/logs-newer', newer);
  expect((await rotaSetup('--namespace', 'newer')).stdout).toMatch(
    /kept\s+index template logs-newer: version 999 is newer/,
  );
});

test('rota-setup names the mend when it cannot do its work', async () => {
  const failure = await rotaSetup('--elasticsearch', 'http://127.0.0.1:9').catch(
    (error: { stderr: string; code: number }) => error,
  );
  expect(failure).toMatchObject({ code: 1, stderr: expect.stringContaining('no answer from http://127.0.0.1:9') });
  const page = createServer((_, answer) => answer.end('<html>Welcome</html>')).listen(0, '127.0.0.1');
  await once(page, 'listening');
  const { port } = page.address() as AddressInfo;
  const wrong = await rotaSetup('--elasticsearch', `http://127.0.0.1:${port}`).catch(
    (error: { stderr: string }) => error,
  );
  page.close();
  expect(wrong).toMatchObject({ stderr: expect.stringContaining("not JSON; is the address really Elasticsearch's?") });
  const noCa = await rotaSetup('--ca', '/nowhere.pem').catch((error: { stderr: string }) => error);
  expect(noCa.stderr).toContain('--ca: cannot read /nowhere.pem');
  const unknown = await rotaSetup('--colour').catch((error: { stderr: string }) => error);
  expect(unknown.stderr).toContain('rota-setup --help');
});
