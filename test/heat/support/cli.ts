import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { clientEnvironment, type Layout } from '../plane/layout';

export interface Outcome {
  code: number;
  /** Standard output and standard error as they came. */
  text: string;
  stdout: string;
}

/** The real command line clients: the old `heat` and `openstack`, against the test's control plane. */
export class Cli {
  /** @param project in which the commands are run; Cloud.connect makes it */
  constructor(
    private readonly layout: Layout,
    private readonly project?: string,
  ) {}

  heat(...args: string[]): Promise<Outcome> {
    return this.run('heat', args);
  }

  openstack(...args: string[]): Promise<Outcome> {
    return this.run('openstack', args);
  }

  /** `openstack … -f json`, parsed. @throws Error with what the command said when it fails */
  async json<T>(...args: string[]): Promise<T> {
    const outcome = await this.openstack(...args, '-f', 'json');
    if (outcome.code !== 0) throw new Error(`openstack ${args.join(' ')}: ${outcome.text}`);
    return JSON.parse(outcome.stdout) as T;
  }

  private run(command: string, args: string[]): Promise<Outcome> {
    const { PYTHONDONTWRITEBYTECODE: _, ...inherited } = process.env;
    const env = { ...inherited, ...clientEnvironment(this.layout, this.project), COLUMNS: '400' };
    return new Promise((resolve) => {
      const options = { env, maxBuffer: 64 * 1024 * 1024, timeout: 1_200_000 };
      execFile(join(this.layout.venv, 'bin', command), args, options, (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
        resolve({ code, text: `${stdout}\n${stderr}`, stdout });
      });
    });
  }
}
