import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type Cursor, type RequestRow, SORT_FIELDS } from '../../../common/api';
import type { rotaApi } from './node';
import { countBy, nginxLines, SCOPE } from './truth';
import { START, type World, type WorldRequest } from './world';

type Api = ReturnType<typeof rotaApi>;

async function textOf(body: unknown): Promise<string> {
  expect(body).toBeInstanceOf(Readable);
  let text = '';
  for await (const chunk of body as Readable) text += chunk;
  return text;
}

export function requestsCases(world: World, apis: () => { full: Api }): void {
  const all = nginxLines(world);
  const met = (request: WorldRequest) => request.attempts.some(({ status }) => status >= 500);

  describe('requests', () => {
    it('counts who met a 5XX, whom a retry saved, and whom it reached', async () => {
      const { data } = await apis().full.ask('requests', { ...SCOPE, kql: 'http.response.status_code >= 500' });
      const failed = all.filter(met);
      const summary = data.summary!;
      expect(summary).toMatchObject({
        matching: failed.length,
        total: all.length,
        lower_bound: false,
        met_5xx: failed.length,
        covered_by_retry: failed.filter(({ status }) => status < 500).length,
        reached_client: failed.filter(({ status }) => status >= 500).length,
        probes_excluded: world.probes.filter(({ t }) => t >= Date.parse(SCOPE.from)).length,
      });
      const posts = failed.filter(({ method, status }) => method === 'POST' && status >= 500).length;
      expect(summary.never_retried).toEqual([{ method: 'POST', count: posts }]);
      expect(summary.headline).toBe(`${failed.length} of ${all.length.toLocaleString('en-US')} requests met a 5XX`);
      const classes = countBy(failed, ({ status }) => `${Math.floor(status / 100)}xx`);
      expect(Object.fromEntries(summary.histogram.groups.map(({ key, total }) => [key, total]))).toEqual(classes);
    });

    it('finds a request by what only its webapp or its application knows', async () => {
      const { full } = apis();
      const matching = async (kql: string) =>
        (await full.ask('requests', { ...SCOPE, kql, parts: ['summary'] })).data.summary!.matching;
      const of = (webapp: string) =>
        all.filter(({ attempts }) => attempts.some((a) => a.webapp === webapp && a.logged)).length;
      expect(await matching('host.name: "web-3"')).toBe(of('web-3'));
      const logged = all.filter(({ attempts }) => attempts.some((a) => a.status >= 500 && a.logged));
      expect(await matching('error.type: "TypeError"')).toBe(logged.length);
      expect(await matching('service.version: "1.5.0"')).toBe(
        all.filter(({ attempts }) => attempts.some((a) => a.version === '1.5.0' && a.logged)).length,
      );
    });

    it('pages through all that match, newest first, each once', async () => {
      const { full } = apis();
      const expected = all
        .filter(({ method, path }) => method === 'POST' && path === '/checkout')
        .sort((a, b) => b.end - a.end);
      const rows: RequestRow[] = [];
      let after: Cursor | undefined;
      for (let page = 0; page < 20; page++) {
        const { data } = await full.ask('requests', {
          ...SCOPE,
          kql: 'url.path: "/checkout"',
          parts: ['rows'],
          size: 200,
          after,
        });
        rows.push(...data.rows!.rows);
        if (data.rows!.after === null) break;
        after = data.rows!.after;
      }
      expect(rows.map(({ request_id }) => request_id).sort()).toEqual(expected.map(({ id }) => id).sort());
      expect(rows.map(({ t }) => t)).toEqual(expected.map(({ end }) => end));
    });

    it('shows a row’s attempts in order, and the time lost on those that failed', async () => {
      const retried = all.find(({ attempts }) => attempts.length === 2)!;
      const { data } = await apis().full.ask('requests', {
        ...SCOPE,
        kql: `http.request.id: "${retried.id}"`,
        parts: ['rows'],
        columns: ['user_agent.original', 'rota.pool'],
      });
      const [row] = data.rows!.rows;
      expect(data.rows!.rows).toHaveLength(1);
      expect(row!.attempts.map(({ host, status, duration_ms }) => [host, status, duration_ms])).toEqual(
        retried.attempts.map(({ webapp, status, ms }) => [webapp, status, ms]),
      );
      expect(row).toMatchObject({ failed_ms: retried.attempts[0]!.ms, method: retried.method, host: retried.frontend });
      expect(row!.columns).toEqual({ 'user_agent.original': 'Firefox 120', 'rota.pool': 'webapps' });
    });

    it('filters by a part of an attempt: pills, KQL with braces and without; and shows it as a column', async () => {
      const { full } = apis();
      const retried = all.filter(({ attempts }) => attempts.length > 1);
      const with500 = retried.filter(({ attempts }) => attempts.some(({ status }) => status === 500));
      const field = 'rota.attempts.status_code';
      const matching = async (scope: object) =>
        (await full.ask('requests', { ...SCOPE, ...scope, parts: ['summary'] })).data.summary!.matching;
      const pill = (op: 'is' | 'is_not' | 'exists' | 'not_exists') =>
        matching({ filters: [{ field, op, ...(op.startsWith('is') ? { value: 500 } : {}) }] });
      expect(with500.length).toBeGreaterThan(0);
      expect(await pill('is')).toBe(with500.length);
      expect(await pill('exists')).toBe(retried.length);
      expect(await matching({ filters: [{ field: 'rota.attempts', op: 'exists' }] })).toBe(retried.length);
      expect(await matching({ kql: 'rota.attempts: { status_code: 500 }' })).toBe(with500.length);
      expect(await matching({ kql: `${field}: 500` })).toBe(with500.length);
      // Lines of inner hops carry no attempts, so a request's own line is told apart.
      const frontends = 'event.dataset: nginx.access and not';
      expect(await matching({ kql: `${frontends} ${field}: 500` })).toBe(all.length - with500.length);
      const { data } = await full.ask('requests', {
        ...SCOPE,
        kql: `http.request.id: "${with500[0]!.id}"`,
        parts: ['rows'],
        columns: [field, 'user_agent.original'],
      });
      const statuses = with500[0]!.attempts.map(({ status }) => status).join(', ');
      expect(data.rows!.rows[0]!.columns).toEqual({ [field]: statuses, 'user_agent.original': 'Firefox 120' });
      const csv = await full.export({
        ...SCOPE,
        kql: `http.request.id: "${with500[0]!.id}"`,
        format: 'csv',
        columns: [field],
      });
      expect(await textOf(csv.body)).toBe(`\ufeff${field}\r\n"${statuses}"\r\n`);
    });

    it('sorts by each of its columns, either way, and pages through without a repeat', async () => {
      const { full } = apis();
      const value: Record<(typeof SORT_FIELDS)[number], (row: RequestRow) => string | number> = {
        '@timestamp': (row: RequestRow) => row.t,
        'event.duration': (row: RequestRow) => row.duration_ms ?? 0,
        'http.response.status_code': (row: RequestRow) => row.status ?? 0,
        'host.name': (row: RequestRow) => row.host ?? '',
      };
      for (const field of SORT_FIELDS) {
        for (const order of ['asc', 'desc'] as const) {
          const page = async (after?: Cursor) =>
            (await full.ask('requests', { ...SCOPE, parts: ['rows'], size: 200, sort: { field, order }, after })).data
              .rows!;
          const first = await page();
          const rows = [...first.rows, ...(await page(first.after!)).rows];
          expect(new Set(rows.map(({ id }) => id)).size).toBe(400);
          const read = rows.map((row) => value[field](row));
          const sorted = [...read].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
          expect(read).toEqual(order === 'asc' ? sorted : sorted.reverse());
        }
      }
    });

    it('excludes a request that has what is excluded on any of its lines', async () => {
      const { full } = apis();
      const matching = async (scope: object) =>
        (await full.ask('requests', { ...SCOPE, ...scope, parts: ['summary'] })).data.summary!.matching;
      for (const [field, value] of [
        ['url.path', '/checkout'],
        ['service.version', '2.14.0'],
        ['error.type', 'TypeError'],
      ]) {
        const having = await matching({ kql: `${field} : "${value}"` });
        expect(await matching({ kql: `not ${field} : "${value}"` })).toBe(all.length - having);
        expect(await matching({ filters: [{ field, op: 'is_not', value }] })).toBe(all.length - having);
      }
    });

    it('breaks the histogram down by any field', async () => {
      const { data } = await apis().full.ask('requests', { ...SCOPE, parts: ['summary'], break_down: 'host.name' });
      expect(Object.fromEntries(data.summary!.histogram.groups.map(({ key, total }) => [key, total]))).toEqual(
        countBy(all, ({ frontend }) => frontend),
      );
    });

    it('follows: what was ingested since the cursor, with its overlap', async () => {
      const { full } = apis();
      const first = await full.ask('requests', { ...SCOPE, parts: ['rows'], size: 10 });
      const cursor = first.data.rows!.live_cursor;
      const next = await full.ask('requests', { ...SCOPE, parts: ['rows'], size: 500, live_after: cursor });
      const newer = all.filter(({ end }) => end + 900 > Number(cursor[0]) - 5000);
      expect(next.data.rows!.rows.map(({ request_id }) => request_id).sort()).toEqual(newer.map(({ id }) => id).sort());
      expect(next.data.rows!.live_new).toBe(0);
    });

    it.each(['', 'service.version: *'])(
      'follows page after page, newest first, and says how many came: "%s"',
      async (kql) => {
        const { full } = apis();
        const since = START + 10 * 60_000;
        const newer = all.filter(
          ({ end, attempts }) => end + 900 > since - 5000 && (kql === '' || attempts.some((a) => a.logged)),
        );
        const rows: RequestRow[] = [];
        let after: Cursor | undefined;
        let pages = 0;
        do {
          const { data } = await full.ask('requests', {
            ...SCOPE,
            kql,
            parts: ['rows'],
            size: 500,
            live_after: [since],
            after,
          });
          rows.push(...data.rows!.rows);
          expect(data.rows!.live_cursor).toEqual([Math.max(...newer.map(({ end }) => end + 900))]);
          expect(data.rows!.live_new).toBe(newer.filter(({ end }) => end + 900 > since).length);
          after = data.rows!.after ?? undefined;
        } while (after && ++pages < 50);
        expect(rows.map(({ request_id }) => request_id).sort()).toEqual(newer.map(({ id }) => id).sort());
        expect(rows.map(({ ingested }) => ingested)).toEqual(newer.map(({ end }) => end + 900).sort((a, b) => b - a));
      },
    );

    it('lets a tail of an empty list begin with the last line that was ingested', async () => {
      const { full } = apis();
      const { data } = await full.ask('requests', { ...SCOPE, kql: 'url.path: "/nowhere"' });
      expect(data).toMatchObject({ state: 'no_match', rows: { rows: [], live_new: null } });
      const [cursor] = data.rows!.live_cursor;
      expect(cursor).toBeGreaterThan(Math.max(...all.map(({ end }) => end)));
      const next = await full.ask('requests', { ...SCOPE, kql: 'url.path: "/nowhere"', live_after: [cursor!] });
      expect(next.data.rows).toMatchObject({ rows: [], live_cursor: [cursor], live_new: 0 });
    });

    it('shows probes when asked to', async () => {
      const { data } = await apis().full.ask('requests', {
        ...SCOPE,
        include_probes: true,
        kql: 'url.path: "/healthz"',
        size: 1,
      });
      expect(data.summary!.matching).toBe(world.probes.filter(({ t }) => t >= Date.parse(SCOPE.from)).length);
      expect(data.rows!.rows[0]!.probe).toBe(true);
    });

    it('exports all that match as NDJSON and CSV', async () => {
      const { full } = apis();
      const body = { ...SCOPE, kql: 'http.request.method: POST', format: 'ndjson' };
      const ids = all
        .filter(({ method }) => method === 'POST')
        .map(({ id }) => id)
        .sort();
      const lines = (await textOf((await full.export(body)).body)).trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line).http.request.id).sort()).toEqual(ids);
      const csv = await full.export({
        ...body,
        format: 'csv',
        columns: ['http.request.id', 'url.path', 'event.duration'],
      });
      expect(csv.headers['content-type']).toMatch(/^text\/csv/);
      const [head, ...rows] = (await textOf(csv.body)).trimEnd().split('\r\n');
      expect(head).toBe('\ufeffhttp.request.id,url.path,event.duration');
      expect(rows.map((row) => row.split(',')[0]).sort()).toEqual(ids);
    });

    it('answers faults of the question with a code and a sentence', async () => {
      const { full } = apis();
      const bad = async (body: object) =>
        (await full.send('/internal/rota/v1/requests', body)) as {
          status: number;
          body: { code: string; message: string };
        };
      expect(await bad({ ...SCOPE, kql: 'a: (' })).toMatchObject({ status: 400, body: { code: 'invalid_kql' } });
      expect(await bad({ from: 'yesterday', to: SCOPE.to })).toMatchObject({
        status: 400,
        body: { code: 'invalid_request', message: /from: must be an ISO 8601/ },
      });
      expect(await bad({ from: SCOPE.to, to: SCOPE.from })).toMatchObject({
        status: 400,
        body: { code: 'invalid_request' },
      });
      expect(await bad({ ...SCOPE, size: 100_000 })).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    });

    it('stops asking when the browser leaves', async () => {
      const aborter = new AbortController();
      aborter.abort();
      const answer = await apis().full.send(
        '/internal/rota/v1/requests',
        { ...SCOPE, kql: 'host.name: web-1', buckets: 13 },
        aborter.signal,
      );
      expect(answer).toMatchObject({ status: 499, body: { code: 'cancelled' } });
    });
  });
}
