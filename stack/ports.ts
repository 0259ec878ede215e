import { createServer, type Server } from 'node:net';
import { StackError } from './errors.js';

/** How many ports after the base belong to one stack (docs/architecture.md, "Ports"). */
export const PORT_BLOCK = 100;
export const DEFAULT_PORT_BASE = 8000;

/** Every port of one stack, all on loopback. */
export interface PortPlan {
  base: number;
  site: number;
  dashboard: number;
  elasticsearch: number;
  haproxyStats: number;
  /** The HAProxy log's way into the balancer's rsyslog agent (TCP, octet-counted). */
  haproxyLog: number;
  /** A full Elasticsearch node also opens its transport port. */
  elasticsearchTransport: number;
  frontend(n: number): number;
  webapp(n: number): number;
  rsyslog: { relp: number; relps: number; tcp: number; tcpRaw: number; tls: number; udp: number };
}

/** The ports that follow from a base, as the contract numbers them. */
export function portPlan(base: number): PortPlan {
  if (!Number.isInteger(base) || base < 1024 || base + PORT_BLOCK > 65_536) {
    throw new StackError(
      'ROTA_USAGE',
      `ROTA_PORT_BASE is ${base}; give a whole number from 1024 to ${65_536 - PORT_BLOCK}.`,
    );
  }
  return {
    base,
    site: base,
    dashboard: base + 1,
    elasticsearch: base + 2,
    haproxyStats: base + 3,
    haproxyLog: base + 4,
    elasticsearchTransport: base + 5,
    frontend: (n) => base + 10 + n,
    webapp: (n) => base + 20 + n,
    rsyslog: {
      relp: base + 31,
      relps: base + 32,
      tcp: base + 33,
      tcpRaw: base + 34,
      tls: base + 35,
      udp: base + 36,
    },
  };
}

/** Whether a TCP port of 127.0.0.1 can be bound now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** Throws ROTA_PORT_TAKEN for the first port of the list that is in use. */
export async function assertFree(ports: number[], base: number): Promise<void> {
  for (const port of ports) {
    if (await isFree(port)) continue;
    throw new StackError(
      'ROTA_PORT_TAKEN',
      `Port ${port} is in use. End the program that holds it, or choose other ports: ROTA_PORT_BASE=${base + 1000} npm start (a stack needs ${PORT_BLOCK} ports from its base on).`,
    );
  }
}

/** Takes a block as long as this process lives, by its last port, which no stack uses; undefined when another process has it. */
function reserve(base: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const guard = createServer();
    guard.once('error', () => resolve(undefined));
    guard.listen({ port: base + PORT_BLOCK - 1, host: '127.0.0.1', exclusive: true }, () => resolve(guard.unref()));
  });
}

/**
 * A block of `PORT_BLOCK` ports that are free, and taken for as long as this process lives: two test runs on one machine
 * that look at the same time get different ones. Starts at a random place.
 */
export async function freeBlock(from = 20_000, to = 32_000): Promise<PortPlan> {
  const blocks = Math.floor((to - from) / PORT_BLOCK);
  const start = Math.floor(Math.random() * blocks);
  for (let i = 0; i < blocks; i++) {
    const plan = portPlan(from + ((start + i) % blocks) * PORT_BLOCK);
    const guard = await reserve(plan.base);
    if (!guard) continue;
    const free = await Promise.all(Array.from({ length: PORT_BLOCK - 1 }, (_, n) => isFree(plan.base + n)));
    if (free.every(Boolean)) return plan;
    guard.close();
  }
  throw new StackError('ROTA_NO_FREE_PORTS', `No ${PORT_BLOCK} free ports in a row between ${from} and ${to}.`);
}
