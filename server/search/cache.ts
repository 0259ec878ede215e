import { weightOf } from './weight';

/** Bytes of memory, about: of one answer, above which it is not kept, and of all. */
const MOST_EACH = 4 * 1024 * 1024;
const MOST_TOGETHER = 32 * 1024 * 1024;

/**
 * Answers about times that no longer change, by their whole question. Least recently used go first, when they are too many or
 * weigh too much.
 */
export class AnswerCache {
  private readonly entries = new Map<string, { value: unknown; expires: number; weight: number }>();
  private weight = 0;

  constructor(
    private readonly maxEntries: number,
    private readonly ttlMs: number,
    private readonly now: () => number = Date.now,
  ) {}

  get<T>(key: string): T | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    if (entry.expires <= this.now()) {
      this.forget(key);
      return undefined;
    }
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.value as T;
  }

  set(key: string, value: unknown, ttlMs = this.ttlMs): void {
    this.forget(key);
    const weight = key.length + weightOf(value, MOST_EACH);
    if (weight > MOST_EACH) return;
    this.entries.set(key, { value, expires: this.now() + ttlMs, weight });
    this.weight += weight;
    while (this.entries.size > this.maxEntries || this.weight > MOST_TOGETHER) {
      const [oldest] = this.entries.keys();
      if (oldest === undefined) return;
      this.forget(oldest);
    }
  }

  private forget(key: string): void {
    this.weight -= this.entries.get(key)?.weight ?? 0;
    this.entries.delete(key);
  }
}
