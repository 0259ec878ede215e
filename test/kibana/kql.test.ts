import { Client } from '@elastic/elasticsearch';
import fc from 'fast-check';
import moment from 'moment-timezone';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { API } from '../../common/api';
import { kqlToQuery } from '../../common/kql';
import { malformedKql } from '../../common/kql/malformed_kql';
import { type DevHost, startDevHost } from '../../dev/host';
import { loadMorning } from '../fixtures/morning/load';
import { MORNING } from '../fixtures/morning/story';
import { kibanaQuery } from './kibana_kql';
import { kql, QUERIES } from './kql_grammar';

type Query = Record<string, unknown>;
const RANDOM_QUERIES = 400;
const BATCH = 40;

const { elasticsearchUrl, urls } = inject('kibana');
const client = new Client({ node: elasticsearchUrl });
let dev: DevHost;

beforeAll(async () => {
  await loadMorning(elasticsearchUrl);
  dev = await startDevHost({ port: 0, elasticsearchUrl });
});
afterAll(async () => {
  await dev?.close();
  await client.close();
});

const WINDOW = {
  from: new Date(MORNING.start).toISOString(),
  to: new Date(MORNING.start + MORNING.length).toISOString(),
};
const MORNINGS = { range: { '@timestamp': { gte: WINDOW.from, lt: WINDOW.to } } };

interface Compared {
  text: string;
  /** Documents that both find, and those that only one finds; a string is Elasticsearch's refusal. */
  both: number | string;
  onlyRota: number | string;
  onlyKibana: number | string;
}

/** Runs both queries over all of the morning's lines, and each without what the other finds. */
async function compare(texts: readonly string[], zone?: string): Promise<Compared[]> {
  const searches = texts.flatMap((text) => {
    const [rota, own] = [kqlToQuery(text, zone), kibanaQuery(text, zone)];
    return [
      { filter: [MORNINGS, rota, own] },
      { filter: [MORNINGS, rota], must_not: [own] },
      { filter: [MORNINGS, own], must_not: [rota] },
    ].flatMap((bool) => [{ index: 'logs-*-rota' }, { size: 0, track_total_hits: true, query: { bool } }]);
  });
  const { responses } = await client.msearch({ searches });
  const found = responses.map((answer) => {
    if ('error' in answer) return String(answer.error.root_cause?.[0]?.reason ?? answer.error.reason);
    const { total } = answer.hits;
    return typeof total === 'number' ? total : (total?.value ?? Number.NaN);
  });
  return texts.map((text, n) => {
    const [both, onlyRota, onlyKibana] = found.slice(n * 3, n * 3 + 3) as [number, number, number];
    return { text, both, onlyRota, onlyKibana };
  });
}

function meaning(read: (text: string) => Query, text: string): unknown {
  try {
    const query = read(text);
    // Kibana hands a bare null on, and Elasticsearch refuses it.
    return asksForNull(query) ? 'refused' : plain(query);
  } catch {
    return 'refused';
  }
}

function asksForNull(query: unknown): boolean {
  if (typeof query !== 'object' || query === null) return false;
  return Object.entries(query).some(([kind, body]) => {
    if (kind === 'match' || kind === 'match_phrase') return Object.values(body as Query)[0] === null;
    if (kind === 'multi_match') return (body as Query)['query'] === null;
    return asksForNull(body);
  });
}

/** Kibana's parser takes seconds for texts with more brackets inside each other. */
const SHALLOW = 6;
const shallow = (text: string) => (text.match(/[({]/g) ?? []).length <= SHALLOW;

/** A query without what changes nothing: a choice of one, a list of one. */
function plain(query: unknown): unknown {
  if (Array.isArray(query)) return query.map(plain);
  if (typeof query !== 'object' || query === null) return query;
  const { should, must_not, ...rest } = ((query as { bool?: Record<string, unknown> }).bool ?? {}) as Query;
  if (Array.isArray(should) && should.length === 1) return plain(should[0]);
  if (must_not && Object.keys(rest).length === 0) return { bool: { must_not: [must_not].flat().map(plain) } };
  // Wildcards side by side mean one.
  const { query_string } = query as { query_string?: { query: string } };
  if (query_string) return { query_string: { ...query_string, query: query_string.query.replace(/(?<!\\)\*+/g, '*') } };
  // A bare true or null for a nested field's name is no name; both find nothing.
  return Object.fromEntries(
    Object.entries(query).map(([key, value]) => [key, key === 'path' ? `${value}` : plain(value)]),
  );
}

const differing = (all: Compared[]) => all.filter(({ onlyRota, onlyKibana }) => onlyRota !== 0 || onlyKibana !== 0);

describe('Rota’s KQL beside Kibana’s own', () => {
  it('finds the same lines for each query of the table', async () => {
    const all = await compare(QUERIES);
    expect(differing(all)).toEqual([]);
    // A table that finds nothing would prove nothing.
    expect(all.filter(({ both }) => Number(both) > 0).length).toBeGreaterThan(QUERIES.length / 2);
  });

  it.each(['UTC', 'Asia/Kolkata', 'America/St_Johns'])(
    'finds the same lines for times without an offset, in %s',
    async (zone) => {
      const local = (minute: number) => moment.tz(MORNING.start + minute * 60_000, zone).format('YYYY-MM-DDTHH:mm:ss');
      const all = await compare(
        [
          `@timestamp >= "${local(15)}"`,
          `@timestamp < ${local(10).replaceAll(':', '\\:')} and not event.ingested : *`,
          `@timestamp : "${local(12).slice(0, 16)}"`,
          `@timestamp : "${local(0).slice(0, 10)}"`,
          `not (@timestamp > "${local(5)}" or @timestamp <= "${local(1)}")`,
          `@timestamp >= "${new Date(MORNING.start + 900_000).toISOString()}"`,
          'http.response.status_code >= 500 and event.created < "2099-01-01"',
        ],
        zone,
      );
      expect(differing(all)).toEqual([]);
      expect(all.filter(({ both }) => Number(both) > 0).length).toBeGreaterThanOrEqual(4);
      // The zone is not passed over.
      const [later] = await compare([`@timestamp >= "${local(15)}"`], 'Pacific/Kiritimati');
      expect(later!.both).not.toBe(all[0]!.both);
    },
  );

  it(`finds the same lines for ${RANDOM_QUERIES} queries made from the grammar`, async () => {
    const valid = kql.filter(shallow).filter((text) => meaning(kibanaQuery, text) !== 'refused');
    const texts = fc.sample(valid, { numRuns: RANDOM_QUERIES, seed: Date.now() });
    const all: Compared[] = [];
    for (let at = 0; at < texts.length; at += BATCH) all.push(...(await compare(texts.slice(at, at + BATCH))));
    expect(differing(all)).toEqual([]);
    expect(all.filter(({ both }) => Number(both) > 0).length).toBeGreaterThan(RANDOM_QUERIES / 4);
  });

  it.each([
    ['texts that are mostly no KQL', malformedKql.filter(shallow)],
    ['queries made from the grammar', kql.filter(shallow)],
  ])('means and refuses the same, for 20,000 %s', (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        expect({ text, meant: meaning(kqlToQuery, text) }).toEqual({ text, meant: meaning(kibanaQuery, text) });
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('the routes in Kibana and in the development host', () => {
  const nested = (depth: number) => `${'('.repeat(depth)}url.path : *${')'.repeat(depth)}`;

  const summary = async (base: string, text: string) => {
    const response = await fetch(`${base}${API.requests.path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'kbn-xsrf': 'rota', 'x-elastic-internal-origin': 'rota' },
      body: JSON.stringify({ ...WINDOW, kql: text }),
    });
    const body = (await response.json()) as { data?: { summary?: unknown; rows?: unknown }; code?: string };
    return { status: response.status, code: body.code, data: body.data };
  };

  // What a query finds is compared above; here, that both hosts ask with it.
  it.each(['', 'rota.attempts.status_code : 502', ...QUERIES.filter((_, n) => n % 5 === 0)])(
    'answer alike to: %s',
    async (text) => {
      expect(await summary(urls[0]!, text)).toEqual(await summary(dev.url, text));
    },
  );

  it('answer at once what Kibana’s own parser would take hours for, and refuse what nobody writes', async () => {
    expect(await summary(urls[0]!, nested(20))).toMatchObject({ status: 200 });
    expect(await summary(urls[0]!, nested(21))).toMatchObject({ status: 400, code: 'invalid_kql' });
  });

  it.each(['url.path : (', 'a:', '"open', 'not(a:1)', 'host.* : web-1'])('refuse alike, with 400: %s', async (text) => {
    for (const base of [urls[0]!, dev.url]) {
      expect(await summary(base, text)).toMatchObject({ status: 400, code: 'invalid_kql' });
    }
  });
});
