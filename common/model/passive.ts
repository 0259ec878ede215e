import type { PoolOut } from './pool_state';

/** nginx's passive rules: `max_fails` failures take a server out for `fail_timeout`. */
export interface PassiveRules {
  maxFails: number;
  failTimeoutMs: number;
}

interface Place {
  host: string;
  /** The frontend whose pool it is. */
  by: string;
}

/** "upstream server temporarily disabled" of nginx's error log: it says itself when a server goes out. */
export interface Disabled extends Place {
  t: number;
}

/**
 * Absences by nginx's own words: each line begins `fail_timeout` of absence. A line soon after the last absence is the
 * one try that nginx allows itself; it failed, so the absence goes on.
 */
export function passiveFromWords(lines: readonly Disabled[], rules: PassiveRules): PoolOut[] {
  return [...groupByPlace(lines).values()].flatMap((own) =>
    chain(
      own.map(({ t }) => t),
      own[0]!,
      rules,
      'error_log',
    ),
  );
}

/** A failed attempt: no answer, or a status that nginx's `proxy_next_upstream` counts. */
export interface FailedAttempt extends Place {
  t: number;
}

/**
 * Absences rebuilt from failed attempts, where the error log is not shipped: `max_fails` of them, none later than
 * `fail_timeout` after the one before, take a server out; the first failed try after that keeps it out.
 */
export function passiveFromAttempts(attempts: readonly FailedAttempt[], rules: PassiveRules): PoolOut[] {
  if (rules.maxFails === 0) return [];
  return [...groupByPlace(attempts).values()].flatMap((own) => {
    const starts: number[] = [];
    let fails = 0;
    let last = Number.NEGATIVE_INFINITY;
    for (const { t } of own) {
      const end = (starts.at(-1) ?? Number.NEGATIVE_INFINITY) + rules.failTimeoutMs;
      // Requests that were under way when the server went out come in late and change nothing.
      if (t < end) continue;
      fails = t - end <= rules.failTimeoutMs ? rules.maxFails : t - last > rules.failTimeoutMs ? 1 : fails + 1;
      last = t;
      if (fails >= rules.maxFails) {
        starts.push(t);
        fails = 0;
      }
    }
    return chain(starts, own[0]!, rules, 'access_log');
  });
}

function groupByPlace<P extends Place & { t: number }>(items: readonly P[]): Map<string, P[]> {
  const groups = new Map<string, P[]>();
  for (const item of [...items].sort((a, b) => a.t - b.t)) {
    const key = JSON.stringify([item.by, item.host]);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

function chain(
  starts: readonly number[],
  { host, by }: Place,
  { failTimeoutMs, maxFails }: PassiveRules,
  evidence: 'error_log' | 'access_log',
): PoolOut[] {
  const outs: PoolOut[] = [];
  for (const from of starts) {
    const last = outs.at(-1);
    const lastEnd = last?.to ?? Number.NEGATIVE_INFINITY;
    // Another worker of the same nginx says the same within the absence: it lasts from its own time on.
    if (last && from < lastEnd) {
      last.to = from + failTimeoutMs;
      continue;
    }
    const again = from - lastEnd <= failTimeoutMs;
    outs.push({
      host,
      by,
      from,
      to: from + failTimeoutMs,
      kind: again ? 'failed_try' : 'passive',
      cause: again
        ? `Tried again after ${failTimeoutMs / 1000} s, failed.`
        : `${maxFails} failed ${maxFails === 1 ? 'attempt' : 'attempts'} took it out for ${failTimeoutMs / 1000} s.`,
      evidence,
      firstFailure: null,
    });
  }
  return outs;
}

/** One absence from the first failure to the return: a chain of failed tries is one event, not many. */
export function joinChains(outs: readonly PoolOut[], failTimeoutMs: number): PoolOut[] {
  const joined: PoolOut[] = [];
  for (const out of outs) {
    const last = [...joined].reverse().find(({ host, by }) => host === out.host && by === out.by);
    if (out.kind === 'failed_try' && last?.to != null && out.from - last.to <= failTimeoutMs) last.to = out.to;
    else joined.push({ ...out });
  }
  return joined;
}
