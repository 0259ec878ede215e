/** Without a sign of life for so long an owner that cannot be looked at is taken for gone. */
const LIMIT_MS = 120_000;
/** Owners give a sign of life every ten seconds; so long it must have been missing before our own eyes in any case. */
const LEAST_SEEN_MS = 15_000;

interface Sign {
  /** The folder's modification time, by whatever clock its machine has. */
  mtimeMs: number;
  /** When we first saw it, by our monotonic clock. */
  since: number;
}

/**
 * How long folders have shown no sign of life. A wall clock that jumps, ours or the other machine's, makes nobody's folder
 * look left behind: what counts is that the sign of life did not change while we watched. The wall clock only shortens that.
 */
export class Silence {
  private readonly signs = new Map<string, Sign>();

  /** @param now milliseconds of the monotonic clock; `wall` of the wall clock */
  isLong(name: string, mtimeMs: number, now: number, wall: number): boolean {
    const sign = this.signs.get(name);
    if (sign === undefined || sign.mtimeMs !== mtimeMs) {
      this.signs.set(name, { mtimeMs, since: now });
      return false;
    }
    const seen = now - sign.since;
    return seen >= LIMIT_MS || (seen >= LEAST_SEEN_MS && wall - mtimeMs >= LIMIT_MS);
  }

  /** Forgets folders that are not there any more. */
  keepOnly(names: readonly string[]): void {
    const there = new Set(names);
    for (const name of this.signs.keys()) if (!there.has(name)) this.signs.delete(name);
  }
}
