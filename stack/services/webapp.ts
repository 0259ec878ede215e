import { accepts } from './probes.js';
import { ServiceProcess } from './process.js';

export interface WebappOptions {
  name: string;
  port: number;
  folder: string;
  logFolder: string;
  /** Where the SDK ships to. */
  syslogUrl: string;
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
      ROTA_SERVICE_VERSION: options.version ?? '1.0.0',
      ROTA_ENVIRONMENT: options.environment ?? 'demo',
    },
    logFolder,
    ready: () => accepts(port),
    onChange: options.onChange,
  });
}
