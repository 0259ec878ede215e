import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type Authority, isListening } from './authority';
import { Child } from './child';
import { NodeFiles, readEnv } from './node_files';

/** Frontend 1 with real nginx: the door at which its webapps announce themselves, and what it makes of their words. */
export class Frontend {
  private constructor(
    readonly files: NodeFiles,
    private readonly door: Child,
    private readonly sitePort: number,
  ) {}

  /** Gets the frontend its certificate and opens the door. */
  static async open(
    authority: Authority,
    enrolment: Record<string, string>,
    ports: { door: number; site: number },
  ): Promise<Frontend> {
    const files = new NodeFiles('frontend', { number: '1' });
    for (const folder of ['announced/webapps', 'announcements', 'nginx/server.d', 'run']) {
      mkdirSync(files.path(folder), { recursive: true });
    }
    await authority.enrol(files.path('tls'), enrolment);
    const conf = files.path('etc/rota/announcements.conf');
    const text = readFileSync(conf, 'utf8')
      .replaceAll('/run/rota-announcements', files.path('run'))
      .replaceAll('listen 8443', `listen 127.0.0.1:${ports.door}`)
      .replaceAll('/etc/rota/tls', files.path('tls'))
      .replaceAll('/var/lib/rota', files.root);
    // nginx of root hands its work to www-data, which may not write here.
    writeFileSync(conf, process.getuid?.() === 0 ? `user root;\n${text}` : text);
    const door = new Child('/usr/sbin/nginx', ['-c', conf]);
    await door.until(() => isListening(ports.door));
    return new Frontend(files, door, ports.site);
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
      ...readEnv(this.files.path('etc/rota/nginx.defaults.env')),
      ROTA_NGINX_RUN: this.files.path('nginx'),
      ROTA_NGINX_ACCESS_LOG: this.files.path('access.log'),
      ROTA_NGINX_ERROR_LOG: this.files.path('error.log'),
      ROTA_NGINX_LISTEN: `127.0.0.1:${this.sitePort}`,
      ROTA_NGINX_POOL: 'webapps-1',
      ROTA_ANNOUNCED: this.files.path('announced/webapps'),
      ROTA_NGINX_TEMPLATE: this.files.path('usr/local/share/rota/frontend.conf.template'),
      ROTA_NGINX_CONFIG: this.files.path('nginx/frontend.conf'),
      ...settings,
    });
  }

  async close(): Promise<void> {
    await this.door.stop('SIGQUIT');
    this.files.remove();
  }
}
