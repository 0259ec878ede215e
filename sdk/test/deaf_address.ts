import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const LISTENER = `
const server = require('node:net').createServer();
server.listen({ host: process.argv[1], port: Number(process.argv[2]), backlog: 1 }, () => process.stdout.write('up'));
`;

/**
 * An address at which connections are neither taken nor refused, as behind a firewall that drops them: a listener that was
 * stopped, with its queue of connections full.
 */
export class DeafAddress {
  private readonly sockets: Socket[] = [];

  private constructor(private readonly child: ChildProcess) {}

  static async start(host: string, port: number): Promise<DeafAddress> {
    const child = spawn(process.execPath, ['-e', LISTENER, host, String(port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    child.kill('SIGSTOP');
    const deaf = new DeafAddress(child);
    while (await deaf.takesOne(host, port));
    return deaf;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }

  /** Fills its queue by one. False when there is no answer any more. */
  private takesOne(host: string, port: number): Promise<boolean> {
    const socket = connect({ host, port });
    socket.on('error', () => {});
    this.sockets.push(socket);
    return new Promise((resolve) => {
      socket.once('connect', () => resolve(true));
      setTimeout(() => resolve(false), 500);
    });
  }
}
