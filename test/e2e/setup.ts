import { join } from 'node:path';
import { Client } from '@elastic/elasticsearch';
import { type DevHost, startDevHost } from '../../dev/host';
import { type Assets, buildAssets } from '../../dev/server/assets';
import { indexTemplate, templateName } from '../../pipeline/elasticsearch/templates';
import { loadMorning } from '../fixtures/morning/load';
import { MORNING } from '../fixtures/morning/story';
import { CLOUD, copyDeployments, ONE_HOST } from './deployments';

/** No line was ever written to this namespace. */
const EMPTY_NAMESPACE = 'nothing_yet';

/**
 * Gives the specs a host with the morning behind it (or takes the Kibana of ROTA_E2E_URL), development hosts with other
 * deployments and with nothing behind them, and takes down what it started.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const elasticsearchUrl = process.env['ROTA_E2E_ELASTICSEARCH'];
  if (!elasticsearchUrl) {
    throw new Error(
      'Set ROTA_E2E_ELASTICSEARCH to an Elasticsearch 8 (the morning is put there); with ROTA_E2E_URL, too, the specs run in that Kibana.',
    );
  }
  if (!(await hasMorning(elasticsearchUrl))) await loadMorning(elasticsearchUrl);
  await putTemplate(elasticsearchUrl, [CLOUD.namespace, ONE_HOST.namespace]);
  await copyDeployments(elasticsearchUrl);
  const started: DevHost[] = [];
  let assets: Assets | undefined;
  const provide = async (name: string, settings = {}) => {
    if (process.env[name]) return;
    assets ??= await buildAssets(join(import.meta.dirname, '../..'));
    const host = await startDevHost({ port: 0, elasticsearchUrl, settings, assets });
    started.push(host);
    process.env[name] = host.url;
  };
  await provide('ROTA_E2E_URL');
  await provide('ROTA_E2E_EMPTY_URL', { namespace: EMPTY_NAMESPACE });
  await provide('ROTA_E2E_CLOUD_URL', { namespace: CLOUD.namespace });
  await provide('ROTA_E2E_ONE_HOST_URL', { namespace: ONE_HOST.namespace });
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

/** Each namespace has a template of its own, as each installation has. */
async function putTemplate(node: string, namespaces: string[]): Promise<void> {
  const client = new Client({ node });
  try {
    for (const namespace of namespaces) {
      await client.transport.request({
        method: 'PUT',
        path: `/_index_template/${templateName(namespace)}`,
        body: indexTemplate(namespace, { indexLifecycle: false, dataStreamLifecycle: false }, 30),
      });
    }
  } finally {
    await client.close();
  }
}
