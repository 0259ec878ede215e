import { backoffMs } from './backoff';
import { bulkBody } from './bulk_body';
import { type BulkItem, bulkAction, itemOutcome } from './bulk_outcome';
import { DEAD_LETTER_DATASET, refusedItem } from './dead_letter';
import { AnswerError, UnansweredError } from './errors';
import { type HttpClient, parseAnswer } from './http_client';
import type { Item } from './item';
import { type SettleParts, settle } from './settle';
import { groupBy, needsLookup, type Streams } from './streams';

const BULK_PATH = '/_bulk?filter_path=errors,error,items.create._index,items.create.status,items.create.error';
/** All that is sent so soon after the start may be a resend of what the process before had under way. */
const RESENDS_AFTER_START_MS = 60_000;

export interface DeliveryParts extends SettleParts {
  http: HttpClient;
  streams: Streams;
  /** Keeps a dead letter that Elasticsearch refuses as well. */
  lastResort(item: Item, reason: string): void;
}

/** An item, and the backing index that has it or its id. */
interface Placed {
  item: Item;
  index: string;
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
      const { fresh, again } = await this.dropKnown(items, repeated, assumed);
      if (fresh.length === 0) return again;
      const body = bulkBody(fresh, new Date().toISOString());
      const answer = await http.send('POST', BULK_PATH, body, 'application/x-ndjson');
      const action = bulkAction(answer.status);
      if (action === 'read_items') return [...again, ...(await this.readItems(fresh, answer.body, assumed))];
      const detail = answer.body.toString('utf8', 0, 300).replaceAll('\n', ' ');
      if (action === 'split') return [...again, ...(await this.split(fresh, `HTTP ${answer.status} ${detail}`))];
      status.waiting(`Elasticsearch answers HTTP ${answer.status} to bulks: ${detail}`);
      return [...again, ...fresh];
    } catch (error) {
      if (!(error instanceof UnansweredError) && !(error instanceof AnswerError)) throw error;
      status.waiting(error.message);
      return items;
    }
  }

  /**
   * Leaves out what an older backing index holds already, and notes in `assumed` which index that was older than. What
   * another bulk learns of a rollover after this must not count as looked up here.
   * @returns what is to be sent now, and the dead letters of what cannot be
   */
  private async dropKnown(
    items: readonly Item[],
    repeated: boolean,
    assumed: WriteIndices,
  ): Promise<{ fresh: readonly Item[]; again: readonly Item[] }> {
    const { streams, counters } = this.parts;
    const suspicious = repeated || Date.now() - this.startedAt < RESENDS_AFTER_START_MS;
    const known = new Set<Item>();
    const again: Item[] = [];
    for (const [stream, group] of groupBy(items, (item) => item.stream)) {
      // A rollover since it was last asked for shows in the answer (afterRollover).
      if (repeated) await streams.refresh(stream);
      else await streams.ensure(stream);
      const state = streams.get(stream);
      if (!state) continue;
      assumed.set(stream, state.writeIndex);
      const doubtful = group.filter((item) => needsLookup(item, state, suspicious));
      if (doubtful.length === 0) continue;
      counters.add('lookups', doubtful.length);
      const found = await streams.findOlder(stream, doubtful.map(idOf), state.writeIndex);
      const there = doubtful.filter(({ id }) => found.has(id));
      for (const item of there) known.add(item);
      again.push(...settle(there, found, this.parts));
    }
    return { fresh: known.size === 0 ? items : items.filter((item) => !known.has(item)), again };
  }

  private async readItems(items: readonly Item[], bytes: Buffer, assumed: WriteIndices): Promise<readonly Item[]> {
    const { counters, status, streams } = this.parts;
    const answer = parseAnswer<{ items?: BulkItem[] }>(bytes.toString(), 200, 'POST /_bulk');
    const again: Item[] = [];
    const moved: Placed[] = [];
    const known: Placed[] = [];
    let why = '';
    items.forEach((item, at) => {
      const outcome = itemOutcome(answer.items?.[at]);
      if (outcome.kind === 'indexed') {
        counters.add(item.dataset === DEAD_LETTER_DATASET ? 'deadlettered' : 'indexed');
        if (outcome.index !== assumed.get(item.stream)) moved.push({ item, index: outcome.index });
      } else if (outcome.kind === 'known') known.push({ item, index: outcome.index });
      else if (outcome.kind === 'refused') this.refuse(item, outcome.reason, again);
      else {
        why = `${item.stream}: ${outcome.reason}`;
        again.push(item);
      }
    });
    if (why !== '') status.waiting(why);
    for (const [index, group] of groupBy(known, (placed) => placed.index)) {
      const stored = await streams.find(
        index,
        group.map(({ item }) => item.id),
      );
      const there = group.map(({ item }) => item);
      again.push(
        ...settle(
          there.filter(({ id }) => stored.has(id)),
          stored,
          this.parts,
        ),
      );
      // Taken away since: it can be sent again.
      again.push(...there.filter(({ id }) => !stored.has(id)));
    }
    again.push(...(await this.afterRollover(moved)));
    return again;
  }

  /**
   * The stream rolled over after it was last asked for: what went to the new index without a look-up is looked up now,
   * and a copy of what an older index holds is taken back.
   * @returns dead letters for those whose id another event has there
   */
  private async afterRollover(moved: readonly Placed[]): Promise<Item[]> {
    const { streams, status, counters } = this.parts;
    const letters: Item[] = [];
    for (const [index, group] of groupBy(moved, (placed) => placed.index)) {
      const items = group.map(({ item }) => item);
      const stream = items[0]!.stream;
      for (let attempt = 0; !this.stopped; attempt += 1) {
        try {
          await streams.refresh(stream);
          const found = await streams.findOlder(stream, items.map(idOf), index);
          await streams.deleteCopies(index, found.keys());
          letters.push(
            ...settle(
              items.filter(({ id }) => found.has(id)),
              found,
              this.parts,
            ),
          );
          counters.add('indexed', -found.size);
          break;
        } catch (error) {
          if (!(error instanceof UnansweredError) && !(error instanceof AnswerError)) throw error;
          status.waiting(error.message);
          await sleep(backoffMs(attempt, Math.random()));
        }
      }
    }
    return letters;
  }

  private refuse(item: Item, reason: string, again: Item[]): void {
    const { namespace, lastResort, counters, anonymize } = this.parts;
    if (item.dataset === DEAD_LETTER_DATASET) {
      lastResort(item, reason);
      counters.add('deadlettered');
      return;
    }
    const letter = { ...item, line: anonymize(item.line) };
    again.push(refusedItem(letter, deadLetterStream(namespace), reason, new Date().toISOString()));
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

const idOf = ({ id }: Item) => id;
const deadLetterStream = (namespace: string) => `logs-${DEAD_LETTER_DATASET}-${namespace}`;

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
