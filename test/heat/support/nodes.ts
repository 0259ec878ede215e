import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from './child';
import type { Cloud, Server } from './cloud';
import { filesOf } from './user_data';

/** The nodes' own script, which sends the signal. */
const REPORT = join(import.meta.dirname, '../../../heat/files/report.py');

export interface Word {
  status: 'SUCCESS' | 'FAILURE';
  reason: string;
}

/** The setting that a node would find in the node.env of its user_data. */
export function nodeSetting(server: Server, name: string): string {
  const settings = filesOf(server.user_data).get('/etc/rota/node.env') ?? '';
  const value = new RegExp(`^${name}='([^']*)'$`, 'm').exec(settings)?.[1];
  if (value === undefined) throw new Error(`user_data of ${server.name} has no ${name}.`);
  return value;
}

/**
 * Plays the nodes of a stack, whose fake servers never boot: reads each new server's user_data from Nova and has the
 * node's own script send that handle's signal.
 */
export class PlayedNodes {
  readonly signalled = new Map<string, Word>();
  private readonly silent = new Set<string>();
  private stopped = false;
  private readonly done: Promise<void>;

  constructor(
    private readonly cloud: Cloud,
    private readonly prefix: string,
    /** What a node reports; undefined: it is still at its boot, and stays there. */
    private readonly say: (server: Server) => Word | undefined = () => ({
      status: 'SUCCESS',
      reason: 'played by the test',
    }),
  ) {
    this.done = this.loop();
    this.done.catch(() => {});
  }

  private async loop(): Promise<void> {
    while (!this.stopped) {
      const names = await this.cloud.serverNames();
      const unheard = [...names].filter(
        ([id, name]) => name.startsWith(this.prefix) && !this.signalled.has(id) && !this.silent.has(id),
      );
      const there = new Set([...names.values()].map((name) => name.slice(this.prefix.length)));
      for (const [id] of unheard) await this.signal(await this.cloud.server(id), there);
      await sleep(1000);
    }
  }

  /** @param there names of the stack's servers: a node whose logs cannot flow without another one waits for that */
  private async signal(server: Server, there?: ReadonlySet<string>): Promise<void> {
    const word = this.say(server);
    if (!word) {
      this.silent.add(server.id);
      return;
    }
    const needed = nodeSetting(server, 'ROTA_HOST').startsWith('log-') ? 'elasticsearch-1' : 'log-1';
    if (word.status === 'SUCCESS' && there?.has(needed) === false) return;
    // A real boot takes longer than Heat needs to see the server active; this one waits until Heat listens.
    if (!(await this.cloud.isAwaited(server.id, nodeSetting(server, 'ROTA_ENROLMENT_ID')))) return;
    const settings = ['ROTA_HOST', 'ROTA_SIGNAL'];
    const env = Object.fromEntries(settings.map((name) => [name, nodeSetting(server, name)]));
    const sent = await Child.run('python3', [REPORT, word.status, word.reason], env);
    if (sent.code !== 0) throw new Error(`The signal of ${server.name} failed: ${sent.output}`);
    this.signalled.set(server.id, word);
  }

  /** Has a node speak that was silent. */
  async speak(server: Server): Promise<void> {
    this.silent.delete(server.id);
    if (!this.signalled.has(server.id)) await this.signal(server);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.done;
  }
}
