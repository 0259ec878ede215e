import { createServer } from 'node:net';

/** Below the ports that the system gives to connections, and beside those of the local stack. */
const [FIRST, LAST] = [10_000, 19_999];

/** Ports of loopback that nobody listens on now, taken at random so that test runs on one machine seldom meet. */
export async function freePorts<T extends string>(...names: T[]): Promise<Record<T, number>> {
  const found = new Set<number>();
  while (found.size < names.length) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (await isFree(port)) found.add(port);
  }
  const ports = [...found];
  return Object.fromEntries(names.map((name, i) => [name, ports[i]])) as Record<T, number>;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
