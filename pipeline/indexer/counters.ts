import type { JsonObject } from './shape/shaped';

/** Counts since the last report; `oldest_ms` is a gauge. */
export interface Counts {
  /** Documents that Elasticsearch took. */
  indexed: number;
  /** Events that were there already (409, or found by a look-up): repeats that did no harm. */
  conflicts: number;
  deadlettered: number;
  /** Events whose id another event has: dead letters, too. */
  id_conflicts: number;
  /** Documents that had to be sent again. */
  retries: number;
  /** Ids looked up in older backing indices. */
  lookups: number;
  /** Lines taken over from the journal of a process that died. */
  replayed: number;
}

const ZERO: Readonly<Counts> = {
  indexed: 0,
  conflicts: 0,
  deadlettered: 0,
  id_conflicts: 0,
  retries: 0,
  lookups: 0,
  replayed: 0,
};

/** More runs than this with repeats in one report are counted in the total alone. */
const MAX_RUNS = 500;

/** What the SDK writes has `<run>-<sequence>` for an id. */
const SDK_DATASETS = new Set(['rota.app', 'rota.access', 'rota.sdk']);
const RUN = /^(.+)-\d+$/;

/** The run of an SDK whose number an id is; undefined for the ids of other documents. */
export function runOf({ dataset, id }: { dataset: string; id: string }): string | undefined {
  return SDK_DATASETS.has(dataset) ? RUN.exec(id)?.[1] : undefined;
}

interface Repeated {
  dataset: string;
  id: string;
}

export class Counters {
  readonly total: Counts = { ...ZERO };
  private reported: Counts = { ...ZERO };
  private readonly repeats = new Map<string, number>();

  add(name: keyof Counts, by = 1): void {
    this.total[name] += by;
  }

  /** Events that were there already; those of an SDK's run also by the run. */
  repeated(items: readonly Repeated[]): void {
    this.add('conflicts', items.length);
    for (const { dataset, id } of items) {
      const run = runOf({ dataset, id });
      if (run === undefined || (this.repeats.size >= MAX_RUNS && !this.repeats.has(run))) continue;
      this.repeats.set(run, (this.repeats.get(run) ?? 0) + 1);
    }
  }

  /** Repeats by run since the last call. */
  takeRepeats(): { run: string; count: number }[] {
    const taken = [...this.repeats].map(([run, count]) => ({ run, count }));
    this.repeats.clear();
    return taken;
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
  /** Lines of the table of senders; 0: anyone may write in any host's name. */
  senders: number;
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
      indexer: {
        ...options.counts,
        oldest_ms: options.oldestMs,
        senders: options.senders,
        state: options.state,
      },
    },
  };
}

/** The `rota.pipeline` document that says how many repeats of one run were refused. */
export function repeatsDocument(options: {
  now: string;
  id: string;
  host: string;
  run: string;
  count: number;
}): JsonObject {
  const { now, id, host, run, count } = options;
  return {
    '@timestamp': now,
    event: { id, created: now, dataset: 'rota.pipeline', kind: 'metric' },
    agent: { ephemeral_id: run, type: 'rota-indexer' },
    host: { name: host },
    rota: { tier: 'log', indexer: { refused: count } },
  };
}
