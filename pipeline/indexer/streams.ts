import { AnswerError } from './errors';
import { type HttpClient, parseAnswer } from './http_client';
import type { Item } from './item';
import type { JsonObject } from './shape/shaped';

/** What is known of one data stream's backing indices. */
export interface StreamState {
  /** The backing index that `create` writes to now. */
  writeIndex: string;
  /** When that index began, ms. */
  writeSince: number;
  /** Earlier backing indices, newest first. */
  older: string[];
}

/** Clocks of the hosts may be ahead by this much before a resend could pass for a new event. */
const CLOCK_MARGIN_MS = 5 * 60_000;
/** So many older indices may have been written to within the last moments, even when rollovers follow each other. */
const RECENT_INDICES = 3;
/** Elasticsearch's `index.max_result_window`. */
const MOST_HITS = 10_000;
/** Documents of an answer: each may be as large as a message. */
const FETCHED_AT_ONCE = 200;

/** By id; undefined for a document whose index keeps no `_source`. */
export type StoredDocuments = Map<string, (JsonObject | undefined)[]>;

/**
 * Whether an earlier backing index may hold this event, so that `create`, which only looks into the newest, would take
 * it a second time. An event is in an older index only if it was first sent before the newest began.
 * @param suspicious all that is sent now may be a resend (indexer just started, a bulk had no answer)
 */
export function needsLookup(item: Item, state: StreamState | undefined, suspicious: boolean): boolean {
  if (!state || state.older.length === 0) return false;
  if (suspicious || item.mayBeResend) return true;
  return earliest(item) < state.writeSince + CLOCK_MARGIN_MS;
}

/** The earlier of the event's own time and its first receipt, ms; 0 when unknown. */
function earliest(item: Item): number {
  const times = item.times.map((time) => (typeof time === 'string' ? Date.parse(time) : NaN));
  const known = times.filter((time) => !Number.isNaN(time));
  return known.length === 0 ? 0 : Math.min(...known);
}

/** Orders a data stream's backing indices from `_settings`. */
export function readStreamState(settings: IndexSettings): StreamState | undefined {
  const indices = Object.entries(settings)
    .map(([name, entry]) => ({ name, since: Number(entry.settings?.index?.creation_date ?? 0) }))
    .sort((a, b) => generation(b.name) - generation(a.name) || b.since - a.since);
  const newest = indices[0];
  if (!newest) return undefined;
  return { writeIndex: newest.name, writeSince: newest.since, older: indices.slice(1).map(({ name }) => name) };
}

export type IndexSettings = Record<string, { settings?: { index?: { creation_date?: string } } }>;

function generation(backingIndex: string): number {
  return Number(/-(\d{6,})$/.exec(backingIndex)?.[1] ?? 0);
}

/** Asks for the backing indices of the data streams that are written to, and looks ids up in the older ones. */
export class Streams {
  private readonly states = new Map<string, StreamState | undefined>();

  constructor(private readonly http: HttpClient) {}

  get(stream: string): StreamState | undefined {
    return this.states.get(stream);
  }

  /** Makes sure that the stream has been asked for once. @throws UnansweredError, AnswerError */
  async ensure(stream: string): Promise<void> {
    if (!this.states.has(stream)) await this.refresh(stream);
  }

  /** @throws UnansweredError, AnswerError */
  async refresh(stream: string): Promise<void> {
    const path = `/${stream}/_settings/index.creation_date?allow_no_indices=true&ignore_unavailable=true`;
    const settings = await this.http.json<IndexSettings>('GET', path);
    this.states.set(stream, settings && readStreamState(settings));
  }

  /**
   * The documents with one of `ids` that backing indices older than `than` hold, by id. Never looks into `than` or what came after it,
   * so that a document is not taken for a copy of itself when the stream has rolled over again meanwhile.
   * @throws UnansweredError, AnswerError
   */
  async findOlder(stream: string, ids: readonly string[], than: string): Promise<StoredDocuments> {
    const state = this.states.get(stream);
    const indices = state ? [state.writeIndex, ...state.older] : [];
    const at = indices.indexOf(than);
    const older = at < 0 ? [] : indices.slice(at + 1);
    if (older.length === 0 || ids.length === 0) return new Map();
    // A search sees what was refreshed. Only the last of the older indices can have been written to just now.
    const recent = older.slice(0, RECENT_INDICES).join(',');
    await this.http.json('POST', `/${recent}/_refresh?ignore_unavailable=true`);
    const answer = await this.http.json<SearchAnswer>(
      'POST',
      `/${stream}/_search?allow_partial_search_results=false&filter_path=timed_out,hits.hits._id,hits.hits._index`,
      {
        // One of them may be in several.
        size: Math.min(MOST_HITS, ids.length * 2),
        _source: false,
        track_total_hits: false,
        query: {
          bool: {
            filter: [{ ids: { values: ids } }],
            must_not: [{ terms: { _index: indices.slice(0, at + 1) } }],
          },
        },
      },
    );
    const documents: StoredDocuments = new Map();
    for (const [index, hits] of groupBy(answer?.hits?.hits ?? [], ({ _index }) => _index)) {
      const found = await this.find(
        index,
        hits.map(({ _id }) => _id),
      );
      for (const [id, docs] of found) {
        const known = documents.get(id);
        if (known) known.push(...docs);
        else documents.set(id, docs);
      }
    }
    return documents;
  }

  /**
   * The documents with one of `ids` that one backing index holds, as they are now.
   * @throws UnansweredError, AnswerError
   */
  async find(index: string, ids: readonly string[]): Promise<StoredDocuments> {
    const documents: StoredDocuments = new Map();
    for (let at = 0; at < ids.length; at += FETCHED_AT_ONCE) {
      const answer = await this.http.json<MultiGetAnswer>(
        'POST',
        `/${index}/_mget?filter_path=docs._id,docs.found,docs._source`,
        { ids: ids.slice(at, at + FETCHED_AT_ONCE) },
      );
      for (const { _id, found, _source } of answer?.docs ?? []) if (found) documents.set(_id, [_source]);
    }
    return documents;
  }

  /** Takes back documents that a rollover let in twice, all at once. @throws UnansweredError, AnswerError */
  async deleteCopies(index: string, ids: Iterable<string>): Promise<void> {
    const body = [...ids].map((_id) => `${JSON.stringify({ delete: { _index: index, _id } })}\n`).join('');
    if (body === '') return;
    const path = '/_bulk?filter_path=items.delete.status';
    const { status, body: bytes } = await this.http.send('POST', path, body, 'application/x-ndjson');
    const { items = [] } = status === 200 ? parseAnswer<DeleteAnswer>(bytes.toString(), status, 'POST /_bulk') : {};
    // 404: it is gone already.
    const failed =
      status === 200 ? items.map((item) => item.delete?.status).find((one) => one !== 200 && one !== 404) : status;
    if (failed !== undefined) throw new AnswerError(failed, `deleting copies in ${index}`, '');
  }
}

interface DeleteAnswer {
  items?: { delete?: { status?: number } }[];
}

interface SearchAnswer {
  hits?: { hits?: { _id: string; _index: string }[] };
}

interface MultiGetAnswer {
  docs?: { _id: string; found?: boolean; _source?: JsonObject }[];
}

/** @returns the items by their key, each list in order */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
