import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intake } from '../../pipeline/indexer/intake.js';
import { documentOf } from '../../pipeline/indexer/item.js';
import { differences } from '../../pipeline/indexer/same_event.js';
import { createShape, readShapeSettings } from '../../pipeline/indexer/shape';
import type { Json, JsonObject } from '../../pipeline/indexer/shape/shaped.js';
import { again } from '../support/lines/again.js';

const HEADER = {
  in: 'relp',
  id: '0123456789ABCDEF0123456789ABCDEF',
  d: '',
  h: 'web-1',
  from: '10.0.0.1',
  ts: '2026-11-23T10:00:00.123456+00:00',
  rcv: '2026-11-23T10:00:00.500000+00:00',
  pri: '134',
  app: 'shop',
  pid: '42',
  mid: '-',
  sd: '[meta sequenceId="1"]',
  lf: '',
  ver: '1',
};
const lineOf = (text: string, header: Partial<typeof HEADER> = {}) =>
  Buffer.from(`${JSON.stringify({ ...HEADER, ...header })}\t${text}`);

/** A site's settings may change between the first copy and its repeat. */
const SETTINGS = [
  {},
  { ROTA_KEEP_ORIGINAL: 'off' },
  { ROTA_ANONYMIZE: 'truncate' },
  { ROTA_HEALTH_SOURCES: '0.0.0.0/0' },
];
const shapes = SETTINGS.map((env) => createShape(readShapeSettings(env as Record<string, string>)));

function documentBy(shape: (typeof shapes)[number], line: Buffer): { doc: JsonObject; id: string; dataset: string } {
  const item = intake(line, shape, 'rota');
  return { doc: documentOf(item), id: item.id, dataset: item.dataset };
}

function expectSame(line: Buffer): void {
  for (const first of shapes) {
    for (const second of shapes) {
      const [a, b] = [documentBy(first, line), documentBy(second, again(line))];
      expect(b.id).toBe(a.id);
      expect(b.dataset).toBe(a.dataset);
      expect(differences(a.doc, b.doc, a.dataset), JSON.stringify([a.doc, b.doc])).toEqual([]);
    }
  }
}

const text = fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.constantFrom('é', '10.1.2.3:80', 'a\tb'));
/** An SDK's event, with whatever its application adds. */
const event = fc
  .record({
    message: text,
    extra: fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }),
    time: fc.constantFrom<Json | undefined>('2026-11-23T10:00:00.000Z', 1795428000000, 'noon', undefined),
    sequence: fc.nat(),
    agent: fc.constantFrom('kube-probe/1.27', 'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0'),
    dataset: fc.constantFrom('rota.app', 'rota.access', 'rota.sdk'),
  })
  .map(
    ({ message, extra, time, sequence, agent, dataset }): JsonObject => ({
      ...(extra as JsonObject),
      ...(time === undefined ? {} : { '@timestamp': time }),
      ecs: { version: '8.11.0' },
      message,
      tags: ['a'],
      host: { name: 'web-1' },
      event: { id: `run-${sequence}`, sequence, dataset },
      agent: { ephemeral_id: 'run' },
      user_agent: { original: agent },
      http: { response: { status_code: 200 } },
    }),
  );

const ACCESS = {
  addr: '203.0.113.9',
  user: '-',
  time: '23/Nov/2026:10:00:00 +0000',
  request: 'GET /a?b=c HTTP/1.1',
  status: '200',
  bytes: '512',
  referer: '-',
  agent: 'kube-probe/1.27',
};
const agent = (dataset: string) =>
  `[rota@32473 dataset="${dataset}" file="/var/log/nginx/x.log" offset="4711" id="F-4711"]`;
const ERROR = {
  date: '2026/11/23',
  time: '10:00:00',
  level: 'error',
  pid: '7',
  tid: '7',
  connection: '42',
  message: 'no such file',
};
const access = (changes: Partial<typeof ACCESS> = {}) => {
  const a = { ...ACCESS, ...changes };
  const line = `${a.addr} - ${a.user} [${a.time}] "${a.request}" ${a.status} ${a.bytes} "${a.referer}" "${a.agent}"`;
  return lineOf(line, { d: 'nginx.access', h: 'frontend-1', sd: agent('nginx.access') });
};
const rotaNginx = (changes: Record<string, string | number> = {}) =>
  lineOf(
    JSON.stringify({
      ...{
        rota: 1,
        msec: '1795428000.123',
        id: 'r1',
        connection: '12',
        connection_requests: '3',
        remote_addr: '203.0.113.9',
      },
      ...{
        peer: '10.0.0.2',
        remote_port: '4000',
        request: 'GET / HTTP/1.1',
        status: '200',
        body_bytes_sent: '5',
        agent: 'x/1',
      },
      ...{
        upstream_addr: '10.0.0.7:80, 10.0.0.8:80',
        upstream_status: '502, 200',
        request_time: '0.010',
        pool: 'webapps',
      },
      ...changes,
    }),
    { d: 'nginx.access', h: 'frontend-1', sd: agent('nginx.access') },
  );
const nginxError = (changes: Partial<typeof ERROR> = {}) => {
  const e = { ...ERROR, ...changes };
  return lineOf(`${e.date} ${e.time} [${e.level}] ${e.pid}#${e.tid}: *${e.connection} ${e.message}`, {
    d: 'nginx.error',
    h: 'frontend-1',
    sd: agent('nginx.error'),
  });
};

describe('what comes again is the same event, however it comes and whatever the site has set meanwhile', () => {
  it('an SDK’s event', () =>
    fc.assert(
      fc.property(event, (doc) => expectSame(lineOf(JSON.stringify(doc)))),
      { numRuns: 300 },
    ));

  it('an event of a host that does not say its name', () => {
    expectSame(lineOf(JSON.stringify({ message: 'm', ecs: {}, event: { id: 'E-1' } }), { h: '-' }));
  });

  it('an access line', () =>
    fc.assert(
      fc.property(fc.stringMatching(/^[ !#-Z^-~]{0,20}$/), fc.ipV4(), (word, addr) => {
        expectSame(access({ request: `GET /${word} HTTP/1.1`, agent: word || '-', addr }));
      }),
      { numRuns: 100 },
    ));

  it('a line of Rota’s nginx format', () => expectSame(rotaNginx()));
  it('an error line, whose local times are read by an agent of another zone', () => expectSame(nginxError()));
  it('a bare line', () => expectSame(lineOf('a word', { sd: '-' })));
  it('another program’s JSON', () => expectSame(lineOf('{"a":{"b":[1,null]},"msg":"m"}', { sd: '-' })));
});

describe('other content under the same id is told', () => {
  const [shape] = shapes as [(typeof shapes)[number]];
  const between = (a: Buffer, b: Buffer, by = shape) => {
    const [first, second] = [documentBy(by, a), documentBy(by, b)];
    return differences(first.doc, second.doc, first.dataset);
  };
  const base: JsonObject = {
    '@timestamp': '2026-11-23T10:00:00.000Z',
    ecs: { version: '8' },
    message: 'paid',
    tags: ['a'],
    host: { name: 'web-1' },
    event: { id: 'run-7', sequence: 7, dataset: 'rota.app' },
    agent: { ephemeral_id: 'run' },
    http: { response: { status_code: 500 } },
    labels: { order: '1' },
    cart: { items: 3 },
  };

  it.each<[string, JsonObject]>([
    ['message', { message: 'not paid' }],
    ['host.name', { host: { name: 'web-2' } }],
    ['@timestamp', { '@timestamp': '2026-11-23T10:00:00.001Z' }],
    ['tags', { tags: ['a', 'health_check'] }],
    ['http.response.status_code', { http: { response: { status_code: 200 } } }],
    ['agent.ephemeral_id', { agent: { ephemeral_id: 'other' } }],
    ['event.sequence', { event: { id: 'run-7', sequence: 8, dataset: 'rota.app' } }],
    ['labels.order', { labels: { order: '2' } }],
    ['rota.extra.cart.items', { cart: { items: 4 } }],
    ['rota.tier', { rota: { tier: 'lb' } }],
  ])('%s of an event', (name, change) => {
    expect(between(lineOf(JSON.stringify(base)), lineOf(JSON.stringify({ ...base, ...change })))).toContain(name);
  });

  it('a field that was put where nobody finds it', () => {
    const { http, ...rest } = base;
    const hidden = { ...rest, rota: { extra: { http: http as Json } } };
    expect(between(lineOf(JSON.stringify(hidden)), lineOf(JSON.stringify(base)))).toContain(
      'http.response.status_code',
    );
  });

  it('a time that is the first copy’s own, not its receipt’s', () => {
    const early = {
      ...base,
      '@timestamp': '2020-01-01T00:00:00.000Z',
      event: { ...(base['event'] as JsonObject), created: '2020-01-01T00:00:00.000Z' },
    };
    expect(between(lineOf(JSON.stringify(early)), lineOf(JSON.stringify(base)))).toEqual(['@timestamp']);
    const unreadable = { ...base, '@timestamp': '2020-01-01T00:00:00.000Z', rota: { extra: { '@timestamp': 'noon' } } };
    expect(between(lineOf(JSON.stringify(unreadable)), lineOf(JSON.stringify(base)))).toContain('@timestamp');
  });

  it.each([shapes[0]!, shapes[1]!])('anything of a line, with its original and without (%#)', (by) => {
    for (const change of [
      { addr: '203.0.113.8' },
      { request: 'GET / HTTP/1.1' },
      { status: '500' },
      { bytes: '1' },
      { agent: 'x' },
    ]) {
      expect(between(access(), access(change), by), JSON.stringify(change)).not.toEqual([]);
    }
    const changed: Record<string, string>[] = [
      { status: '500' },
      { request: 'GET /x HTTP/1.1' },
      { remote_addr: '203.0.113.8' },
      { request_time: '9' },
    ];
    for (const change of changed) {
      expect(between(rotaNginx(), rotaNginx(change), by), JSON.stringify(change)).not.toEqual([]);
    }
    for (const change of [{ message: 'other' }, { level: 'crit' }, { connection: '43' }, { time: '10:00:01' }]) {
      expect(between(nginxError(), nginxError(change), by), JSON.stringify(change)).not.toEqual([]);
    }
    const other = lineOf(access().toString().split('\t')[1]!, {
      d: 'nginx.access',
      h: 'frontend-2',
      sd: agent('nginx.access'),
    });
    expect(between(access(), other, by)).toEqual(['host.name']);
  });

  it('any leaf that an event says, whatever it is called', () => {
    const leaf = fc
      .tuple(event, fc.string({ minLength: 1, maxLength: 6 }), fc.nat(), fc.nat())
      .filter(([, , a, b]) => a !== b);
    fc.assert(
      fc.property(leaf, ([doc, name, a, b]) => {
        const [first, second] = [a, b].map((value) => lineOf(JSON.stringify({ ...doc, own: { [name]: value } })));
        expect(between(first as Buffer, second as Buffer)).not.toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
