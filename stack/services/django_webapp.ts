import { accepts } from './probes.js';
import { ServiceProcess } from './process.js';

export interface DjangoWebappOptions {
  name: string;
  port: number;
  folder: string;
  logFolder: string;
  /** `stack/webapps/django` or a copy of it that the service account can read. */
  program: string;
  /** Holds `gunicorn_access.log` and `gunicorn_error.log`, which the node's agent follows. */
  lines: string;
  format?: 'stock' | 'rich';
  version?: string;
  environment?: string;
  onChange?: () => void;
}

/** A demo webapp: Django under Gunicorn, Debian's packages. */
export function djangoWebapp(options: DjangoWebappOptions): ServiceProcess {
  const { name, port, folder, logFolder, program } = options;
  return new ServiceProcess({
    name,
    tier: 'webapp',
    port,
    // Debian's own: another python3 on the PATH knows no Django.
    command: '/usr/bin/gunicorn',
    args: ['-c', `${program}/gunicorn.conf.py`, 'hello.wsgi'],
    cwd: folder,
    env: {
      PYTHONDONTWRITEBYTECODE: '1',
      PORT: String(port),
      ROTA_HOST_NAME: name,
      ROTA_LOG_FOLDER: options.lines,
      ROTA_GUNICORN_LOG_FORMAT: options.format ?? 'rich',
      ROTA_SERVICE: 'hello',
      ROTA_SERVICE_VERSION: options.version ?? '1.0.0',
      ROTA_ENVIRONMENT: options.environment ?? 'demo',
    },
    logFolder,
    ready: () => accepts(port),
    onChange: options.onChange,
  });
}
