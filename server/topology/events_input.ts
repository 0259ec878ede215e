import type { Settings } from '../settings';
import type { HostRow } from './bursts';
import type { Deploy } from './deploys';
import type { Evidence, Skew } from './evidence';
import type { Ledger } from './hurt';
import type { Place } from './places';
import type { Silence } from './silence';
import type { States } from './states';

/** What events are made of. */
export interface EventsInput {
  evidence: Evidence;
  places: readonly Place[];
  rows: readonly HostRow[];
  states: States;
  silences: readonly Silence[];
  allSilent: number | null;
  skews: readonly Skew[];
  deploys: readonly Deploy[];
  ledger: Ledger;
  settings: Settings;
}
