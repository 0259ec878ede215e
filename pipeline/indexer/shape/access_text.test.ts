import fc from 'fast-check';
import { expect, it } from 'vitest';
import { intake } from '../intake';
import { documentOf } from '../item';
import { createShape, type ShapedText, shape } from '.';
import { ResendMemory } from './resend';
import { readShapeSettings } from './settings';

const STOCK = {
  addr: '198.51.100.7',
  user: '-',
  time: '23/Nov/2026:10:00:00 +0000',
  request: 'GET /api/v1/items?id=7&page=2 HTTP/1.1',
  status: '200',
  bytes: '512',
  referer: 'https://www.example.com/cart',
  agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0',
};
const HEADER = {
  in: 'relp',
  id: '',
  d: 'nginx.access',
  h: 'frontend-1',
  from: '10.0.0.1',
  ts: '2026-11-23T10:00:00.123456+00:00',
  rcv: '2026-11-23T10:00:00.500000+00:00',
  pri: '182',
  app: 'nginx',
  pid: '-',
  mid: '-',
  sd: '[rota@32473 dataset="nginx.access" file="/var/log/nginx/access.log" offset="4711" id="F-4711"]',
  lf: '',
  ver: '1',
};

type Fields = Partial<Record<keyof typeof STOCK | 'extra' | 'host', string>>;

function lineOf(fields: Fields, header: Partial<typeof HEADER> = {}): Buffer {
  const { host, extra, ...f } = { ...STOCK, ...fields } as Required<Fields>;
  const raw =
    `${host === undefined ? '' : `${host} `}${f.addr} - ${f.user} [${f.time}] "${f.request}" ${f.status} ${f.bytes} ` +
    `"${f.referer}" "${f.agent}"${extra === undefined ? '' : ` ${extra}`}`;
  return Buffer.from(`${JSON.stringify({ ...HEADER, ...header })}\t${raw.replace(/\n/g, ' ')}`);
}

/** Both ways to the same item: by the shaper that the indexer has, and by the one that builds each document. */
function bothWays(line: Buffer, env: Record<string, string> = {}) {
  const settings = readShapeSettings(env);
  const memory = new ResendMemory();
  const ready = createShape(settings);
  let kind = '';
  const short = intake(
    line,
    (bytes) => {
      const shaped = ready(bytes);
      kind = shaped.kind;
      return shaped;
    },
    settings.namespace,
  );
  const long = intake(line, (bytes) => shape(bytes, settings, memory), settings.namespace);
  return { kind, short, long };
}

function expectSame(line: Buffer, env: Record<string, string> = {}): ShapedText['kind'] | string {
  const { kind, short, long } = bothWays(line, env);
  expect(documentOf(short)).toEqual(documentOf(long));
  for (const name of ['dataset', 'stream', 'id', 'times', 'mayBeResend', 'line'] as const) {
    expect(short[name], name).toEqual(long[name]);
  }
  const place = (item: typeof short) => item.body.toString('utf8', item.ingestedAt, item.ingestedAt + 24);
  expect(place(short)).toBe(place(long));
  return kind;
}

it.each([
  ['the stock line', {}],
  ['a probe', { agent: 'Octavia/1.0', addr: '10.0.0.2' }],
  ['a probe without a name', { agent: '-', request: 'GET / HTTP/1.0' }],
  ['a user, no referrer', { user: 'ada lovelace', referer: '-' }],
  ['a leading host', { host: 'shop.example:8080' }],
  ['an error', { status: '502', bytes: '0' }],
  ['no answer begun', { status: '000' }],
  ['a name for an address', { addr: 'unix:' }],
  ['IPv6, an extension, a fragment', { addr: '2001:db8::7', request: 'GET /static/app.js#top HTTP/2.0' }],
  ['absolute form', { request: 'GET http://example.com:8080/a?b=c HTTP/1.1' }],
  ['CONNECT', { request: 'CONNECT example.com:443 HTTP/1.1' }],
  ['HTTP/0.9', { request: 'GET /' }],
  ['quotes and UTF-8 that nginx escaped', { request: 'GET /\\xC3\\xA9\\x22 HTTP/1.1', agent: 'a\\x22b\\x5Cc' }],
  ['text beyond ASCII', { agent: 'Ünïcode 😀 \u2028', referer: 'https://例え.jp/' }],
] as const)('%s takes the short way, and it is the same document', (_, fields) => {
  expect(expectSame(lineOf(fields))).toBe('text');
});

it.each([
  ['extras', { extra: 'rt=0.004 id=abc' }, {}],
  ['a request that is none', { request: '\\x16\\x03\\x01' }, {}],
  ['a time that is none', { time: '31/Feb/2026:10:00:00 +0000' }, {}],
  ['a line of gunicorn', {}, { sd: HEADER.sd.replace('nginx.access', 'gunicorn.access') }],
  ['a bare line', {}, { in: 'tcp_raw' }],
  ['no file', {}, { sd: '[rota@32473 dataset="nginx.access" file="" offset="" id="F-1"]' }],
  ['an id too long', {}, { sd: HEADER.sd.replace('F-4711', 'x'.repeat(600)) }],
  ['a header without a time', {}, { ts: '' }],
])('%s takes the long way', (_, fields, header) => {
  expect(expectSame(lineOf(fields, header))).not.toBe('text');
});

it('takes the long way for bytes that are not UTF-8 and for lines over 64 KiB', () => {
  expect(expectSame(Buffer.concat([lineOf({}), Buffer.from([0x20, 0xff])]))).toBe('document');
  expect(expectSame(Buffer.concat([lineOf({}), Buffer.from(` ${'x'.repeat(70_000)}`)]))).toBe('document');
});

it('obeys the settings', () => {
  expect(expectSame(lineOf({}), { ROTA_ANONYMIZE: 'truncate' })).toBe('document');
  expect(expectSame(lineOf({}), { ROTA_KEEP_ORIGINAL: 'off', ROTA_NAMESPACE: 'blue' })).toBe('text');
  expect(expectSame(lineOf({ agent: 'my-monitor 1' }), { ROTA_HEALTH_AGENTS: 'my-monitor' })).toBe('text');
});

it('makes the same document of any text in any field', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.constantFrom('-', '', '/', '"', '\\', '__proto__', '\t'),
  );
  const fields = fc.record<Fields>(
    {
      addr: fc.oneof(fc.ipV4(), fc.ipV6(), text),
      user: text,
      request: fc.oneof(
        text,
        fc
          .tuple(fc.constantFrom('GET', 'POST', 'get', 'CONNECT'), text)
          .map(([method, target]) => `${method} /${target} HTTP/1.1`),
      ),
      status: fc.oneof(fc.integer({ min: 0, max: 1100 }).map(String), text),
      bytes: fc.oneof(fc.nat().map(String), text),
      referer: text,
      agent: text,
    },
    { requiredKeys: [] },
  );
  const header = fc.record({ h: text }, { requiredKeys: [] });
  const kinds = new Map<string, number>();
  fc.assert(
    fc.property(fields, header, (some, head) => {
      const kind = expectSame(lineOf(some, head));
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }),
    { numRuns: 2_000 },
  );
  expect(kinds.get('text')).toBeGreaterThan(100);
});
