import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildPipeline, INDEXER_BUNDLE } from '../pipeline/build.js';
import { bundleProgram } from './bundle.js';
import {
  makeStackCertificates,
  type Prepared,
  startBalancer,
  startDashboard,
  startElasticsearch,
  startFrontends,
  startRsyslog,
  startWebapps,
  webappCount,
} from './launch.js';
import { distributions } from './layout.js';
import {
  assertDisk,
  ELASTICSEARCH_VERSION,
  fetchDistribution,
  hasDistribution,
} from './setup/elasticsearch_distribution.js';
import { needsFullElasticsearch } from './setup/elasticsearch_node.js';
import { importIntoStack } from './setup/import_logs.js';
import { installIndexTemplates } from './setup/index_templates.js';
import { installPackages, missingPackages, type Purpose } from './setup/packages.js';
import type { Stack } from './stack.js';

/** One step of a start: what it says, and what it does. `say` shows how far a long one is. */
export interface Step {
  title: string;
  run: (say: (text: string) => void) => Promise<void>;
}

/** The steps that bring what this machine lacks; empty when it lacks nothing. */
export async function installSteps(purposes: Purpose[], embedded: boolean): Promise<Step[]> {
  const steps: Step[] = [];
  const fetch = embedded && !hasDistribution(distributions());
  const wanted: Purpose[] = fetch && !existsSync('/usr/bin/mvn') ? [...purposes, 'elasticsearch'] : purposes;
  const packages = await missingPackages(wanted);
  if (packages.length > 0) {
    steps.push({
      title: `Install Debian packages: ${packages.join(', ')}`,
      run: (say) => installPackages(packages, say),
    });
  }
  if (fetch) {
    steps.push({
      title: `Fetch Elasticsearch ${ELASTICSEARCH_VERSION} (85 MB, with Maven)`,
      run: async () => void (await fetchDistribution(distributions())),
    });
  }
  return steps;
}

/** The steps that start a stack's services, each ready before the next begins. */
export function startSteps(stack: Stack): Step[] {
  const { options } = stack;
  const check = {
    title: 'Check ports and disk',
    run: async () => {
      if (options.kibanaHome && options.elasticsearch === 'embedded') throw needsFullElasticsearch();
      assertDisk(stack.folders.root);
      await stack.assertPortsFree();
    },
  };
  const store = [
    { title: 'Start Elasticsearch', run: () => startElasticsearch(stack) },
    {
      title: 'Install the index templates',
      run: (say: (text: string) => void) => installIndexTemplates(stack, say),
    },
  ];
  const dashboard = {
    title: options.kibanaHome ? 'Start Kibana with the plugin' : 'Start the dashboard',
    run: (say: (text: string) => void) => startDashboard(stack, say),
  };
  if (options.logs) {
    const read = {
      title: 'Read the logs',
      run: async (say: (text: string) => void) => {
        stack.imported = await importIntoStack(stack, say);
      },
    };
    return [check, ...store, read, dashboard];
  }
  const ready = {} as Prepared;
  return [
    check,
    {
      title: 'Bundle the indexer and the demo webapp, make certificates',
      run: async () => void Object.assign(ready, await prepare(stack)),
    },
    ...store,
    {
      title: 'Start the rsyslog server and the nodes\u2019 agents',
      run: () => startRsyslog(stack, ready),
    },
    {
      title: `Start ${webappCount(stack)} webapps`,
      run: () => startWebapps(stack, ready),
    },
    { title: `Start ${options.frontends} nginx frontends`, run: () => startFrontends(stack) },
    { title: 'Start HAProxy', run: () => startBalancer(stack) },
    dashboard,
  ];
}

async function prepare(stack: Stack): Promise<Prepared> {
  const out = (name: string) => join(stack.folders.assets, name);
  const [certificates, webapp] = await Promise.all([
    makeStackCertificates(stack),
    bundleProgram('stack/webapps/node/main.ts', out('webapp.cjs')),
    buildPipeline(),
  ]);
  const indexer = out('indexer.cjs');
  copyFileSync(INDEXER_BUNDLE, indexer);
  return { indexer, webapp, certificates };
}
