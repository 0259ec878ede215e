import { addClasses, NO_CLASSES, pick } from './cells';
import type { Cell, Turns } from './evidence';

type Totals = Pick<Turns, 'classes' | 'durationMs' | 'durations' | 'retries' | 'redirected'>;

export function emptyCell(t: number): Cell {
  const times = {
    first: Number.POSITIVE_INFINITY,
    last: Number.NEGATIVE_INFINITY,
    firstFailed: null,
    lastFailed: null,
  };
  return { t, n: 0, failed: 0, hurt: 0, ...times };
}

/** Adds up what several counts say of one teller's places in one pool. */
export class TurnsBuilder {
  private readonly totals = new Map<string, Totals>();
  private readonly cells = new Map<string, Map<number, Cell>>();

  constructor(
    private readonly teller: string | null,
    private readonly pool: string | null,
  ) {}

  put({ place, cells, classes, durationMs, durations, retries, redirected }: Turns): void {
    this.totals.set(place, { classes, durationMs, durations, retries, redirected });
    this.cells.set(place, new Map(cells.map((cell) => [cell.t, { ...cell }])));
  }

  add(place: string, sign: 1 | -1, totals: Totals): void {
    const known = this.totals.get(place) ?? {
      classes: NO_CLASSES,
      durationMs: 0,
      durations: 0,
      retries: 0,
      redirected: 0,
    };
    this.totals.set(place, {
      classes: addClasses(known.classes, totals.classes, sign),
      durationMs: known.durationMs + sign * totals.durationMs,
      durations: known.durations + sign * totals.durations,
      retries: known.retries + totals.retries,
      redirected: known.redirected + totals.redirected,
    });
  }

  addCell(place: string, sign: 1 | -1, cell: Cell): void {
    const own = this.cells.get(place) ?? new Map<number, Cell>();
    this.cells.set(place, own);
    const known = own.get(cell.t) ?? emptyCell(cell.t);
    own.set(cell.t, {
      ...known,
      n: known.n + sign * cell.n,
      failed: known.failed + sign * cell.failed,
      hurt: known.hurt + sign * cell.hurt,
      first: Math.min(known.first, cell.first),
      last: Math.max(known.last, cell.last),
      firstFailed: pick(Math.min, known.firstFailed, cell.firstFailed),
      lastFailed: pick(Math.max, known.lastFailed, cell.lastFailed),
    });
  }

  build(): Turns[] {
    return [...this.cells].map(([place, cells]) => ({
      teller: this.teller,
      pool: this.pool,
      place,
      cells: [...cells.values()].filter(({ n }) => n > 0).sort((a, b) => a.t - b.t),
      ...(this.totals.get(place) ?? { classes: NO_CLASSES, durationMs: 0, durations: 0, retries: 0, redirected: 0 }),
    }));
  }
}
