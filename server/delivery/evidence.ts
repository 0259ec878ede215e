import type { Dataset } from '../../common/ecs';
import type { CountNumbers, Repeat } from './holes';

/** What the index holds of one process run: its whole life, whatever time its lines bear. Times are ms since 1970. */
export interface RunLife {
  /** `agent.ephemeral_id` */
  id: string;
  /** Lines with a number; a number that stands on two lines counts twice. */
  lines: number;
  lowest: number;
  highest: number;
  /** The highest number of a closing event; null without one. What was written after it is not closed. */
  closedAt: number | null;
  /** Lines of the run whose number cannot be read. */
  unnumbered: number;
  /** Its first and last line by its own clock. */
  started: number;
  lastSeen: number;
  /** Its last receipt by a log server. */
  received: number;
  /** When its first and last line were indexed. */
  indexedFrom: number;
  indexedTo: number;
  /** Lines of several hosts or processes bear this id: each has its own numbers. */
  shared: boolean;
}

/** What a run says it did not send, or could not: `count` numbers from `first` to `last`; which, only if it is all of them. */
export interface Drop {
  cause: string;
  count: number;
  first: number;
  last: number;
}

/** What is said about numbers of one run that are not in its data streams. */
export interface Declared {
  drops: Drop[];
  /** Numbers that became dead letters. */
  letters: number[];
  /** Numbers that another content holds: what came later under the same id is a dead letter. */
  taken: number[];
  /** There is more than was read. */
  cut: boolean;
}

/** From when on a data set holds all that was ever indexed in it. */
export interface Kept {
  dataset: Dataset;
  /** Everything indexed at this time or later is still there. −Infinity: nothing was ever deleted. */
  from: number;
  /**
   * The oldest line, where the indices are younger than what they hold (copied, reindexed): they do not tell what was
   * deleted before. null where they do.
   */
  oldest: number | null;
  /** As the lifecycle is set, ms; null where there is none or it may not be read. */
  retention: number | null;
}

/** A run's lines in one data set. */
export interface OwnLines {
  dataset: Dataset;
  lines: number;
  lowest: number;
  indexedFrom: number;
  indexedTo: number;
}

/** Lines received since then may still wait at this place: nothing newer is lost for good. */
export interface Held {
  since: number;
  /** The log server, or the agent's host. */
  host: string;
  /** `queue`: rsyslog's holds lines; `indexer`: it waits for Elasticsearch; `silent`: the log server has told nothing since. */
  by: 'queue' | 'indexer' | 'silent';
  lines: number | null;
}

/** Where lines wait. */
export interface Waiting {
  /** Of log servers: everybody's lines may wait there. */
  servers: Held[];
  /** Of agents, by host: only what is written there. */
  agents: ReadonlyMap<string, Held>;
}

/** Names in a run's lines. */
export interface RunNames {
  host: string | null;
  service: string | null;
  version: string | null;
}

/** What could not be read in full. */
export interface Unread {
  /** Lines, or what explains that they are absent: any absence may be none, or have its reason. */
  absences: boolean;
  /** Which numbers stand on several lines: as many lines as numbers prove nothing. */
  repeats: boolean;
}

/**
 * Everything that can be asked about process runs. Elasticsearch answers it (server/elasticsearch/delivery), in tests
 * documents in memory do (testing/memory_evidence.ts). `unread` says at each
 * time whether all that was asked so far could be read.
 */
export interface DeliveryEvidence {
  readonly unread: Readonly<Unread>;
  lives(ids: readonly string[]): Promise<RunLife[]>;
  repeats(lives: readonly RunLife[]): Promise<ReadonlyMap<string, Repeat[]>>;
  declared(ids: readonly string[]): Promise<ReadonlyMap<string, Declared>>;
  /** Lines by parts of ranges of numbers. */
  count: CountNumbers;
  /** A run's highest number among its lines of before a time; null without any. */
  lastBefore(asked: readonly LastBefore[]): Promise<(number | null)[]>;
  kept(): Promise<Kept[]>;
  ownLines(ids: readonly string[]): Promise<ReadonlyMap<string, OwnLines[]>>;
  names(ids: readonly string[]): Promise<ReadonlyMap<string, RunNames>>;
  waiting(): Promise<Waiting>;
  /** Whether anybody was heard of in the hour after a time. */
  heardAfter(time: number): Promise<boolean>;
}

export interface LastBefore {
  run: string;
  /** By when it was indexed, or by when a log server received it. */
  clock: 'indexed' | 'received';
  before: number;
}
