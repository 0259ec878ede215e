import type { Run, SequenceRange } from '../../../common/api';

export type MarkKind = 'missing' | 'drop' | 'dead_letter' | 'unproven';

/** A mark on a run's strip, in px from its left end. */
export interface Mark {
  kind: MarkKind;
  x: number;
  width: number;
}

/** Three lines of 241,882 would be invisible at their true width. */
export const LEAST_WIDTH = 6;

/**
 * Where in the life of a run something is absent, drawn over a strip of `width` px from number 1 to the highest. Where that
 * was not looked for, nothing of the strip is proven.
 */
export function stripMarks(run: Run, width: number): Mark[] {
  const sent = Math.max(1, run.sent);
  const mark = (kind: MarkKind, { first, last }: SequenceRange): Mark => {
    const wide = Math.min(width, Math.max(LEAST_WIDTH, ((last - first + 1) / sent) * width));
    const centre = ((first + last - 1) / 2 / sent) * width;
    return { kind, x: Math.min(width - wide, Math.max(0, centre - wide / 2)), width: wide };
  };
  return [
    ...(run.unsearched > 0 ? [{ kind: 'unproven' as const, x: 0, width }] : []),
    ...run.drops.flatMap(({ ranges }) => ranges.map((range) => mark('drop', range))),
    ...run.dead_letter_ranges.map((range) => mark('dead_letter', range)),
    ...run.missing_ranges.map((range) => mark('missing', range)),
    ...(run.unproven_after === null || run.unsearched > 0 ? [] : [tail(width)]),
  ];
}

/** Of what may follow nothing is known, its length neither: a fixed sixth at the end. */
function tail(width: number): Mark {
  const wide = width / 6;
  return { kind: 'unproven', x: width - wide, width: wide };
}
