import { Client } from '@elastic/elasticsearch';
import { type DevHost, startDevHost } from '../../dev/host';
import { loadMorning } from '../fixtures/morning/load';
import { MORNING } from '../fixtures/morning/story';

/** No line was ever written to this namespace. */
const EMPTY_NAMESPACE = 'nothing_yet';

/** Gives the specs a host with the morning behind it, one with nothing behind it, and takes down what it started. */
export default async function setup(): Promise<() => Promise<void>> {
  const elasticsearchUrl = process.env['ROTA_E2E_ELASTICSEARCH'];
  if (!elasticsearchUrl) {
    throw new Error(
      'Set ROTA_E2E_ELASTICSEARCH to an Elasticsearch 8 (the morning is put there); with ROTA_E2E_URL, too, the specs run in that Kibana.',
    );
  }
  if (!(await hasMorning(elasticsearchUrl))) await loadMorning(elasticsearchUrl);
  const started: DevHost[] = [];
  const provide = async (name: string, settings = {}) => {
    if (process.env[name]) return;
    const host = await startDevHost({ port: 0, elasticsearchUrl, settings });
    started.push(host);
    process.env[name] = host.url;
  };
  await provide('ROTA_E2E_URL');
  await provide('ROTA_E2E_EMPTY_URL', { namespace: EMPTY_NAMESPACE });
  return async () => {
    for (const host of started) await host.close();
  };
}

async function hasMorning(node: string): Promise<boolean> {
  const client = new Client({ node });
  try {
    const { count } = await client.count({
      index: 'logs-nginx.access-rota',
      ignore_unavailable: true,
      query: {
        range: { '@timestamp': { gte: MORNING.start, lt: MORNING.start + MORNING.length, format: 'epoch_millis' } },
      },
    });
    return count > 0;
  } finally {
    await client.close();
  }
}
