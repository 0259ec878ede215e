import { createHash, createHmac } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
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
    mkdirSync(files.path('senders'));
    const process = new Child('python3', [files.script('authority.py')], {
      ROTA_ENROLMENT_KEY: key,
      ROTA_AUTHORITY_DIR: files.path('authority'),
      ROTA_AUTHORITY_BIND: '127.0.0.1',
      ROTA_AUTHORITY_PORT: String(port),
      ROTA_SENDERS_DIR: files.path('senders'),
      ...settings,
    });
    await process.until(() => isListening(port));
    return new Authority(files, process, port);
  }

  /** Where it writes the table of senders. */
  get table(): string {
    return this.files.path('senders/table');
  }

  /** Runs a server's own enrolment; its key and certificates land in `folder`. @param port where it believes the authority to be */
  enrol(folder: string, settings: Record<string, string>, port = this.port, ...options: string[]) {
    mkdirSync(folder, { recursive: true });
    return Child.run('python3', [this.files.script('enrol.py'), ...options], {
      ...settings,
      ROTA_AUTHORITY: '127.0.0.1',
      ROTA_AUTHORITY_PORT: String(port),
      ROTA_TLS_DIR: folder,
    });
  }

  /**
   * The request of a server that has enrolled, as its script sends it, from any of the loopback's addresses.
   * @param folder of its key and certificates
   * @param claimed the address that the proof is for
   */
  enrolAgain(folder: string, settings: Record<string, string>, from: string, claimed = from): Promise<number> {
    const { ROTA_HOST: name = '', ROTA_ENROLMENT_ID: id = '', ROTA_ENROLMENT_SECRET: secret = '' } = settings;
    const csr = readFileSync(`${folder}/node.csr`, 'utf8');
    const mac = createHmac('sha256', secret).update([name, id, csr, claimed].join('\n')).digest('hex');
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.port, localAddress: from, path: '/certificates', method: 'POST' };
      const sent = request(options, (answer) => resolve(answer.resume().statusCode ?? 0));
      sent.once('error', reject);
      const body = JSON.stringify({ name, id, request: csr, mac });
      sent.setHeader('Content-Length', body.length);
      sent.end(body);
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
