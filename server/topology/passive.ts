import type { UpstreamFault } from './evidence';
import { groupBy } from './groups';
import type { Absence } from './words';

/** nginx's passive rules: `max_fails` failures take a server out for `fail_timeout`. */
export interface PassiveRules {
  maxFails: number;
  failTimeoutMs: number;
}

/**
 * Absences by nginx's own words: each line begins `fail_timeout` of absence. A line soon after the last absence is the
 * one try that nginx allows itself; it failed, so the absence goes on.
 */
export function absencesFromDisabled(times: readonly number[], rules: PassiveRules): Absence[] {
  return chain(
    [...times].sort((a, b) => a - b),
    rules,
    'error_log',
  );
}

/**
 * Absences rebuilt from failed attempts, where the error log is not shipped: `max_fails` of them, none later than
 * `fail_timeout` after the one before, take a server out; the first failed try after that keeps it out.
 */
export function absencesFromAttempts(times: readonly number[], rules: PassiveRules): Absence[] {
  if (rules.maxFails === 0) return [];
  const starts: number[] = [];
  let fails = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const t of [...times].sort((a, b) => a - b)) {
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
  return chain(starts, rules, 'access_log');
}

function chain(
  starts: readonly number[],
  { failTimeoutMs, maxFails }: PassiveRules,
  evidence: 'error_log' | 'access_log',
): Absence[] {
  const found: Absence[] = [];
  for (const from of starts) {
    const last = found.at(-1);
    const lastEnd = last?.to ?? Number.NEGATIVE_INFINITY;
    // Another worker of the same nginx says the same within the absence: it lasts from its own time on.
    if (last && from < lastEnd) {
      last.to = from + failTimeoutMs;
      continue;
    }
    const again = from - lastEnd <= failTimeoutMs;
    const timeout = failTimeoutMs / 1000;
    found.push({
      from,
      to: from + failTimeoutMs,
      kind: again ? 'failed_try' : 'passive',
      cause: again
        ? { id: 'out.tried_again', values: { timeout } }
        : { id: 'out.attempts_failed', values: { fails: maxFails, timeout } },
      evidence,
      firstFailure: null,
    });
  }
  return found;
}

/** One absence from the first failure to the return: a chain of failed tries is one, not many. */
export function joinTries<A extends Absence>(absences: readonly A[], failTimeoutMs: number): (A & { tries: number })[] {
  const joined: (A & { tries: number })[] = [];
  for (const absence of absences) {
    const last = joined.at(-1);
    if (absence.kind === 'failed_try' && last?.to != null && absence.from - last.to <= failTimeoutMs) {
      last.to = absence.to;
      last.tries++;
    } else joined.push({ ...absence, tries: 0 });
  }
  return joined;
}

/**
 * The same from attempts of several workers, of which nobody says whether they share what they know (`zone`): an absence that
 * no worker alone had reason for is not certain.
 */
export function absencesOfWorkers(
  attempts: readonly UpstreamFault[],
  rules: PassiveRules,
): { absence: Absence; certain: boolean }[] {
  const shared = absencesFromAttempts(
    attempts.map(({ t }) => t),
    rules,
  );
  const workers = groupBy(attempts, ({ worker }) => worker ?? null);
  const alone = [...workers.values()].flatMap((own) =>
    absencesFromAttempts(
      own.map(({ t }) => t),
      rules,
    ),
  );
  return shared.map((absence) => ({
    absence,
    certain:
      workers.size < 2 ||
      alone.some(({ from, to }) => from <= (absence.to ?? from) && (to ?? absence.from) >= absence.from),
  }));
}

export function byPlace(faults: readonly UpstreamFault[]): Map<string, UpstreamFault[]> {
  return groupBy(faults, ({ teller, place }) => placeKey(teller, place));
}

export function placeKey(teller: string, place: string): string {
  return JSON.stringify([teller, place]);
}
