import { LRUCache } from 'lru-cache';
import { weightOf } from './weight';

/** Bytes of memory, about: of one answer, above which it is not kept, and of all. */
const MOST_EACH = 4 * 1024 * 1024;
const MOST_TOGETHER = 32 * 1024 * 1024;

/**
 * Answers about times that no longer change, by their whole question. Least recently used go first, when they are too many or
 * weigh too much.
 */
export class AnswerCache {
  private readonly kept: LRUCache<string, { value: unknown }>;

  /** @param ttlMs how long an answer is kept unless `set` says otherwise; 0: nothing is kept */
  constructor(
    maxEntries: number,
    private readonly ttlMs: number,
  ) {
    this.kept = new LRUCache({
      max: maxEntries,
      maxSize: MOST_TOGETHER,
      maxEntrySize: MOST_EACH,
      sizeCalculation: ({ value }, key) => key.length + weightOf(value, MOST_EACH),
    });
  }

  get<T>(key: string): T | undefined {
    return this.kept.get(key)?.value as T | undefined;
  }

  set(key: string, value: unknown, ttlMs = this.ttlMs): void {
    // To the library a life of 0 ms is one without an end.
    if (ttlMs > 0) this.kept.set(key, { value }, { ttl: ttlMs });
  }
}
