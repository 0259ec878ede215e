import type { RefusalCode } from '../senders/senders';

/** What one line from rsyslog becomes. Everything after this (bulk, confirm, look-ups, counters) is the indexer's. */
export type Shaped = ShapedDocument | ShapedDeadLetter;

/** A JSON value as it goes to Elasticsearch. */
export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One ECS document, ready but for `event.ingested`, which the indexer sets when it sends. */
export interface ShapedDocument {
  kind: 'document';
  /** The data stream is `logs-<dataset>-<namespace>`. */
  dataset: string;
  /** The document's `_id`, the same each time the same event comes again. */
  id: string;
  /**
   * True when this event may have been sent before (an agent that reads again after a crash, an SDK's replay): then
   * an earlier backing index may hold it, and `create` alone does not tell. Look it up by `ids` first.
   */
  mayBeResend: boolean;
  doc: JsonObject;
  /** Further events of the same message. */
  more?: Shaped[];
}

/** A document written down at once (access_text.ts), which costs less than to build it first. */
export interface ShapedText extends Omit<ShapedDocument, 'kind' | 'doc' | 'more'> {
  kind: 'text';
  /** The document as JSON, but for its end: `event` comes last and is still open, to take `event.ingested`. */
  open: string;
  /** `@timestamp` and `event.created`. */
  times: readonly [string, string];
}

/**
 * Why, for programs: `event.code` (docs/architecture.md). `not_parsed`: no parser understood it; `refused`: Elasticsearch takes no such
 * document; `id_conflict`: another event has its id; the others: the table of senders does not allow it.
 */
export type DeadLetterCode = 'not_parsed' | 'refused' | 'id_conflict' | RefusalCode;

/** A message that became no document, with all its bytes. */
export interface ShapedDeadLetter {
  kind: 'dead_letter';
  code: DeadLetterCode;
  /** One short sentence, for `rota.reason`. */
  reason: string;
  /** The rsyslog input it came by (`relp`, `relps`, `tcp`, `tcp_raw`, `tls`, `udp`, `file`), for `rota.input`. */
  input: string;
  /** The message's bytes as rsyslog received them, for `rota.raw` (base64). */
  raw: Buffer;
  id: string;
  mayBeResend: boolean;
  /** Longer than 64 KiB: what rsyslog took of it may not be all. */
  truncated?: true;
  /** First receipt, ISO 8601, for `@timestamp` and `event.created`. */
  received: string;
  /** Further events of the same message. */
  more?: Shaped[];
  /** Who sent it, as far as known, for `host.name`. */
  host?: string;
  /** Who it says to be from, where that is not believed, for `rota.claimed_host`. */
  claimedHost?: string;
  /** The id that it wants and another has, for `rota.claimed_id`. */
  claimedId?: string;
  /** The address that it came from, for `log.source.address`. */
  source?: string;
  /** The dataset that its sender claimed, for `rota.claimed_dataset`. */
  dataset?: string;
}
