const FIRST_MS = 100;
const LONGEST_MS = 5_000;

/**
 * How long to wait before attempt `attempt` (0 is the first repeat): doubling, never more than 5 s so that the pipeline
 * is healthy again soon after Elasticsearch is, and spread by up to half so that workers do not knock in step.
 * @param random from 0 to 1
 */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return Math.round(full * (0.5 + random / 2));
}
