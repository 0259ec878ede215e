import type { PoolOut } from './pool_state';

/** "Server frontends/frontend-2 is DOWN, reason: …": what the balancer says of its own pool. */
export interface PoolWord {
  t: number;
  host: string;
  /** HAProxy's backend. */
  pool: string | null;
  up: boolean;
  reason: string | null;
}

/**
 * The balancer's own account of its pool. A host that is said to come up first was out since before the words begin.
 * Where a replay of its probes ejects the host at about the same time, its first failed probe is taken over.
 */
export function outsFromWords(words: readonly PoolWord[], begin: number, replayed: readonly PoolOut[]): PoolOut[] {
  const outs: PoolOut[] = [];
  const open = new Map<string, PoolOut>();
  const seen = new Set<string>();
  for (const { t, host, up, reason } of [...words].sort((a, b) => a.t - b.t)) {
    const out = open.get(host);
    if (up) {
      if (out) out.to = t;
      else if (!seen.has(host)) outs.push({ ...fromWord(host, begin, null), to: t });
      open.delete(host);
    } else if (!out) {
      const fresh = fromWord(host, t, reason);
      outs.push(fresh);
      open.set(host, fresh);
    }
    seen.add(host);
  }
  return outs.map((out) => ({ ...out, ...firstFailureOf(out, replayed) }));
}

function fromWord(host: string, from: number, reason: string | null): PoolOut {
  return {
    host,
    by: null,
    from,
    to: null,
    kind: 'probe',
    cause: reason === null ? 'The balancer reported it down.' : `The balancer reported it down: ${reason}.`,
    evidence: 'own_words',
    firstFailure: null,
  };
}

function firstFailureOf(out: PoolOut, replayed: readonly PoolOut[]): Pick<PoolOut, 'firstFailure'> {
  const near = replayed.filter(({ host, firstFailure }) => host === out.host && firstFailure !== null);
  const best = near.sort((a, b) => Math.abs(a.from - out.from) - Math.abs(b.from - out.from))[0];
  const fits = best?.firstFailure != null && best.firstFailure <= out.from && Math.abs(best.from - out.from) < 60_000;
  return { firstFailure: fits ? best.firstFailure : null };
}
