import fc from 'fast-check';
import { DATASETS, type Dataset } from '../../../common/ecs';

/**
 * Process runs whose truth is known: what was written, what became of each line, and the documents that are left of it. Times
 * are ms before the moment of asking, so that one world can be asked for at any time.
 */
export type Fate =
  /** Indexed, `copies` times. */
  | 'indexed'
  | 'lost'
  /** A dead letter. */
  | 'dead'
  /** Not sent, and declared to be, by exactly its range. */
  | 'dropped'
  /** Not sent, and declared by a wider range that says how many. */
  | 'dropped_among'
  /** Not sent; the declaration was lost, too. */
  | 'undeclared'
  /** In a log server's queue. */
  | 'waiting'
  /** Indexed, and since deleted by the retention. */
  | 'deleted';

export interface SimLine {
  run: string;
  n: number;
  dataset: Dataset;
  /** When it was written, and the time that it bears: its host's clock may be off. */
  written: number;
  bears: number;
  fate: Fate;
  copies: number;
  action: 'close' | 'drop' | null;
  drop: { cause: string; count: number; first: number; last: number } | null;
  host: string;
}

export interface SimRun {
  id: string;
  lines: SimLine[];
  closing: 'closed' | 'killed' | 'wrote_on';
}

export interface SimWorld {
  runs: SimRun[];
  /** By data set: lines indexed before this are deleted; absent: none. */
  deletedBefore: Partial<Record<Dataset, number>>;
  /** When the log server's queue last held nothing of what it holds now; null: it holds nothing. */
  queueClear: number | null;
}

/** From written to received, and to indexed. */
export const RECEIVED_MS = 20;
export const INDEXED_MS = 900;

const SECOND = 1000;
const HOUR = 3600 * SECOND;

interface Happening {
  at: number;
  length: number;
  fate: 'lost' | 'dead' | 'dropped' | 'dropped_among' | 'undeclared' | 'waiting';
}

interface Plan {
  lines: number;
  pace: number;
  /** From its last line until now. */
  ago: number;
  closing: SimRun['closing'];
  happenings: Happening[];
  copies: { at: number; times: number }[];
  jumps: { at: number; length: number; by: number }[];
  /** Every so manieth line is of another data set. */
  access: number;
  twoHosts: boolean;
}

const share = fc.double({ min: 0, max: 1, noNaN: true });

const planArb: fc.Arbitrary<Plan> = fc.record({
  lines: fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 1, max: 12 }) }, fc.integer({ min: 5, max: 120 })),
  pace: fc.constantFrom(10, 500, 5 * SECOND, 30 * SECOND),
  ago: fc.constantFrom(2 * SECOND, 20 * SECOND, 4 * 60 * SECOND, HOUR, 5 * HOUR),
  closing: fc.constantFrom('closed', 'closed', 'closed', 'killed', 'wrote_on'),
  happenings: fc.array(
    fc.record({
      at: share,
      length: fc.integer({ min: 1, max: 6 }),
      fate: fc.constantFrom('lost', 'lost', 'dead', 'dropped', 'dropped_among', 'undeclared', 'waiting'),
    }),
    { maxLength: 4 },
  ),
  copies: fc.array(fc.record({ at: share, times: fc.integer({ min: 2, max: 3 }) }), { maxLength: 5 }),
  jumps: fc.array(
    fc.record({
      at: share,
      length: fc.integer({ min: 1, max: 30 }),
      by: fc.constantFrom(HOUR, -HOUR, 500, -500, 24 * HOUR),
    }),
    { maxLength: 2 },
  ),
  access: fc.constantFrom(0, 2, 3),
  twoHosts: fc.constantFrom(false, false, false, false, true),
});

export interface WorldOptions {
  /** Old lines may be deleted. */
  retention: boolean;
  /** Lines may wait in a queue. */
  queue: boolean;
}

export function worldArb({ retention, queue }: WorldOptions): fc.Arbitrary<SimWorld> {
  const boundary = fc.option(fc.constantFrom(30 * 60 * SECOND, 2 * HOUR, 4.5 * HOUR), { nil: undefined });
  const none = fc.constant(undefined);
  return fc
    .record({
      plans: fc.array(planArb, { minLength: 1, maxLength: 6 }),
      app: retention ? boundary : none,
      access: retention ? boundary : none,
      sdk: retention ? boundary : none,
      deadLetter: retention ? boundary : none,
    })
    .map(({ plans, app, access, sdk, deadLetter }) => {
      const deletedBefore = withoutGaps({
        [DATASETS.app]: app,
        [DATASETS.access]: access,
        [DATASETS.sdk]: sdk,
        [DATASETS.deadLetter]: deadLetter,
      });
      const runs = plans.map((plan, i) => simulate(`run${i}x`, plan, deletedBefore, queue));
      const waiting = runs.flatMap(({ lines }) => lines.filter(({ fate }) => fate === 'waiting'));
      const first = Math.max(...waiting.map(({ written }) => written));
      return { runs, deletedBefore, queueClear: waiting.length === 0 ? null : first + 10 * SECOND };
    });
}

function withoutGaps(boundaries: Record<string, number | undefined>): SimWorld['deletedBefore'] {
  return Object.fromEntries(Object.entries(boundaries).filter(([, before]) => before !== undefined));
}

function simulate(id: string, plan: Plan, deletedBefore: SimWorld['deletedBefore'], queue: boolean): SimRun {
  const fates = fatesOf(plan, queue);
  const lines: SimLine[] = [];
  const host = (n: number) => (plan.twoHosts && n % 2 === 0 ? 'web-2' : 'web-1');
  for (let i = 0; i < fates.length; i++) {
    const n = i + 1;
    const { fate, drop } = fates[i]!;
    const last = n === fates.length;
    const closes = plan.closing === 'closed' ? last : plan.closing === 'wrote_on' && n === fates.length - 1;
    const action = drop ? 'drop' : closes ? 'close' : null;
    const dataset = action ? DATASETS.sdk : plan.access > 0 && n % plan.access === 0 ? DATASETS.access : DATASETS.app;
    const written = plan.ago + (fates.length - n) * plan.pace;
    const jump = plan.jumps.find(({ at, length }) => {
      const from = 1 + Math.floor(at * fates.length);
      return n >= from && n < from + length;
    });
    const copy = plan.copies.find(({ at }) => 1 + Math.floor(at * (fates.length - 1)) === n);
    const kept = fate === 'dead' ? deletedBefore[DATASETS.deadLetter] : deletedBefore[dataset];
    const stored = fate === 'indexed' || fate === 'dead';
    lines.push({
      run: id,
      n,
      dataset,
      written,
      bears: written - (jump?.by ?? 0),
      fate: stored && kept !== undefined && written - INDEXED_MS > kept ? 'deleted' : fate,
      copies: copy?.times ?? 1,
      action,
      drop: drop ?? null,
      host: host(n),
    });
  }
  return { id, lines, closing: plan.closing };
}

interface Given {
  fate: Fate;
  drop?: SimLine['drop'];
}

/** What becomes of each number. A report of a drop is a line of its own, with the next number. */
function fatesOf({ lines, happenings }: Plan, queue: boolean): Given[] {
  const fates: Given[] = [];
  const begins = new Map(happenings.map((one) => [Math.floor(one.at * lines), one]));
  for (let i = 0; i < lines; i++) {
    const happening = begins.get(i);
    if (happening && !(happening.fate === 'waiting' && !queue)) {
      const { fate, length } = happening;
      const first = fates.length + 1;
      const last = first + length - 1;
      if (fate === 'dropped_among') {
        // Every second one of a wider range.
        for (let n = first; n <= last; n++) fates.push({ fate: 'dropped_among' }, { fate: 'indexed' });
        const drop = { cause: 'overflow', count: length, first, last: first + 2 * length - 1 };
        fates.push({ fate: 'indexed', drop });
      } else {
        for (let n = first; n <= last; n++) fates.push({ fate });
        if (fate === 'dropped' || fate === 'undeclared') {
          const drop = { cause: 'spool_full', count: length, first, last };
          fates.push({ fate: fate === 'dropped' ? 'indexed' : 'lost', drop });
        }
      }
    }
    fates.push({ fate: 'indexed' });
  }
  return fates;
}
