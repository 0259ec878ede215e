import { Client } from '@elastic/elasticsearch';
import { API } from '../common/api/index.js';
import { type DevHost, startDevHost } from '../dev/host.js';
import { openBrowser } from '../test/support/browser.js';
import { openAndMeasure } from './dashboard/browser.js';
import { type LoadedData, loadManyMornings } from './dashboard/data.js';
import { logsPanels, overviewPanels, type Panel } from './dashboard/panels.js';
import { withElasticsearch } from './elasticsearch.js';
import { median, publish, type Result } from './output.js';
import { percentile } from './pipeline/latency.js';

const DOCUMENTS = Number(process.env['ROTA_BENCH_DOCUMENTS'] || 1_000_000);
const ROUNDS = Number(process.env['ROTA_BENCH_ROUNDS'] || 3);
const ANSWERS_A_ROUND = 6;

const VIEWS = ['rotation', 'health', 'requests', 'delivery'] as const;
const PEERS: Record<string, (from: number, to: number) => Panel[]> = {
  'elastic-nginx:overview': overviewPanels,
  'elastic-nginx:logs': logsPanels,
};

type Ask = (from: number, to: number) => Promise<unknown>;

/**
 * `npm run bench -- dashboard`: how long a view's data takes on a big data set, beside the plain aggregations that the
 * panels of Elastic's nginx dashboards need, over the same range, in turns. Each question is asked for a range that ends
 * some milliseconds earlier, so that no cache answers: not Rota's, not Elasticsearch's.
 */
export async function run(argv: readonly string[]): Promise<void> {
  await withElasticsearch(async (url) => {
    const began = Date.now();
    const data = await loadManyMornings(url, DOCUMENTS);
    const hours = (data.to - data.from) / 3_600_000;
    console.log(`${data.documents} documents of ${hours} h, loaded in ${Math.round((Date.now() - began) / 1000)} s`);
    const host = await startDevHost({ port: 0, elasticsearchUrl: url });
    try {
      publish([...(await serverTimes(url, host, data)), ...(await browserTimes(host, data))], argv);
    } finally {
      await host.close();
    }
  });
}

async function serverTimes(elasticsearchUrl: string, host: DevHost, data: LoadedData): Promise<Result[]> {
  const client = new Client({ node: elasticsearchUrl });
  const subjects: [string, Ask][] = [
    ...VIEWS.map((view): [string, Ask] => [`rota:${view}`, (from, to) => askRoute(host, view, from, to)]),
    ...Object.entries(PEERS).map(([name, panels]): [string, Ask] => [
      name,
      (from, to) => Promise.all(panels(from, to).map(({ index, body }) => client.search({ index, ...body }))),
    ]),
  ];
  const figures = new Map(subjects.map(([name]) => [name, { p50: [] as number[], p90: [] as number[] }]));
  let asked = 0;
  // Round 0 warms Elasticsearch's Java up; it is not counted.
  for (let round = 0; round <= ROUNDS; round++) {
    const times = new Map(subjects.map(([name]) => [name, [] as number[]]));
    for (let n = 0; n < ANSWERS_A_ROUND; n++) {
      for (const [name, ask] of subjects) {
        const start = performance.now();
        await ask(data.from, data.to - ++asked);
        times.get(name)!.push(performance.now() - start);
      }
    }
    if (round === 0) continue;
    for (const [name, list] of times) {
      figures.get(name)!.p50.push(percentile(list, 0.5));
      figures.get(name)!.p90.push(percentile(list, 0.9));
    }
  }
  await client.close();
  const peerRequests = Object.entries(PEERS).map(
    ([subject, panels]): Result => ({ subject, metric: 'requests', value: panels(0, 1).length, unit: '' }),
  );
  const times = [...figures].flatMap(([name, { p50, p90 }]) => [
    median(name, 'server_p50_ms', 'ms', p50),
    median(name, 'server_p90_ms', 'ms', p90),
  ]);
  return [...times, ...peerRequests];
}

async function askRoute(host: DevHost, view: (typeof VIEWS)[number], from: number, to: number): Promise<void> {
  const response = await fetch(`${host.url}${API[view].path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'kbn-xsrf': 'rota' },
    body: JSON.stringify({ from: new Date(from).toISOString(), to: new Date(to).toISOString() }),
  });
  const answer = (await response.json()) as { partial?: boolean; cached?: boolean; message?: string };
  if (!response.ok || answer.partial || answer.cached) {
    throw new Error(
      `${view} did not answer in full: ${response.status} ${answer.message ?? JSON.stringify(answer).slice(0, 200)}`,
    );
  }
}

async function browserTimes(host: DevHost, data: LoadedData): Promise<Result[]> {
  const browser = await openBrowser();
  const context = await browser.newContext({ viewport: { width: 1600, height: 1000 } });
  const figures = new Map(VIEWS.map((view) => [view, { drawn: [] as number[], requests: [] as number[] }]));
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      for (const view of VIEWS) {
        const to = new Date(data.to - 1000 - round).toISOString();
        const url = `${host.url}/app/rota/${view}?from=${new Date(data.from).toISOString()}&to=${to}`;
        const { drawn_ms, requests } = await openAndMeasure(context, url);
        if (round === 0) continue;
        figures.get(view)!.drawn.push(drawn_ms);
        figures.get(view)!.requests.push(requests);
      }
    }
  } finally {
    await browser.close();
  }
  return [...figures].flatMap(([view, { drawn, requests }]) => [
    median(`rota:${view}`, 'drawn_ms', 'ms', drawn),
    median(`rota:${view}`, 'requests', '', requests),
  ]);
}
