import { join } from 'node:path';
import { ownedFolder } from '../account.js';
import { type Certificates, certificateName } from '../setup/certificates.js';
import { accepts } from './probes.js';
import { ServiceProcess } from './process.js';

export interface WebappOptions {
  name: string;
  port: number;
  folder: string;
  logFolder: string;
  /** Where the SDK ships to. */
  syslogUrl: string;
  /** For a `relps://` address. */
  certificates: Certificates;
  /** The bundled demo webapp (`stack/webapps/node`), one CommonJS file. */
  program: string;
  node?: string;
  version?: string;
  environment?: string;
  onChange?: () => void;
}

/** A demo webapp: Express on the SDK. */
export function nodeWebapp(options: WebappOptions): ServiceProcess {
  const { name, port, folder, logFolder } = options;
  const { cert, key } = options.certificates.of(name);
  return new ServiceProcess({
    name,
    tier: 'webapp',
    port,
    command: options.node ?? process.execPath,
    args: ['--enable-source-maps', options.program],
    cwd: folder,
    env: {
      NODE_ENV: 'production',
      PORT: String(port),
      ROTA_HOSTNAME: name,
      ROTA_SERVICE: 'hello',
      ROTA_URL: options.syslogUrl,
      ROTA_TLS_CA: options.certificates.ca,
      ROTA_TLS_CERT: cert,
      ROTA_TLS_KEY: key,
      ROTA_TLS_SERVERNAME: certificateName('log-1'),
      ROTA_SERVICE_VERSION: options.version ?? '1.0.0',
      ROTA_ENVIRONMENT: options.environment ?? 'demo',
    },
    logFolder,
    ready: () => accepts(port),
    onChange: options.onChange,
  });
}

export interface DjangoWebappOptions extends Omit<WebappOptions, 'syslogUrl' | 'certificates' | 'program' | 'node'> {
  /** The folder `stack/webapps/django` or a copy of it. */
  project: string;
}

/** A demo webapp: Django under Gunicorn, as the original architecture had it. Its log files are the agent's to follow. */
export function djangoWebapp(options: DjangoWebappOptions): ServiceProcess {
  const { name, port, folder, logFolder, project } = options;
  return new ServiceProcess({
    name,
    tier: 'webapp',
    port,
    command: '/usr/bin/gunicorn',
    args: ['-c', join(project, 'gunicorn.conf.py'), 'hello.wsgi'],
    cwd: project,
    env: {
      PORT: String(port),
      ROTA_HOST_NAME: name,
      ROTA_LOG_FOLDER: ownedFolder(join(folder, 'logs')),
      ROTA_SERVICE: 'hello',
      ROTA_SERVICE_VERSION: options.version ?? '1.0.0',
      ROTA_ENVIRONMENT: options.environment ?? 'demo',
      PYTHONDONTWRITEBYTECODE: '1',
    },
    logFolder,
    ready: () => accepts(port),
    onChange: options.onChange,
  });
}
