import { backoffMs } from './backoff';
import { bulkBody } from './bulk_body';
import { type BulkItem, bulkAction, itemOutcome } from './bulk_outcome';
import type { Counters } from './counters';
import { DEAD_LETTER_DATASET, refusedItem } from './dead_letter';
import { AnswerError, UnansweredError } from './errors';
import { type HttpClient, parseAnswer } from './http_client';
import type { Item } from './item';
import type { Status } from './status';
import { needsLookup, type Streams } from './streams';

const BULK_PATH = '/_bulk?filter_path=errors,error,items.create._index,items.create.status,items.create.error';
/** All that is sent so soon after the start may be a resend of what the process before had under way. */
const RESENDS_AFTER_START_MS = 60_000;

export interface DeliveryParts {
  http: HttpClient;
  streams: Streams;
  counters: Counters;
  status: Status;
  namespace: string;
  /** Takes addresses out of a line that Elasticsearch refuses, where the site wants that. */
  conceal(line: Buffer): Buffer;
  /** Keeps a dead letter that Elasticsearch refuses as well. */
  lastResort(item: Item, reason: string): void;
}

/** The backing index that each data stream was taken to write to when ids were looked up. */
type WriteIndices = Map<string, string>;

/** Brings events to Elasticsearch, each exactly once, however long that takes. */
export class Delivery {
  private readonly startedAt = Date.now();
  private stopped = false;

  constructor(private readonly parts: DeliveryParts) {}

  /** Ends every wait; what is under way is given up (and is in the journal). */
  stop(): void {
    this.stopped = true;
  }

  /**
   * Resolves to true when every item is indexed, known already, or kept as a dead letter; to false after `stop()`.
   * @param suspicious the items may have been sent before (by a process that died)
   */
  async deliver(items: readonly Item[], suspicious = false): Promise<boolean> {
    let open: readonly Item[] = items;
    let repeated = suspicious;
    for (let attempt = 0; open.length > 0; attempt += 1) {
      if (this.stopped) return false;
      if (attempt > 0) {
        this.parts.counters.add('retries', open.length);
        await sleep(backoffMs(attempt - 1, Math.random()));
      }
      const before = open.length;
      open = await this.tryOnce(open, repeated);
      repeated = true;
      // Halving a bulk that is refused as a whole is progress: do not let the wait grow.
      if (open.length < before) attempt = Math.min(attempt, 1);
    }
    this.parts.status.healthy();
    return true;
  }

  /**
   * One attempt.
   * @param repeated some of it was sent before
   * @returns the items that must be sent again
   */
  private async tryOnce(items: readonly Item[], repeated: boolean): Promise<readonly Item[]> {
    const { http, status } = this.parts;
    try {
      const assumed: WriteIndices = new Map();
      const fresh = await this.dropKnown(items, repeated, assumed);
      if (fresh.length === 0) return [];
      const body = bulkBody(fresh, new Date().toISOString());
      const answer = await http.send('POST', BULK_PATH, body, 'application/x-ndjson');
      const action = bulkAction(answer.status);
      if (action === 'read_items') return await this.readItems(fresh, answer.body, assumed);
      const detail = answer.body.toString('utf8', 0, 300).replaceAll('\n', ' ');
      if (action === 'split') return await this.split(fresh, `HTTP ${answer.status} ${detail}`);
      status.waiting(`Elasticsearch answers HTTP ${answer.status} to bulks: ${detail}`);
      return fresh;
    } catch (error) {
      if (!(error instanceof UnansweredError) && !(error instanceof AnswerError)) throw error;
      status.waiting(error.message);
      return items;
    }
  }

  /**
   * Leaves out what an older backing index holds already, and notes in `assumed` which index that was older than. What
   * another bulk learns of a rollover after this must not count as looked up here.
   */
  private async dropKnown(items: readonly Item[], repeated: boolean, assumed: WriteIndices): Promise<readonly Item[]> {
    const { streams, counters } = this.parts;
    const suspicious = repeated || Date.now() - this.startedAt < RESENDS_AFTER_START_MS;
    const byStream = groupByStream(items);
    const known = new Set<Item>();
    for (const [stream, group] of byStream) {
      // A rollover since it was last asked for shows in the answer (afterRollover).
      if (repeated) await streams.refresh(stream);
      else await streams.ensure(stream);
      const state = streams.get(stream);
      if (!state) continue;
      assumed.set(stream, state.writeIndex);
      const doubtful = group.filter((item) => needsLookup(item, state, suspicious));
      if (doubtful.length === 0) continue;
      counters.add('lookups', doubtful.length);
      const ids = await streams.findOlder(
        stream,
        doubtful.map((item) => item.id),
        state.writeIndex,
      );
      for (const item of doubtful) if (ids.has(item.id)) known.add(item);
    }
    counters.repeated([...known]);
    return known.size === 0 ? items : items.filter((item) => !known.has(item));
  }

  private async readItems(items: readonly Item[], bytes: Buffer, assumed: WriteIndices): Promise<readonly Item[]> {
    const { counters, status } = this.parts;
    const answer = parseAnswer<{ items?: BulkItem[] }>(bytes.toString(), 200, 'POST /_bulk');
    const again: Item[] = [];
    const moved = new Map<string, Item[]>();
    let why = '';
    items.forEach((item, index) => {
      const outcome = itemOutcome(answer.items?.[index]);
      if (outcome.kind === 'indexed') {
        counters.add(item.dataset === DEAD_LETTER_DATASET ? 'deadlettered' : 'indexed');
        if (outcome.index !== assumed.get(item.stream)) push(moved, outcome.index, item);
      } else if (outcome.kind === 'known') counters.repeated([item]);
      else if (outcome.kind === 'refused') this.refuse(item, outcome.reason, again);
      else {
        why = `${item.stream}: ${outcome.reason}`;
        again.push(item);
      }
    });
    if (why !== '') status.waiting(why);
    await this.afterRollover(moved);
    return again;
  }

  /**
   * The stream rolled over after it was last asked for: what went to the new index without a look-up is looked up now,
   * and a copy of what an older index holds is taken back.
   */
  private async afterRollover(moved: ReadonlyMap<string, Item[]>): Promise<void> {
    const { streams, status, counters } = this.parts;
    for (const [index, items] of moved) {
      const stream = items[0]!.stream;
      for (let attempt = 0; !this.stopped; attempt += 1) {
        try {
          await streams.refresh(stream);
          const ids = await streams.findOlder(
            stream,
            items.map((item) => item.id),
            index,
          );
          await streams.deleteCopies(index, ids);
          counters.repeated(items.filter(({ id }) => ids.has(id)));
          counters.add('indexed', -ids.size);
          break;
        } catch (error) {
          if (!(error instanceof UnansweredError) && !(error instanceof AnswerError)) throw error;
          status.waiting(error.message);
          await sleep(backoffMs(attempt, Math.random()));
        }
      }
    }
  }

  private refuse(item: Item, reason: string, again: Item[]): void {
    const { namespace, lastResort, counters, conceal } = this.parts;
    if (item.dataset === DEAD_LETTER_DATASET) {
      lastResort(item, reason);
      counters.add('deadlettered');
      return;
    }
    const stream = `logs-${DEAD_LETTER_DATASET}-${namespace}`;
    again.push(refusedItem({ ...item, line: conceal(item.line) }, stream, reason, new Date().toISOString()));
  }

  /** A bulk that is refused as a whole: one document is the cause. */
  private async split(items: readonly Item[], reason: string): Promise<readonly Item[]> {
    if (items.length === 1) {
      const again: Item[] = [];
      this.refuse(items[0]!, reason, again);
      return again;
    }
    const half = items.length >> 1;
    const left = await this.tryOnce(items.slice(0, half), true);
    const right = await this.tryOnce(items.slice(half), true);
    return [...left, ...right];
  }
}

function groupByStream(items: readonly Item[]): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) push(groups, item.stream, item);
  return groups;
}

function push<K>(map: Map<K, Item[]>, key: K, item: Item): void {
  const list = map.get(key);
  if (list) list.push(item);
  else map.set(key, [item]);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
