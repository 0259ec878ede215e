import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { Child } from './child';
import { NodeFiles } from './node_files';

const KEY = 'k'.repeat(48);

/** What Heat would give a server of that name: the secret is derived as rota's templates derive it. */
export function enrolment(name: string, id = `${name.replaceAll('-', '')}12345678`): Record<string, string> {
  return {
    ROTA_HOST: name,
    ROTA_ENROLMENT_ID: id,
    ROTA_ENROLMENT_SECRET: createHash('sha256').update(`${KEY}:${name}:${id}`).digest('hex'),
  };
}

/** The certificate authority of the first log server, run for real. */
export class Authority {
  private constructor(
    readonly files: NodeFiles,
    readonly process: Child,
    readonly port: number,
  ) {}

  /** @param key the stack's enrolment key; `enrolment` is made for the default one */
  static async start(port: number, key = KEY, settings: Record<string, string> = {}): Promise<Authority> {
    const files = new NodeFiles('log_server');
    const process = new Child('python3', [files.script('authority.py')], {
      ROTA_ENROLMENT_KEY: key,
      ROTA_AUTHORITY_DIR: files.path('authority'),
      ROTA_AUTHORITY_BIND: '127.0.0.1',
      ROTA_AUTHORITY_PORT: String(port),
      ...settings,
    });
    await process.until(() => isListening(port));
    return new Authority(files, process, port);
  }

  /** Runs a server's own enrolment; its key and certificates land in `folder`. @param port where it believes the authority to be */
  enrol(folder: string, settings: Record<string, string>, port = this.port) {
    mkdirSync(folder, { recursive: true });
    return Child.run('python3', [this.files.script('enrol.py')], {
      ...settings,
      ROTA_AUTHORITY: '127.0.0.1',
      ROTA_AUTHORITY_PORT: String(port),
      ROTA_TLS_DIR: folder,
    });
  }

  async stop(): Promise<void> {
    await this.process.stop();
    this.files.remove();
  }
}

export const isListening = (port: number) =>
  new Promise<boolean>((resolve) => {
    const probe = connect(port, '127.0.0.1', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
