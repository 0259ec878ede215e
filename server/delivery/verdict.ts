import type { Target, Verdict } from '../../common/api';
import type { Said } from '../sentences/english';
import type { Range } from './ranges';
import type { Tally, WholeTally } from './tally';

/** The verdict before it is put into words. */
export interface DeliveryVerdict {
  tone: Verdict['tone'];
  headline: Said;
  detail: Said[];
  action: { label: Said; target: Target } | null;
}

/** The run that lacks most. */
export interface WorstRun {
  id: string;
  shortId: string;
  host: string | null;
  missing: number;
  /** The first of its missing numbers, if it is known which. */
  range: Range | null;
}

/** Did everything arrive: one sentence with the worst finding. Green means proven, all of it. */
export function deliveryVerdict(tally: Tally, worst: WorstRun | null): DeliveryVerdict {
  const { counts, whole } = tally;
  const unread = !tally.whole && tally.because.some(({ kind }) => kind === 'unread');
  if (counts.runs === 0) {
    return unread
      ? { tone: 'warning', headline: plain('delivery.none_read'), detail: [plain('delivery.unread')], action: null }
      : { tone: 'neutral', headline: plain('delivery.no_run'), detail: [plain('delivery.not_judged')], action: null };
  }
  const headline: Said = {
    id: 'delivery.headline',
    values: {
      counts,
      whole: !unread,
      worst: worst && { missing: worst.missing, host: worst.host, run: worst.shortId },
    },
  };
  if (worst) {
    const action = { label: plain('delivery.open_run'), target: { page: 'delivery' as const, run: worst.id } };
    return { tone: 'danger', headline, detail: lossOf(tally, worst), action };
  }
  const answer = (tone: Verdict['tone'], ...detail: Said[]) => ({ tone, headline, detail, action: null });
  if (unread) return answer('warning', plain('delivery.unread'));
  if (counts.unsearched > 0) return answer('warning', plain('delivery.unsearched'));
  const { shared, taken, expired } = tally.doubts;
  if (taken > 0) return answer('warning', { id: 'delivery.taken', values: { runs: taken } });
  if (shared > 0) return answer('warning', { id: 'delivery.shared', values: { runs: shared } });
  // What is only older than kept is no fault of anybody's.
  if (counts.unproven > expired) return answer('warning', plain('delivery.unproven'));
  if (expired > 0) return answer('neutral', { id: 'delivery.expired', values: { runs: expired } });
  if (!whole) return answer('neutral', ...tally.because.flatMap(deletedOf));
  if (tally.account.inFlight > 0) {
    return answer('neutral', { id: 'delivery.in_flight', values: { lines: tally.account.inFlight } });
  }
  if (counts.running > 0) return answer('neutral', plain('delivery.running'));
  return proven(tally, headline);
}

/** The one place that calls a delivery good. */
function proven(_: WholeTally, headline: Said): DeliveryVerdict {
  return { tone: 'good', headline, detail: [plain('delivery.whole')], action: null };
}

function lossOf({ counts, account }: Tally, worst: WorstRun): Said[] {
  const others = { runs: counts.missing - 1, lines: account.missing - worst.missing };
  return [
    ...(worst.range ? [{ id: 'delivery.never_indexed' as const, values: worst.range }] : []),
    ...(others.runs > 0 ? [{ id: 'delivery.others_missing' as const, values: others }] : []),
  ];
}

function deletedOf(because: { kind: 'unread' } | { kind: 'deleted'; before: number }): Said[] {
  return because.kind === 'deleted' ? [{ id: 'delivery.deleted', values: { before: because.before } }] : [];
}

/** A sentence without values. */
function plain(id: Extract<Said, { id: `delivery.${string}`; values: Record<string, never> }>['id']): Said {
  return { id, values: {} } as Said;
}
