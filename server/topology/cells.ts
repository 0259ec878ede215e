import type { Classes } from '../../common/api';
import type { Cell, Grid, Turns } from './evidence';
import { firstWhere } from './groups';
import type { Span } from './spans';

export const NO_CLASSES: Classes = { s2xx: 0, s3xx: 0, s4xx: 0, s5xx: 0, other: 0 };

export function addClasses(a: Classes, b: Classes, sign = 1): Classes {
  return {
    s2xx: a.s2xx + sign * b.s2xx,
    s3xx: a.s3xx + sign * b.s3xx,
    s4xx: a.s4xx + sign * b.s4xx,
    s5xx: a.s5xx + sign * b.s5xx,
    other: a.other + sign * b.other,
  };
}

export function turnsIn({ cells }: Pick<Turns, 'cells'>): number {
  return cells.reduce((sum, { n }) => sum + n, 0);
}

/** The earlier or later of two times of which either may be absent. */
export function pick(choose: (a: number, b: number) => number, a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : choose(a, b);
}

/** Cells of the same step become one, in order of time. */
export function joinCells(lists: readonly (readonly Cell[])[]): Cell[] {
  const byStep = new Map<number, Cell>();
  for (const list of lists) {
    for (const cell of list) {
      const known = byStep.get(cell.t);
      byStep.set(cell.t, known ? addCells(known, cell) : cell);
    }
  }
  return [...byStep.values()].sort((a, b) => a.t - b.t);
}

function addCells(a: Cell, b: Cell): Cell {
  return {
    t: a.t,
    n: a.n + b.n,
    failed: a.failed + b.failed,
    hurt: a.hurt + b.hurt,
    first: Math.min(a.first, b.first),
    last: Math.max(a.last, b.last),
    firstFailed: pick(Math.min, a.firstFailed, b.firstFailed),
    lastFailed: pick(Math.max, a.lastFailed, b.lastFailed),
  };
}

export function joinTurns(rows: readonly Turns[]): Turns | null {
  const [first, ...rest] = rows;
  if (!first) return null;
  if (rest.length === 0) return first;
  const sum = (read: (row: Turns) => number) => rows.reduce((total, row) => total + read(row), 0);
  return {
    ...first,
    cells: joinCells(rows.map(({ cells }) => cells)),
    classes: rows.map(({ classes }) => classes).reduce((a, b) => addClasses(a, b)),
    durationMs: sum(({ durationMs }) => durationMs),
    durations: sum(({ durations }) => durations),
    retries: sum(({ retries }) => retries),
    redirected: sum(({ redirected }) => redirected),
  };
}

/** Turns in a span: whole steps inside it, and of a step that it cuts what its first and last turn show to be inside. */
export function turnsDuring(
  cells: readonly Cell[],
  span: Span,
  { interval }: Grid,
  count: (cell: Cell) => number = ({ n }) => n,
): number {
  let sum = 0;
  // In order of time, each after the one before.
  for (let i = firstWhere(cells, ({ last }) => last >= span.from); i < cells.length; i++) {
    const cell = cells[i]!;
    if (cell.first >= span.to) break;
    if (cell.first >= span.from && cell.last < span.to) sum += count(cell);
    else {
      const from = Math.max(cell.first, span.from);
      const to = Math.min(cell.last, span.to);
      const whole = Math.max(cell.last - cell.first, interval / Math.max(1, cell.n), 1);
      sum += count(cell) * Math.min(1, Math.max(0, to - from) / whole);
    }
  }
  return sum;
}

/** Counts by step, in the order of the grid. */
export function rowOf(cells: readonly Cell[], grid: Grid, count: (cell: Cell) => number = ({ n }) => n): number[] {
  const row = grid.times.map(() => 0);
  const begin = grid.times[0] ?? 0;
  for (const cell of cells) {
    const i = Math.floor((cell.t - begin) / grid.interval);
    if (i >= 0 && i < row.length) row[i]! += count(cell);
  }
  return row;
}
