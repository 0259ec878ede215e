import { RECEIVED_MS, type SimLine, type SimRun, type SimWorld } from './simulated_runs';

/** What must be said of a run, worked out from what became of each line, without counting anything. */
export interface Truth {
  id: string;
  /** The highest number of which anything is left. */
  highest: number;
  /** Numbers that are there. */
  indexed: number;
  /** Numbers that are gone for good, and nothing tells of them. */
  lost: number[];
  dropped: number;
  dead: number;
  waiting: number;
  deleted: number;
  closed: boolean;
  /** Lines of two hosts. */
  shared: boolean;
  /** From here on numbers may wait in the queue, or were written just now: nothing is called lost. null: all is settled. */
  openFrom: number | null;
  /** Up to here numbers may have been deleted: nothing is called lost. */
  deletedTo: number;
  alive: boolean;
}

const ALIVE_MS = 95_000;

export function truthOf(run: SimRun, world: SimWorld, inFlightMs: number): Truth | null {
  const there = run.lines.filter(({ fate }) => fate === 'indexed');
  if (there.length === 0) return null;
  const dead = run.lines.filter(({ fate }) => fate === 'dead');
  const highest = Math.max(...[...there, ...dead].map(({ n }) => n));
  const known = run.lines.filter(({ n }) => n <= highest);
  const declared = there.flatMap(({ drop }) => drop ?? []);
  const isDeclared = ({ n }: SimLine) => declared.some(({ first, last }) => n >= first && n <= last);
  const gone = known.filter(({ fate }) => fate !== 'indexed' && fate !== 'dead');
  const dropped = gone.filter((line) => (line.fate === 'dropped' || line.fate === 'dropped_among') && isDeclared(line));
  const lost = gone
    .filter(({ fate }) => fate !== 'waiting' && fate !== 'deleted')
    .filter((one) => !dropped.includes(one));
  const count = (fate: SimLine['fate']) => known.filter((line) => line.fate === fate).length;
  const last = Math.min(...there.map(({ written }) => written - RECEIVED_MS));
  return {
    id: run.id,
    highest,
    indexed: there.length,
    lost: lost.map(({ n }) => n),
    dropped: dropped.length,
    dead: dead.length,
    waiting: count('waiting'),
    deleted: count('deleted'),
    closed: there.some(({ n, action }) => n === highest && action === 'close'),
    shared: new Set(there.map(({ host }) => host)).size > 1,
    openFrom: openFrom(there, world, inFlightMs),
    deletedTo: deletedTo(there, world),
    alive: last <= ALIVE_MS,
  };
}

function openFrom(there: readonly SimLine[], { queueClear }: SimWorld, inFlightMs: number): number | null {
  const settled = (queueClear ?? 0) + inFlightMs;
  if (there.every(({ written }) => written - RECEIVED_MS > settled)) return null;
  return Math.max(0, ...there.flatMap(({ n, written }) => (written - RECEIVED_MS > settled ? n : []))) + 1;
}

/** Up to the line before the first one that was indexed after all deleting had ended, or all if there is none. */
function deletedTo(there: readonly SimLine[], { deletedBefore }: SimWorld): number {
  const boundaries = Object.values(deletedBefore);
  if (boundaries.length === 0) return 0;
  const since = Math.min(...boundaries);
  const later = there.filter(({ written }) => written < since).map(({ n }) => n);
  return later.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...later) - 1;
}
