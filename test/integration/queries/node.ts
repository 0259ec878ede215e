import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@elastic/elasticsearch';
import {
  API,
  type Envelope,
  type ErrorBody,
  EXPORT_PATH,
  type RouteData,
  type RouteInput,
  type RouteName,
} from '../../../common/api';
import { indexTemplate, templateName } from '../../../pipeline/elasticsearch/templates';
import type { HostResponse, HostRoute, SearchClient } from '../../../server/host';
import { registerRoutes } from '../../../server/routes';
import { settingsSchema } from '../../../server/settings';
import { ownedFolder } from '../../../stack/account';
import { distributions, home } from '../../../stack/layout';
import { freeBlock } from '../../../stack/ports';
import { elasticsearchService } from '../../../stack/services/elasticsearch';
import { fetchDistribution } from '../../../stack/setup/elasticsearch_distribution';
import type { Doc } from './documents';

/** A real Elasticsearch of its own (or the one that ROTA_TEST_ELASTICSEARCH_URL names), with Rota's template. */
export async function startNode(): Promise<{ client: Client; url: string; stop: () => Promise<void> }> {
  const given = process.env['ROTA_TEST_ELASTICSEARCH_URL'];
  if (given !== undefined) return { client: new Client({ node: given }), url: given, stop: async () => undefined };
  const plan = await freeBlock();
  const folder = ownedFolder(join(home(), `queries-${plan.base}`));
  const service = elasticsearchService({
    home: await fetchDistribution(distributions()),
    folder,
    port: plan.elasticsearch,
    transportPort: plan.elasticsearchTransport,
  });
  await service.start();
  const stop = async () => {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${plan.elasticsearch}`;
  return { client: new Client({ node: url }), url, stop };
}

/** Puts the template of a namespace and loads documents into its data streams. */
export async function load(client: Client, namespace: string, docs: Iterable<Doc>): Promise<number> {
  const template = indexTemplate(namespace, { indexLifecycle: false, dataStreamLifecycle: false }, 30);
  await client.transport.request({
    method: 'PUT',
    path: `/_index_template/${templateName(namespace)}`,
    body: template,
  });
  let count = 0;
  let body: object[] = [];
  const send = async () => {
    if (body.length === 0) return;
    const answer = await client.bulk({ operations: body, refresh: false });
    const bad = answer.items.find((item) => (item.create?.status ?? 0) >= 300 && item.create?.status !== 409);
    if (bad) throw new Error(`bulk: ${JSON.stringify(bad)}`);
    body = [];
  };
  for (const { stream, id, body: doc } of docs) {
    body.push({ create: { _index: stream, _id: id } }, doc);
    count++;
    if (body.length >= 8000) await send();
  }
  await send();
  await client.indices.refresh({ index: `logs-*-${namespace}` });
  return count;
}

/** The plugin's routes on a host without HTTP: a function per route, and a count of the searches it cost. */
export function rotaApi(client: SearchClient, namespace: string, changes: object = {}) {
  const routes = new Map<string, HostRoute>();
  const calls: string[] = [];
  const counting: SearchClient = {
    transport: {
      request: (params, options) => {
        calls.push(`${params.method} ${params.path}`);
        return client.transport.request(params, options);
      },
    },
  };
  registerRoutes({
    settings: settingsSchema.parse({ namespace, ...changes }),
    logger: { debug: () => undefined, info: () => undefined, warn: console.warn, error: console.error },
    route: (route) => routes.set(route.path, route),
  });
  const send = (path: string, body: unknown, signal = new AbortController().signal): Promise<HostResponse> =>
    routes.get(path)!.handler({ body, elasticsearch: counting, principal: 'tester', signal });

  return {
    calls,
    send,
    export: (body: unknown) => send(EXPORT_PATH, body),
    /** Asks one route and checks the answer against its schema. */
    async ask<N extends RouteName>(name: N, body: RouteInput<N>): Promise<Envelope<RouteData<N>>> {
      const { status, body: answer } = await send(API[name].path, body);
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(answer as ErrorBody)}`);
      const envelope = answer as Envelope<RouteData<N>>;
      const data = API[name].data.strict().parse(envelope.data) as RouteData<N>;
      return { ...envelope, data };
    },
  };
}
