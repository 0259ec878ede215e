import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPlugin } from '../scripts/build_plugin.js';
import { give } from './account.js';
import { checkout, distributions, serviceNode } from './layout.js';
import { devDashboard } from './services/dashboard.js';
import { elasticsearchService } from './services/elasticsearch.js';
import { haproxyBalancer } from './services/haproxy.js';
import { assertKibanaHome, installPlugin, kibanaDashboard } from './services/kibana.js';
import { nginxFrontend } from './services/nginx.js';
import { rsyslogAgent, rsyslogServer } from './services/rsyslog.js';
import { djangoWebapp, nodeWebapp } from './services/webapp.js';
import { type Certificates, makeCertificates } from './setup/certificates.js';
import { distributionHome } from './setup/elasticsearch_distribution.js';
import { assertUsable } from './setup/elasticsearch_node.js';
import type { Stack } from './stack.js';

/** How many webapps the whole stack has. */
export const webappCount = ({ options }: Stack) => options.frontends * options.webappsPerFrontend;
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

export async function startElasticsearch(stack: Stack): Promise<void> {
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

/** What the services need before any of them starts: bundled programs' paths, and certificates. */
export interface Prepared {
  indexer: string;
  webapp: string;
  certificates: Certificates;
}

/** A certificate for every host of the stack, from an authority that is new with each start. */
export function makeStackCertificates(stack: Stack): Promise<Certificates> {
  const frontends = upTo(stack.options.frontends).map((n) => `frontend-${n}`);
  const webapps = upTo(webappCount(stack)).map((n) => `web-${n}`);
  return makeCertificates(stack.folders.of('tls'), ['log-1', 'lb-1', ...frontends, ...webapps]);
}

/** All hosts of the stack have one address; each still writes for its own tier alone. UDP is taken too: on loopback no address is forged. */
const SENDERS = `127.0.0.1  host=lb-1        tier=lb
127.0.0.1  host=frontend-*  tier=frontend
127.0.0.1  host=web-*       tier=webapp    input=*
127.0.0.1  host=log-1       tier=log
`;

export async function startRsyslog(stack: Stack, { indexer, certificates }: Prepared): Promise<void> {
  const { options, ports, folders } = stack;
  give(indexer);
  const common = { pipeline: folders.pipeline, logFolder: folders.logs, certificates, onChange: stack.save };
  const senders = join(folders.assets, 'senders');
  writeFileSync(senders, SENDERS);
  await stack.run(
    rsyslogServer({
      ...common,
      host: 'log-1',
      folder: folders.of('log-1'),
      ports: ports.rsyslog,
      inputs: ['relps'],
      profile: options.profile,
      namespace: options.namespace,
      elasticsearchUrl: stack.elasticsearchUrl,
      indexer,
      node: serviceNode(folders),
      settings: { ROTA_SENDERS: senders },
    }),
  );
  const agent = (host: string, settings: Record<string, string>, localPort?: number) =>
    stack.run(
      rsyslogAgent({
        ...common,
        name: `agent-${host}`,
        host,
        folder: folders.of(`agent-${host}`),
        serverPort: ports.rsyslog.relps,
        ...(localPort === undefined ? {} : { localPort }),
        settings,
      }),
    );
  await Promise.all([
    agent('lb-1', {}, ports.haproxyLog),
    ...upTo(options.frontends).map((n) => {
      const logs = join(folders.of(`frontend-${n}`), 'logs');
      return agent(`frontend-${n}`, {
        ROTA_NGINX_ACCESS: join(logs, 'access.log'),
        ROTA_NGINX_ERROR: join(logs, 'error.log'),
      });
    }),
    // A webapp on the SDK ships by itself; Django's log files want an agent.
    ...(options.webapp === 'django' ? upTo(webappCount(stack)) : []).map((n) => {
      const logs = join(folders.of(`web-${n}`), 'logs');
      return agent(`web-${n}`, {
        ROTA_GUNICORN_ACCESS: join(logs, 'gunicorn_access.log'),
        ROTA_GUNICORN_ERROR: join(logs, 'gunicorn_error.log'),
      });
    }),
  ]);
}

export async function startWebapps(stack: Stack, { webapp: program, certificates }: Prepared): Promise<void> {
  const { options, ports, folders } = stack;
  give(program);
  const project = join(folders.assets, 'django');
  cpSync(join(checkout, 'stack', 'webapps', 'django'), project, { recursive: true });
  const start = (n: number) => {
    const name = `web-${n}`;
    const common = {
      name,
      port: ports.webapp(n),
      folder: folders.of(name),
      logFolder: folders.logs,
      onChange: stack.save,
    };
    const service =
      options.webapp === 'django'
        ? djangoWebapp({ ...common, project })
        : nodeWebapp({
            ...common,
            program,
            node: serviceNode(folders),
            certificates,
            syslogUrl: `relps://127.0.0.1:${ports.rsyslog.relps}`,
          });
    return stack.run(service);
  };
  await Promise.all(upTo(webappCount(stack)).map(start));
}

export async function startFrontends(stack: Stack): Promise<void> {
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

export async function startBalancer(stack: Stack): Promise<void> {
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

export async function startDashboard(stack: Stack, say: (text: string) => void): Promise<void> {
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
