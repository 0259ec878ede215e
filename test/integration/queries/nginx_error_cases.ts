import { describe, expect, it } from 'vitest';
import { readShapeSettings } from '../../../pipeline/indexer/shape/settings';
import { shape } from '../../../pipeline/indexer/shape/shape';
import type { Doc } from './documents';
import type { rotaApi } from './node';

/** Lines as nginx writes them and rsyslog hands them over, made into documents by the indexer's own shaper. */
const SECOND = Date.parse('2026-11-22T10:00:07Z');
const settings = readShapeSettings({});
const CONNECTION = '12';

interface Request {
  id: string;
  path: string;
  /** Its end after SECOND, and how long it took, ms. */
  end: number;
  took: number;
  nth: number;
  frontend?: string;
  connection?: string;
}

/** Three requests of one kept-alive connection, two of them in one second, and one of another nginx's connection 12. */
const REQUESTS: Request[] = [
  { id: 'first', path: '/cart', end: 350, took: 200, nth: 1 },
  { id: 'second', path: '/checkout', end: 900, took: 300, nth: 2 },
  { id: 'third', path: '/cart', end: 4100, took: 50, nth: 3 },
  { id: 'elsewhere', path: '/cart', end: 400, took: 200, nth: 1, frontend: 'frontend-2' },
  { id: 'quiet', path: '/cart', end: 400, took: 200, nth: 1, connection: '13' },
];

/** What nginx logged while it worked on them. */
const ERRORS = [
  { of: 'first', message: 'connect() failed (111: Connection refused) while connecting to upstream', at: 160 },
  { of: 'first', message: 'upstream server temporarily disabled while connecting to upstream', at: 160 },
  { of: 'second', message: 'upstream timed out (110: Connection timed out) while reading response header', at: 880 },
  { of: 'elsewhere', message: 'no live upstreams while connecting to upstream', at: 390 },
];

export function* nginxErrorDocuments(namespace: string): Generator<Doc> {
  for (const request of REQUESTS) yield stored(namespace, accessLine(request));
  for (const [i, { of, message, at }] of ERRORS.entries()) {
    yield stored(namespace, errorLine(REQUESTS.find(({ id }) => id === of)!, message, at, i));
  }
}

function header(dataset: string, host: string, offset: number): object {
  const sd = `[rota@32473 dataset="${dataset}" file="/var/log/nginx/${dataset}" offset="${offset}" id="F-${offset}"]`;
  const [ts, rcv] = ['2026-11-22T10:00:12.000000+00:00', '2026-11-22T10:00:12.500000+00:00'];
  const rest = { from: '10.0.0.1', pri: '134', app: 'rota', pid: '-', mid: '-', lf: '' };
  return { in: 'relp', id: `${host}-${dataset}-${offset}`, d: dataset, h: host, ts, rcv, sd, ...rest };
}

function accessLine({ id, path, end, took, nth, frontend = 'frontend-1', connection = CONNECTION }: Request): Buffer {
  const logged = {
    rota: 1,
    msec: ((SECOND + end) / 1000).toFixed(3),
    id,
    connection,
    connection_requests: String(nth),
    remote_addr: '192.0.2.1',
    peer: '10.0.0.2',
    request: `GET ${path} HTTP/1.1`,
    status: '200',
    request_time: (took / 1000).toFixed(3),
    pool: 'webapps',
    upstream_addr: '10.0.0.21:8021, 10.0.0.22:8021',
    upstream_status: '502, 200',
    upstream_response_time: '0.010, 0.040',
  };
  return Buffer.from(`${JSON.stringify(header('nginx.access', frontend, end))}\t${JSON.stringify(logged)}`);
}

function errorLine({ path, frontend = 'frontend-1' }: Request, message: string, at: number, n: number): Buffer {
  const [date, time] = new Date(SECOND + at).toISOString().slice(0, 19).replaceAll('-', '/').split('T');
  const upstream = 'http://10.0.0.21:8021';
  const context = `192.0.2.1, server: _, request: "GET ${path} HTTP/1.1", upstream: "${upstream}${path}", host: "shop"`;
  const text = `${date} ${time} [error] 77#77: *${CONNECTION} ${message}, client: ${context}`;
  return Buffer.from(`${JSON.stringify(header('nginx.error', frontend, 1000 + n))}\t${text}`);
}

function stored(namespace: string, line: Buffer): Doc {
  const shaped = shape(line, settings);
  if (shaped.kind !== 'document') throw new Error(`${shaped.reason}: ${line}`);
  const { id, dataset } = shaped.doc['event'] as { id: string; dataset: string };
  return { stream: `logs-${dataset}-${namespace}`, id, body: shaped.doc };
}

type Api = ReturnType<typeof rotaApi>;

export function nginxErrorCases(api: () => Api, lame: () => Api): void {
  describe('trace with nginx’s error log', () => {
    it.each(REQUESTS.map(({ id }) => id))('shows of the request "%s" its own error lines, and no other', async (id) => {
      const { data } = await api().ask('trace', { request_id: id });
      const expected = ERRORS.filter(({ of }) => of === id).map(({ message }) => message);
      const hops = data.hops.filter(({ dataset }) => dataset === 'nginx.error');
      expect(hops.map(({ message }) => message).sort()).toEqual([...expected].sort());
      expect(data.lines.filter(({ by_connection }) => by_connection)).toHaveLength(expected.length);
      expect(data.lines.filter(({ by_connection }) => !by_connection).map(({ dataset }) => dataset)).toEqual([
        'nginx.access',
      ]);
      // They speak of the attempt that failed, and stand with it.
      for (const { parent } of hops) expect(data.hops.find((hop) => hop.id === parent)!.label).toContain('attempt 1');
      for (const { original } of data.lines.filter(({ by_connection }) => by_connection)) {
        expect(original).toMatch(/^2026\/11\/22 10:00:07 \[error\] 77#77: \*12 /);
      }
    });

    it('shows the rest of a trace, and says so, where the error log cannot be read', async () => {
      const { data, partial, partial_reasons } = await lame().ask('trace', { request_id: 'first' });
      expect(partial).toBe(true);
      expect(partial_reasons.map(({ message }) => message).join()).toContain('nginx’s error lines');
      expect(data.hops.map(({ kind }) => kind)).toEqual(['frontend', 'attempt', 'attempt']);
    });

    it('costs one search more where a frontend’s line tells its connection, and none elsewhere', async () => {
      await api().ask('trace', { request_id: 'first' });
      api().calls.length = 0;
      await api().ask('trace', { request_id: 'first' });
      expect(api().calls).toHaveLength(2);
      api().calls.length = 0;
      await api().ask('trace', { request_id: 'nobody' });
      expect(api().calls).toHaveLength(1);
    });
  });
}
