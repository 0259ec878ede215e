export interface SetupRequest {
  namespace: string;
  retentionDays: number;
  dryRun: boolean;
}

/** What was done, or with a dry run would be. */
export interface SetupStep {
  what: string;
  /** `kept`: it was there and as it should be; `left_out`: this cluster cannot do it, `detail` says what follows. */
  outcome: 'created' | 'updated' | 'kept' | 'left_out';
  detail: string;
}
