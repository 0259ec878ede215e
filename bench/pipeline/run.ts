/** What one run measured. */
export interface Run {
  events_per_s: number;
  cpu_s_per_million: number;
}
