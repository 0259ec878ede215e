import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Profile } from '../options.js';
import type { PortPlan } from '../ports.js';
import { type Certificates, certificateName } from '../setup/certificates.js';
import { envFile } from './env_file.js';
import { accepts } from './probes.js';
import { ServiceProcess, type Tier } from './process.js';

interface RsyslogCommon {
  /** A copy of (or the very) `pipeline/` folder. */
  pipeline: string;
  /** Its own working folder: queues, state, own log. */
  folder: string;
  logFolder: string;
  /** With them the server opens its TLS doors, and the agent forwards over RELP with TLS. */
  certificates?: Certificates | undefined;
  /** Settings over `pipeline/rsyslog/defaults.env`. */
  settings?: Record<string, string>;
  onChange?: () => void;
}

export interface RsyslogServerOptions extends RsyslogCommon {
  host: string;
  ports: PortPlan['rsyslog'];
  profile: Profile;
  namespace: string;
  elasticsearchUrl: string;
  /** The bundled indexer, one CommonJS file, and the Node.js that runs it. */
  indexer: string;
  node?: string;
}

/** The central rsyslog with its indexer, from `pipeline/rsyslog/server.conf`. */
export function rsyslogServer(options: RsyslogServerOptions): ServiceProcess {
  const { ports } = options;
  return rsyslogd('log-1', 'log', ports.relp, 'server.conf', options, {
    ROTA_HOST: options.host,
    ROTA_BIND: '127.0.0.1',
    ROTA_PORT_RELP: String(ports.relp),
    ROTA_PORT_RELPS: String(ports.relps),
    ROTA_PORT_TCP: String(ports.tcp),
    ROTA_PORT_TCP_RAW: String(ports.tcpRaw),
    ROTA_PORT_TLS: String(ports.tls),
    ROTA_PORT_UDP: String(ports.udp),
    ROTA_PROFILE: options.profile,
    ROTA_NAMESPACE: options.namespace,
    ROTA_ELASTICSEARCH_URL: options.elasticsearchUrl,
    ROTA_INDEXER_COMMAND: `${options.node ?? process.execPath} ${options.indexer}`,
    ...tls(options.certificates, options.host, '*.rota'),
  });
}

export interface RsyslogAgentOptions extends RsyslogCommon {
  /** The service's own name, such as `agent-frontend-1`. */
  name: string;
  /** The host that it speaks for (ECS `host.name`). */
  host: string;
  /** The server's port on loopback: RELP, or with certificates RELP with TLS. */
  serverPort: number;
}

/** The rsyslog of one node, from `pipeline/rsyslog/agent.conf`. */
export function rsyslogAgent(options: RsyslogAgentOptions): ServiceProcess {
  return rsyslogd(options.name, 'log', options.serverPort, 'agent.conf', options, {
    ROTA_HOST: options.host,
    ROTA_SERVER: '127.0.0.1',
    ROTA_SERVER_PORT: String(options.serverPort),
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
  name: string,
  tier: Tier,
  port: number,
  entry: string,
  { pipeline, folder, logFolder, settings, onChange }: RsyslogCommon,
  env: Record<string, string>,
): ServiceProcess {
  const config = join(pipeline, 'rsyslog', entry);
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
    tier,
    port,
    ...(isServer
      ? { command: '/usr/sbin/rsyslogd', args: ['-n', '-f', config, '-i', pidFile] }
      : { command: '/bin/sh', args: [join(pipeline, 'rsyslog', 'run_agent.sh')] }),
    cwd: folder,
    env: settled,
    logFolder,
    ready: async () => existsSync(pidFile) && (!isServer || (await accepts(port))),
    // docs/decisions/0035: asked to stop while its server is away, an agent forgets the batch in its hands; killed, it does not.
    stopSignal: !isServer && settled['ROTA_PROFILE'] === 'durable' ? 'SIGKILL' : 'SIGTERM',
    stopTimeoutMs: 20_000,
    onChange,
  });
}
