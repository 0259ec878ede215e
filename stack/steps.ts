import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildPipeline, INDEXER_BUNDLE } from '../pipeline/build.js';
import { buildPlugin } from '../scripts/build_plugin.js';
import { give } from './account.js';
import { bundleProgram } from './bundle.js';
import { checkout, distributions } from './layout.js';
import { devDashboard } from './services/dashboard.js';
import { elasticsearchService } from './services/elasticsearch.js';
import { haproxyBalancer } from './services/haproxy.js';
import { assertKibanaHome, installPlugin, kibanaDashboard } from './services/kibana.js';
import { nginxFrontend } from './services/nginx.js';
import { rsyslogAgent, rsyslogServer } from './services/rsyslog.js';
import { nodeWebapp } from './services/webapp.js';
import {
  assertDisk,
  distributionHome,
  ELASTICSEARCH_VERSION,
  fetchDistribution,
  hasDistribution,
} from './setup/elasticsearch_distribution.js';
import { assertUsable, needsFullElasticsearch } from './setup/elasticsearch_node.js';
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
  const programs = { indexer: '', webapp: '' };
  return [
    {
      title: 'Check ports and disk',
      run: async () => {
        if (options.kibanaHome && options.elasticsearch === 'embedded') throw needsFullElasticsearch();
        assertDisk(stack.folders.root);
        await stack.assertPortsFree();
      },
    },
    {
      title: 'Bundle the indexer and the demo webapp',
      run: async () => {
        const out = (name: string) => join(stack.folders.assets, name);
        await buildPipeline();
        programs.indexer = out('indexer.cjs');
        copyFileSync(INDEXER_BUNDLE, programs.indexer);
        programs.webapp = await bundleProgram('stack/webapps/node/main.ts', out('webapp.cjs'));
      },
    },
    { title: 'Start Elasticsearch', run: () => startElasticsearch(stack) },
    { title: 'Install the index templates', run: (say) => installIndexTemplates(stack, say) },
    { title: 'Start the rsyslog server and the nodes\u2019 agents', run: () => startRsyslog(stack, programs.indexer) },
    { title: `Start ${count(stack)} webapps`, run: () => startWebapps(stack, programs.webapp) },
    { title: `Start ${options.frontends} nginx frontends`, run: () => startFrontends(stack) },
    { title: 'Start HAProxy', run: () => startBalancer(stack) },
    {
      title: options.kibanaHome ? 'Start Kibana with the plugin' : 'Start the dashboard',
      run: (say) => startDashboard(stack, say),
    },
  ];
}

const count = ({ options }: Stack) => options.frontends * options.webappsPerFrontend;
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

async function startElasticsearch(stack: Stack): Promise<void> {
  const { options, ports, folders } = stack;
  const wanted = options.elasticsearch;
  if (wanted === 'embedded' || 'home' in wanted) {
    await stack.run(
      elasticsearchService({
        home: wanted === 'embedded' ? distributionHome(distributions()) : wanted.home,
        folder: folders.of('elasticsearch'),
        logFolder: folders.logs,
        port: ports.elasticsearch,
        transportPort: ports.elasticsearchTransport,
        onChange: stack.save,
      }),
    );
  }
  await assertUsable(stack.elasticsearchUrl, { full: options.kibanaHome !== undefined });
}

async function startRsyslog(stack: Stack, indexer: string): Promise<void> {
  const { options, ports, folders } = stack;
  give(indexer);
  const common = { pipeline: folders.pipeline, logFolder: folders.logs, onChange: stack.save };
  await stack.run(
    rsyslogServer({
      ...common,
      host: 'log-1',
      folder: folders.of('log-1'),
      ports: ports.rsyslog,
      profile: options.profile,
      namespace: options.namespace,
      elasticsearchUrl: stack.elasticsearchUrl,
      indexer,
    }),
  );
  const agent = (host: string, settings: Record<string, string>) =>
    stack.run(
      rsyslogAgent({
        ...common,
        name: `agent-${host}`,
        host,
        folder: folders.of(`agent-${host}`),
        serverPort: ports.rsyslog.relp,
        settings,
      }),
    );
  await Promise.all([
    agent('lb-1', { ROTA_PORT_AGENT: String(ports.haproxyLog) }),
    ...upTo(options.frontends).map((n) => {
      const logs = join(folders.of(`frontend-${n}`), 'logs');
      return agent(`frontend-${n}`, {
        ROTA_PORT_AGENT: String(ports.agent(n)),
        ROTA_NGINX_ACCESS: join(logs, 'access.log'),
        ROTA_NGINX_ERROR: join(logs, 'error.log'),
      });
    }),
  ]);
}

async function startWebapps(stack: Stack, program: string): Promise<void> {
  const { ports, folders } = stack;
  give(program);
  await Promise.all(
    upTo(count(stack)).map((n) =>
      stack.run(
        nodeWebapp({
          name: `web-${n}`,
          port: ports.webapp(n),
          folder: folders.of(`web-${n}`),
          logFolder: folders.logs,
          syslogUrl: `relp://127.0.0.1:${ports.rsyslog.relp}`,
          program,
          onChange: stack.save,
        }),
      ),
    ),
  );
}

async function startFrontends(stack: Stack): Promise<void> {
  const { options, ports, folders } = stack;
  await Promise.all(
    upTo(options.frontends).map((n) =>
      stack.run(
        nginxFrontend({
          name: `frontend-${n}`,
          port: ports.frontend(n),
          pipeline: folders.pipeline,
          folder: folders.of(`frontend-${n}`),
          logFolder: folders.logs,
          webapps: upTo(options.webappsPerFrontend).map(
            (k) => `127.0.0.1:${ports.webapp((n - 1) * options.webappsPerFrontend + k)}`,
          ),
          retryOn5xx: options.retryOn5xx,
          onChange: stack.save,
        }),
      ),
    ),
  );
}

async function startBalancer(stack: Stack): Promise<void> {
  const { options, ports, folders } = stack;
  await stack.run(
    haproxyBalancer({
      pipeline: folders.pipeline,
      folder: folders.of('lb-1'),
      logFolder: folders.logs,
      sitePort: ports.site,
      statsPort: ports.haproxyStats,
      logPort: ports.haproxyLog,
      frontends: upTo(options.frontends).map((n) => `127.0.0.1:${ports.frontend(n)}`),
      probe: options.probe,
      onChange: stack.save,
    }),
  );
}

async function startDashboard(stack: Stack, say: (text: string) => void): Promise<void> {
  const { options, ports, folders, elasticsearchUrl, save } = stack;
  const common = { port: ports.dashboard, elasticsearchUrl, logFolder: folders.logs, onChange: save };
  const home = options.kibanaHome;
  if (home === undefined) return stack.run(devDashboard(common));
  say('building the plugin');
  const { zip, kibanaVersion } = await buildPlugin({ root: checkout });
  assertKibanaHome(home, kibanaVersion);
  await installPlugin(home, zip, say);
  say('starting Kibana');
  await stack.run(kibanaDashboard({ ...common, home, folder: folders.of('kibana') }));
}
