import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Profile } from '../options.js';
import type { PortPlan } from '../ports.js';
import { type Certificates, certificateName } from '../setup/certificates.js';
import { envFile } from './env_file.js';
import { accepts } from './probes.js';
import { ServiceProcess } from './process.js';

interface RsyslogCommon {
  /** A copy of (or the very) `pipeline/` folder. */
  pipeline: string;
  /** Its own working folder: queues, state, own log. */
  folder: string;
  logFolder: string;
  /** With them the server's inputs with TLS can be opened, and the agent forwards over RELP with TLS. */
  certificates?: Certificates | undefined;
  /** Settings over `pipeline/rsyslog/defaults.env`. */
  settings?: Record<string, string>;
  onChange?: () => void;
}

/** An input of `pipeline/rsyslog/server.conf`; those with TLS want certificates. */
export type ServerInput = keyof PortPlan['rsyslog'];
export const PLAIN_INPUTS: readonly ServerInput[] = ['relp', 'tcp', 'tcpRaw', 'udp'];
export const TLS_INPUTS: readonly ServerInput[] = ['relps', 'tls'];

export interface RsyslogServerOptions extends RsyslogCommon {
  host: string;
  ports: PortPlan['rsyslog'];
  /** What it shall listen on: nothing is open that is not asked for. */
  inputs: readonly ServerInput[];
  profile: Profile;
  namespace: string;
  elasticsearchUrl: string;
  /** The bundled indexer, one CommonJS file, and the Node.js that runs it. */
  indexer: string;
  node?: string;
}

/** The central rsyslog with its indexer, from `pipeline/rsyslog/server.conf`. */
export function rsyslogServer(options: RsyslogServerOptions): ServiceProcess {
  const { inputs, ports } = options;
  const port = ports[inputs.find((input) => input !== 'udp') ?? 'udp'];
  const ready = async () => port === ports.udp || (await accepts(port));
  return rsyslogd({ name: 'log-1', port, entry: 'server.conf', ready }, options, {
    ROTA_HOST: options.host,
    ...Object.fromEntries(inputs.map((input) => [`ROTA_INPUT_${constantCase(input)}`, 'on'])),
    ...Object.fromEntries(
      Object.entries(ports).map(([input, port]) => [`ROTA_PORT_${constantCase(input)}`, String(port)]),
    ),
    ROTA_PROFILE: options.profile,
    ROTA_NAMESPACE: options.namespace,
    ROTA_ELASTICSEARCH_URL: options.elasticsearchUrl,
    ROTA_INDEXER_COMMAND: `${options.node ?? process.execPath} ${options.indexer}`,
    ...tls(options.certificates, options.host, '*.rota'),
  });
}

/** `tcpRaw` as the settings write it: `TCP_RAW`. */
function constantCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

export interface RsyslogAgentOptions extends RsyslogCommon {
  /** The service's own name, such as `agent-frontend-1`. */
  name: string;
  /** The host that it speaks for (ECS `host.name`). */
  host: string;
  /** The server's port on loopback: RELP, or with certificates RELP with TLS. */
  serverPort: number;
  /** Where it takes the balancer's log and local syslog, on loopback; nowhere unless asked for. */
  localPort?: number;
}

/** The rsyslog of one node, from `pipeline/rsyslog/agent.conf`. */
export function rsyslogAgent(options: RsyslogAgentOptions): ServiceProcess {
  const { name, serverPort: port } = options;
  return rsyslogd({ name, port, entry: 'agent.conf', ready: async () => true }, options, {
    ROTA_HOST: options.host,
    ROTA_SERVER: '127.0.0.1',
    ROTA_SERVER_PORT: String(options.serverPort),
    ...(options.localPort === undefined ? {} : { ROTA_INPUT_LOCAL: 'on', ROTA_PORT_AGENT: String(options.localPort) }),
    ...tls(options.certificates, options.host, certificateName('log-1')),
    ...followed(options),
  });
}

/** @param peer the name that the other side's certificate must bear */
function tls(certificates: Certificates | undefined, host: string, peer: string): Record<string, string> {
  if (!certificates) return {};
  const { cert, key } = certificates.of(host);
  return {
    ROTA_TLS: 'on',
    ROTA_TLS_CA: certificates.ca,
    ROTA_TLS_CERT: cert,
    ROTA_TLS_KEY: key,
    ROTA_TLS_PEER: peer,
  };
}

/** Each followed file with the name that rotation gives it; what is not asked for must not be the machine's own. */
function followed({ folder, settings }: RsyslogAgentOptions): Record<string, string> {
  const names = ['ROTA_NGINX_ACCESS', 'ROTA_NGINX_ERROR', 'ROTA_GUNICORN_ACCESS', 'ROTA_GUNICORN_ERROR'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const path = settings?.[name] ?? join(folder, 'none', `${name.toLowerCase()}.log`);
      return [
        [name, path],
        [`${name}_ROTATED`, `${path}.1`],
      ];
    }),
  );
}

function rsyslogd(
  { name, port, entry, ready }: { name: string; port: number; entry: string; ready: () => Promise<boolean> },
  { pipeline, folder, logFolder, settings, onChange }: RsyslogCommon,
  env: Record<string, string>,
): ServiceProcess {
  const pidFile = join(folder, 'rsyslogd.pid');
  const isServer = entry === 'server.conf';
  const settled: Record<string, string> = {
    ...envFile(join(pipeline, 'rsyslog', 'defaults.env')),
    ROTA_RSYSLOG_DIR: join(pipeline, 'rsyslog'),
    ROTA_WORK: folder,
    ...env,
    ...settings,
  };
  return new ServiceProcess({
    name,
    tier: 'log',
    port,
    ...(isServer
      ? { command: '/bin/sh', args: [join(pipeline, 'rsyslog', 'run_server.sh'), '-i', pidFile] }
      : { command: '/bin/sh', args: [join(pipeline, 'rsyslog', 'run_agent.sh')] }),
    cwd: folder,
    env: settled,
    logFolder,
    ready: async () => existsSync(pidFile) && (await ready()),
    // docs/decisions/0035: asked to stop while its server is away, an agent forgets the batch in its hands; killed, it does not.
    stopSignal: !isServer && settled['ROTA_PROFILE'] === 'durable' ? 'SIGKILL' : 'SIGTERM',
    stopTimeoutMs: 20_000,
    onChange,
  });
}
