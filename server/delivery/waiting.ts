import type { Held, Waiting } from './evidence';

/** A queue of an rsyslog, as its impstats told last. */
export interface QueueReport {
  host: string;
  queue: string;
  at: number;
  size: number;
  /** When it last held nothing of what it holds now; null: not in the time that was looked at. */
  clearAt: number | null;
}

/** The queue of a log server from which its indexer is fed (pipeline/rsyslog/server.conf). */
export const INDEX_QUEUE = 'index';

/** An indexer, as it told last. A log server is where one runs. */
export interface IndexerReport {
  host: string;
  at: number;
  /** How far apart its reports lie as a rule. */
  stepMs: number;
  /** How long its oldest line had waited. */
  oldestMs: number;
  state: string | null;
}

const REPORT_MS = 10_000;
/** Reports missed before a log server is silent. */
const MISSED = 3;
/** Lines wait this long in an ordinary bulk. */
const ORDINARY_MS = 5_000;

/**
 * Where lines may still wait: in queues that hold some (first in, first out: they came in since it held none of them), in
 * indexers that wait for Elasticsearch, and on log servers that have fallen silent.
 * @param since how far back was looked
 */
export function waitingOf(
  queues: readonly QueueReport[],
  indexers: readonly IndexerReport[],
  since: number,
  now: number,
): Waiting {
  const servers = new Map<string, Held>();
  const agents = new Map<string, Held>();
  const hold = (into: Map<string, Held>, held: Held) => {
    const known = into.get(held.host);
    if (!known || held.since < known.since) into.set(held.host, held);
  };
  const feeding = queues.filter(({ queue }) => queue === INDEX_QUEUE);
  const logServers = new Set([...indexers, ...feeding].map(({ host }) => host));
  for (const { host, size, clearAt } of queues) {
    if (size === 0) continue;
    hold(logServers.has(host) ? servers : agents, { host, by: 'queue', lines: size, since: clearAt ?? since });
  }
  for (const { host, at, oldestMs, stepMs, state } of indexers) {
    if (oldestMs > ORDINARY_MS) hold(servers, { host, by: 'indexer', lines: null, since: at - oldestMs });
    const silent = now - at > MISSED * Math.max(REPORT_MS, stepMs);
    // One that stopped in an orderly way has written down what it knew; its queue tells for itself.
    if (silent && state !== 'stopping') hold(servers, { host, by: 'silent', lines: null, since: at });
  }
  return { servers: [...servers.values()].sort((a, b) => a.since - b.since), agents };
}

/** What holds the oldest lines that a run on this host may have; null: nothing waits. */
export function heldOf(waiting: Waiting, host: string | null): Held | null {
  const own = host === null ? undefined : waiting.agents.get(host);
  const [first, ...rest] = [...waiting.servers, ...(own ? [own] : [])];
  return first ? rest.reduce((oldest, held) => (held.since < oldest.since ? held : oldest), first) : null;
}
