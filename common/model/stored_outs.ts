import type { PoolOut } from './pool_state';

/** What a `rota.health` document says of a host's place in its pool. */
export interface StoredWord {
  t: number;
  host: string;
  tier: 'frontend' | 'webapp';
  /** The frontend whose pool it is; for the balancer's pool its own name. */
  pool: string | null;
  state: 'ejected' | 'returned';
  cause: string;
  /** Before `t`; null when no failure was seen. */
  gapMs: number | null;
}

/** Two accounts of one absence differ by at most this: the replay's clock is the probe's, the stored one's what was known then. */
const SAME_MS = 60_000;

/** Absences as they were recorded when they happened: for ranges whose lines are too many to replay, or gone by now. */
export function outsFromStored(words: readonly StoredWord[], tier: StoredWord['tier'], begin: number): PoolOut[] {
  const outs: PoolOut[] = [];
  const open = new Map<string, PoolOut>();
  for (const word of [...words].filter((one) => one.tier === tier).sort((a, b) => a.t - b.t)) {
    const out = open.get(word.host);
    if (word.state === 'returned') {
      // One that began before anything was recorded was out since the range began.
      const known = out ?? { ...fromWord(word, begin), firstFailure: null };
      if (!out) outs.push(known);
      known.to = word.t;
      open.delete(word.host);
    } else if (!out) {
      const fresh = fromWord(word, word.t);
      outs.push(fresh);
      open.set(word.host, fresh);
    }
  }
  return outs;
}

function fromWord({ host, tier, pool, cause, gapMs, t }: StoredWord, from: number): PoolOut {
  return {
    host,
    by: tier === 'webapp' ? pool : null,
    from,
    to: null,
    kind: tier === 'webapp' ? 'passive' : 'probe',
    cause,
    evidence: 'stored',
    firstFailure: gapMs === null ? null : t - gapMs,
  };
}

/**
 * An absence that the lines show from the begin of what was read may be older: then the record says since when, and the
 * event is the same one on every page, whatever its time range.
 */
export function sinceRecorded(
  told: readonly PoolOut[],
  words: readonly StoredWord[],
  tier: StoredWord['tier'],
  begin: number,
): PoolOut[] {
  return told.map((out) => {
    if (out.from > begin || out.evidence === 'own_words') return out;
    const before = words.filter((word) => word.tier === tier && word.host === out.host && word.t <= out.from);
    const last = before.sort((a, b) => a.t - b.t).at(-1);
    if (last?.state !== 'ejected') return out;
    return { ...out, from: last.t, firstFailure: last.gapMs === null ? null : last.t - last.gapMs };
  });
}

/** What the lines tell, and of the recorded absences those that they do not: nothing is told twice. */
export function withStored(told: readonly PoolOut[], stored: readonly PoolOut[]): PoolOut[] {
  const end = (out: PoolOut) => (out.to ?? Number.POSITIVE_INFINITY) + SAME_MS;
  const same = (a: PoolOut, b: PoolOut) => a.host === b.host && a.from <= end(b) && b.from <= end(a);
  const news = stored.filter((out) => !told.some((other) => same(out, other)));
  return [...told, ...news].sort((a, b) => a.from - b.from);
}
