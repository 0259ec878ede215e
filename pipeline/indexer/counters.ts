import type { JsonObject } from './shape/shaped';

/** Counts since the last report; `oldest_ms` is a gauge. */
export interface Counts {
  /** Documents that Elasticsearch took. */
  indexed: number;
  /** Events that were there already (409, or found by a look-up): repeats that did no harm. */
  conflicts: number;
  deadlettered: number;
  /** Documents that had to be sent again. */
  retries: number;
  /** Ids looked up in older backing indices. */
  lookups: number;
  /** Lines taken over from the journal of a process that died. */
  replayed: number;
}

const ZERO: Readonly<Counts> = { indexed: 0, conflicts: 0, deadlettered: 0, retries: 0, lookups: 0, replayed: 0 };

export class Counters {
  readonly total: Counts = { ...ZERO };
  private reported: Counts = { ...ZERO };

  add(name: keyof Counts, by = 1): void {
    this.total[name] += by;
  }

  /** What came since the last call. */
  takeDelta(): Counts {
    const delta = { ...ZERO };
    for (const name of Object.keys(ZERO) as (keyof Counts)[]) delta[name] = this.total[name] - this.reported[name];
    this.reported = { ...this.total };
    return delta;
  }
}

/** The `rota.pipeline` document of one report. */
export function countersDocument(options: {
  now: string;
  id: string;
  sequence: number;
  ephemeralId: string;
  host: string;
  counts: Counts;
  oldestMs: number;
  state: string;
}): JsonObject {
  return {
    '@timestamp': options.now,
    event: {
      id: options.id,
      sequence: options.sequence,
      created: options.now,
      dataset: 'rota.pipeline',
      kind: 'metric',
    },
    agent: { ephemeral_id: options.ephemeralId, type: 'rota-indexer' },
    host: { name: options.host },
    process: { pid: process.pid },
    rota: {
      tier: 'log',
      indexer: { ...options.counts, oldest_ms: options.oldestMs, state: options.state },
    },
  };
}
