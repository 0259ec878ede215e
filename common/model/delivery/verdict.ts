import type { DeliveryData, Run, Verdict } from '../../api';
import { count, plural } from '../../format';

type Counts = NonNullable<DeliveryData['overview']>['counts'];

/** Did everything arrive: one sentence with the worst finding. Green means proven. */
export function deliveryVerdict(counts: Counts, runs: readonly Run[], partial: boolean): Verdict {
  const proven = `${count(counts.proven)} of ${plural(counts.runs, 'run')} proven complete`;
  const worst = runs.find(({ state }) => state === 'missing');
  const rest = [
    ...(counts.running > 0 ? [`${count(counts.running)} running, complete so far`] : []),
    ...(counts.unproven > 0 ? [`${plural(counts.unproven, 'run')} unproven`] : []),
    ...(counts.unsearched > 0 ? [`${plural(counts.unsearched, 'run')} incomplete, not searched`] : []),
  ];
  if (counts.runs === 0) {
    return {
      tone: 'neutral',
      headline: 'No run of an SDK in this window',
      detail: 'nginx and HAProxy lines carry no sequence and cannot be judged.',
      action: null,
    };
  }
  if (worst) {
    const [range] = worst.missing_ranges;
    return {
      tone: 'danger',
      headline: [
        proven,
        ...rest,
        `${plural(worst.missing, 'line')} missing in run ${worst.host ?? '?'}·${worst.short_id}`,
      ].join('; '),
      detail: range ? `Numbers ${count(range.first)} to ${count(range.last)} were written and never indexed.` : '',
      action: { label: 'Open the run', target: { page: 'delivery', run: worst.id } },
    };
  }
  const headline = [proven, ...rest].join('; ');
  if (partial)
    return {
      tone: 'warning',
      headline,
      detail: 'Part of the answer is missing, so nothing is called proven.',
      action: null,
    };
  if (counts.unsearched > 0) {
    return {
      tone: 'warning',
      headline,
      detail: 'Of some runs it is only known how many numbers are absent, not which, nor why. Open one to search it.',
      action: null,
    };
  }
  if (counts.unproven > 0) {
    return {
      tone: 'warning',
      headline,
      detail: 'A run that ended without its closing count may have written more than arrived.',
      action: null,
    };
  }
  if (counts.running > 0) {
    return { tone: 'neutral', headline, detail: 'A running run is proven when it closes.', action: null };
  }
  return { tone: 'good', headline, detail: 'Every number up to each closing count is accounted for.', action: null };
}
