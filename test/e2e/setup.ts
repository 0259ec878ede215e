import { Client } from '@elastic/elasticsearch';
import { startDevHost } from '../../dev/host';
import { loadMorning } from '../fixtures/morning/load';
import { MORNING } from '../fixtures/morning/story';

/** Gives the specs a host with the morning behind it, and takes down what it started. */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  const elasticsearchUrl = process.env['ROTA_E2E_ELASTICSEARCH'];
  if (elasticsearchUrl && !(await hasMorning(elasticsearchUrl))) await loadMorning(elasticsearchUrl);
  if (process.env['ROTA_E2E_URL']) return undefined;
  if (!elasticsearchUrl) {
    throw new Error(
      'Set ROTA_E2E_ELASTICSEARCH to an Elasticsearch 8 (the morning is put there), or ROTA_E2E_URL to a Kibana that has it.',
    );
  }
  const host = await startDevHost({ port: 0, elasticsearchUrl });
  process.env['ROTA_E2E_URL'] = host.url;
  return () => host.close();
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
