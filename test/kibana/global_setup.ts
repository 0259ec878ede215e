import type { TestProject } from 'vitest/node';
import { missingKibana } from '../../scripts/kibana_home';
import { type KibanaWorld, startKibanaWorld } from '../support/kibana/world';

declare module 'vitest' {
  interface ProvidedContext {
    kibana: Pick<KibanaWorld, 'elasticsearchUrl' | 'urls'>;
  }
}

/** Two Kibanas on one Elasticsearch without security, for all files of this project. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const missing = missingKibana('These tests');
  if (missing) throw new Error(missing);
  const { elasticsearchUrl, urls, stop } = await startKibanaWorld({
    kibanas: 2,
    // Kibana splits keys at their dots; it starts only if the plugin understands what it makes of them.
    settings: () => ({ 'rota.hosts': { '10.99.0.9:80': 'web-9' } }),
  });
  project.provide('kibana', { elasticsearchUrl, urls });
  return stop;
}
