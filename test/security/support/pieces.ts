import { readFileSync } from 'node:fs';

/** CPU time of this process' main thread so far, ms: what waits for another process, or for a core, does not count. */
function cpuMs(): number {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[0]) / 1e6;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  }
}

export interface Pieces {
  /** The longest piece since the last call, ms of CPU time. */
  longest(): number;
  stop(): void;
}

/** Watches how long the event loop is kept in one piece: what it spends between two turns of a timer that is always due. */
export function watchPieces(): Pieces {
  let last = cpuMs();
  let most = 0;
  const look = () => {
    const now = cpuMs();
    most = Math.max(most, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  return {
    longest() {
      look();
      const longest = most;
      most = 0;
      return longest;
    },
    stop: () => clearInterval(timer),
  };
}
