import { DEPLOY, FAILED_FRONTEND } from '../fixtures/morning/story';
import { type Span, Truth } from './truth';

/** A part of the morning in a namespace of its own: what other deployments would have written of it. */
interface Deployment {
  namespace: string;
  datasets: string[];
  host?: string;
  span: Span;
}

/** One webapp with the SDK and nothing before it. */
export const ONE_HOST: Deployment = {
  namespace: 'e2e_one_host',
  datasets: ['rota.access', 'rota.app', 'rota.sdk'],
  host: 'web-1',
  span: { from: DEPLOY.from - 300_000, to: DEPLOY.from + 120_000 },
};

/** A cloud's balancer, which logs nothing: the frontends' lines are the first that tell. */
export const CLOUD: Deployment = {
  namespace: 'e2e_cloud',
  datasets: ['nginx.access', 'rota.access'],
  span: { from: FAILED_FRONTEND.from - 120_000, to: FAILED_FRONTEND.to + 120_000 },
};

/** Copies the deployments' parts out of the morning; what is there already stays. */
export async function copyDeployments(elasticsearchUrl: string): Promise<void> {
  const truth = new Truth(elasticsearchUrl);
  try {
    for (const { namespace, datasets, host, span } of [ONE_HOST, CLOUD]) {
      for (const dataset of datasets) {
        if ((await truth.count(dataset, { match_all: {} }, span, namespace)) > 0) continue;
        const query = host === undefined ? { match_all: {} } : { term: { 'host.name': host } };
        const found = await truth.documents(dataset, query, { span });
        await truth.write(
          found.map(({ id, doc }) => ({ dataset, id, doc })),
          namespace,
        );
      }
    }
  } finally {
    await truth.close();
  }
}
