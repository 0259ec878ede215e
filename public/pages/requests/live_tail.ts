import type { Cursor, Envelope, LiveCursor, RequestRow, RequestsData } from '../../../common/api';
import { MOST_ROWS, rowKey } from './row_list';

/** Rows of one answer, and how many are read before the rest is left out: the list holds no more. */
export const LIVE_PAGE = 500;
export const MOST_READ = MOST_ROWS;
/** Rows are remembered for longer than the server reads them again. */
const REMEMBERED_MS = 15_000;

type Rows = NonNullable<RequestsData['rows']>;

/** How far a live tail has followed. Times are `event.ingested`. */
export interface Tail {
  cursor: LiveCursor;
  /** The last rows that were read, with their times. */
  seen: ReadonlyMap<string, number>;
  /** Up to here all has been shown or counted as skipped, whatever is read again. */
  settled: number;
  /** Where the tail began, and the oldest `@timestamp` of the list then: what the list left out lies before both. */
  began: { ingested: number; t: number };
}

/** What one step of a live tail found. */
export interface Step {
  /** Not shown yet, newest first. */
  added: RequestRow[];
  /** Came too, but are more than the list holds. */
  skipped: number;
  newest: number | null;
  tail: Tail;
  /** Why the answer is incomplete; the next step then asks for the same again. */
  incomplete: string | null;
}

/** Where a tail of a list that was just loaded begins. */
export function tailOf({ rows, live_cursor, after }: Rows): Tail {
  const ingested = cursorTime(live_cursor);
  const t = after === null ? Number.NEGATIVE_INFINITY : Math.min(...rows.map((row) => row.t));
  return { cursor: live_cursor, seen: remember(new Map(), rows, ingested), settled: -1, began: { ingested, t } };
}

/**
 * Reads what came since the tail's place, newest first and page after page, and says how many it had to leave out.
 * @param ask one page of rows: after the cursor, and (but for the first page) after the place that the last page gave
 */
export async function follow(
  tail: Tail,
  ask: (since: LiveCursor, after: Cursor | undefined) => Promise<Envelope<RequestsData>>,
): Promise<Step> {
  const read: RequestRow[] = [];
  const reasons = new Set<string>();
  let first: Rows | null = null;
  let after: Cursor | null | undefined;
  do {
    const { data, partial_reasons } = await ask(tail.cursor, after ?? undefined);
    for (const { message } of partial_reasons) reasons.add(message);
    if (!data.rows) break;
    // Only the first page: what comes while others are read belongs to the next step.
    first ??= data.rows;
    read.push(...data.rows.rows);
    after = data.rows.after;
  } while (after && read.length < MOST_READ);
  return stepOf(tail, read, first, reasons.size > 0 ? [...reasons].join(' ') : null);
}

function stepOf(tail: Tail, read: RequestRow[], first: Rows | null, incomplete: string | null): Step {
  const since = cursorTime(tail.cursor);
  const added = read.filter((row) => !tail.seen.has(rowKey(row)) && !wasThere(row, tail));
  const newest = first?.newest ?? null;
  const sorted = added.sort((a, b) => b.t - a.t);
  if (incomplete !== null || !first) {
    // A cursor that moved over what no shard told would lose it for good.
    return { added: sorted, skipped: 0, newest, incomplete, tail: { ...tail, seen: remember(tail.seen, read, since) } };
  }
  const cursor = first.live_cursor;
  const known = remember(tail.seen, read, since);
  const told = [...known.values()].filter((ingested) => ingested > since).length;
  const skipped = Math.max(0, (first.live_new ?? 0) - told);
  const settled = skipped > 0 ? Math.min(...read.map(ingestedOf)) : tail.settled;
  return {
    added: sorted,
    skipped,
    newest,
    incomplete,
    tail: { ...tail, cursor, settled, seen: remember(known, [], cursorTime(cursor)) },
  };
}

/** The server repeats the last seconds before the cursor: those rows are new only if they became searchable late. */
function wasThere(row: RequestRow, { settled, began }: Tail): boolean {
  const ingested = ingestedOf(row);
  return ingested <= settled || (ingested <= began.ingested && row.t < began.t);
}

function remember(seen: ReadonlyMap<string, number>, rows: RequestRow[], now: number): Map<string, number> {
  const all = [...seen, ...rows.map((row): [string, number] => [rowKey(row), ingestedOf(row)])];
  return new Map(all.filter(([, ingested]) => ingested > now - REMEMBERED_MS));
}

function ingestedOf({ ingested }: RequestRow): number {
  return ingested ?? 0;
}

function cursorTime([time]: LiveCursor): number {
  return Number(time);
}
