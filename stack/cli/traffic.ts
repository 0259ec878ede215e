import { setTimeout as sleep } from 'node:timers/promises';

export interface TrafficOptions {
  url: string;
  /** Requests a second. */
  rate: number;
  /** Seconds; undefined: until SIGINT. */
  for_s: number | undefined;
}

/** What a shop's visitors ask for, roughly in this proportion. */
const REQUESTS: { weight: number; method: string; path: () => string }[] = [
  { weight: 8, method: 'GET', path: () => '/' },
  { weight: 6, method: 'GET', path: () => `/products/${1 + Math.floor(Math.random() * 40)}` },
  {
    weight: 3,
    method: 'GET',
    path: () => `/search?q=${['rope', 'sail', 'anchor', 'chart'][Math.floor(Math.random() * 4)]}`,
  },
  { weight: 2, method: 'POST', path: () => '/checkout' },
  { weight: 1, method: 'GET', path: () => '/products/none' },
];

/** Sends requests at a steady rate (open loop: a slow answer delays no other request) and prints a line every 5 s. */
export async function traffic({ url, rate, for_s }: TrafficOptions): Promise<void> {
  const counts = new Map<string, number>();
  const hosts = new Map<string, number>();
  const pending = new Set<Promise<void>>();
  let stopped = false;
  process.once('SIGINT', () => {
    stopped = true;
  });
  const began = Date.now();
  let reported = began;
  console.log(`${rate} requests a second to ${url}${for_s === undefined ? '; Ctrl-C ends it' : ` for ${for_s} s`}`);
  for (let sent = 0; !stopped && (for_s === undefined || sent < rate * for_s); sent++) {
    const due = began + (sent * 1000) / rate;
    if (due > Date.now()) await sleep(due - Date.now());
    const call = one(url, counts, hosts).finally(() => pending.delete(call));
    pending.add(call);
    if (Date.now() - reported >= 5000) {
      reported = Date.now();
      report(counts, hosts);
    }
  }
  await Promise.all(pending);
  report(counts, hosts);
}

async function one(url: string, counts: Map<string, number>, hosts: Map<string, number>): Promise<void> {
  const { method, path } = pick();
  const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
  try {
    const response = await fetch(new URL(path(), url), { method, headers: { 'user-agent': 'rota-demo/1.0' } });
    await response.arrayBuffer();
    count(counts, String(response.status));
    count(hosts, response.headers.get('x-served-by') ?? 'no webapp');
  } catch {
    count(counts, 'no answer');
  }
}

const TURNS = REQUESTS.flatMap((request) => Array.from({ length: request.weight }, () => request));

function pick(): (typeof REQUESTS)[number] {
  return TURNS[Math.floor(Math.random() * TURNS.length)] as (typeof REQUESTS)[number];
}

function report(counts: Map<string, number>, hosts: Map<string, number>): void {
  const list = (map: Map<string, number>) =>
    [...map]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, n]) => `${name} ${n}`)
      .join('  ');
  console.log(`${new Date().toISOString().slice(11, 19)}  status: ${list(counts)}   served by: ${list(hosts)}`);
}
