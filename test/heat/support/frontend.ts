import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { type Authority, isListening } from './authority';
import { Child } from './child';
import { NodeFiles, readEnv } from './node_files';

/** Frontend 1 with real nginx: the input at which its webapps announce themselves, and what it makes of their words. */
export class Frontend {
  private constructor(
    readonly files: NodeFiles,
    readonly input: Child,
    private readonly settings: Record<string, string>,
  ) {}

  /** Gets the frontend its certificate and opens the input. @param ports `app`: the one that every webapp listens on */
  static async open(
    authority: Authority,
    enrolment: Record<string, string>,
    ports: { input: number; site: number; app?: number },
    inside = '127.0.0.0/8',
  ): Promise<Frontend> {
    const files = new NodeFiles('frontend', { number: '1' });
    for (const folder of ['announced/webapps', 'nginx/server.d']) mkdirSync(files.path(folder), { recursive: true });
    await authority.enrol(files.path('tls'), enrolment);
    const settings = {
      ROTA_NUMBER: '1',
      ROTA_INSIDE_CIDR: inside,
      ROTA_WEBAPP_PORT: String(ports.app ?? 8080),
      ROTA_ANNOUNCED: files.path('announced/webapps'),
      ROTA_TLS_DIR: files.path('tls'),
      ROTA_NGINX_LISTEN: `127.0.0.1:${ports.site}`,
    };
    const input = new Child('python3', [files.script('announcements.py')], {
      ...settings,
      ROTA_ANNOUNCEMENTS_BIND: '127.0.0.1',
      ROTA_ANNOUNCEMENTS_PORT: String(ports.input),
    });
    await input.until(() => isListening(ports.input));
    return new Frontend(files, input, settings);
  }

  /** Names of the webapps whose announcements lie there. */
  announced(): string[] {
    return readdirSync(this.files.path('announced/webapps'));
  }

  config(): string {
    return readFileSync(this.files.path('nginx/frontend.conf'), 'utf8');
  }

  /** What the timer runs every 10 s: nginx's configuration from the fresh announcements. */
  refresh(settings: Record<string, string> = {}) {
    return Child.run('python3', [this.files.script('webapps.py')], {
      ...readEnv(this.files.path('usr/lib/rota/nginx/defaults.env')),
      ...this.settings,
      ROTA_NGINX_RUN: this.files.path('nginx'),
      ROTA_NGINX_ACCESS_LOG: this.files.path('access.log'),
      ROTA_NGINX_ERROR_LOG: this.files.path('error.log'),
      ROTA_NGINX_POOL: 'webapps-1',
      ROTA_NGINX_TEMPLATE: this.files.path('usr/lib/rota/nginx/frontend.conf.template'),
      ROTA_NGINX_CONFIG: this.files.path('nginx/frontend.conf'),
      ...settings,
    });
  }

  async close(): Promise<void> {
    await this.input.stop();
    this.files.remove();
  }
}
