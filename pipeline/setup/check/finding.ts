/** What was looked at, and what was found. */
export interface Finding {
  /** What this is about, in few words: `certificate of the server`, `logs-nginx.access-rota`. */
  what: string;
  /**
   * `good`: as it should be; `warning`: works, but not for long or not as meant; `bad`: logs are or will be lost, refused or not taken;
   * `not_known`: could not be looked at, and `found` says why.
   */
  outcome: 'good' | 'warning' | 'bad' | 'not_known';
  found: string;
  /** What to do about it, as a sentence. */
  mend?: string;
}

export const good = (what: string, found: string): Finding => ({ what, outcome: 'good', found });
export const warning = (what: string, found: string, mend: string): Finding => ({
  what,
  outcome: 'warning',
  found,
  mend,
});
export const bad = (what: string, found: string, mend: string): Finding => ({ what, outcome: 'bad', found, mend });
export const notKnown = (what: string, found: string, mend?: string): Finding => ({
  what,
  outcome: 'not_known',
  found,
  ...(mend === undefined ? {} : { mend }),
});

/** One line a finding; what to do stands behind an arrow. */
export function sentenceOf({ what, outcome, found, mend }: Finding): string {
  return `${outcome.replace('_', ' ').padEnd(9)}  ${what}: ${found}${mend === undefined ? '' : ` -> ${mend}`}`;
}
