import type { Context } from '../../context';
import type { DeliveryEvidence } from '../../delivery/evidence';
import type { Unjudged } from '../../delivery/tally';
import { activeRuns } from '../../elasticsearch/delivery/active_runs';
import { deliveryEvidence } from '../../elasticsearch/delivery/evidence';
import { RUN_DATASETS } from '../../elasticsearch/delivery/streams';
import type { Query } from '../../elasticsearch/delivery/typed_search';
import type { Timeline } from '../../search/timeline';
import { type JudgedRun, judgedRuns } from './judged_runs';

export interface Judging {
  timeline: Timeline;
  /** A run that is wanted, whether or not it wrote in the range. */
  asked: string | undefined;
  /** All runs of the range are wanted. */
  whole: boolean;
  /** Lines by which a run is one of the range. */
  filter: readonly Query[];
}

export interface Judged {
  /** Worst first. */
  all: JudgedRun[];
  inRange: JudgedRun[];
  unjudged: Unjudged[];
}

/** The runs of a range, or one that is asked for, judged. */
export async function judge({ timeline, asked, whole, filter }: Judging, context: Context): Promise<Judged> {
  const [active, evidence] = await Promise.all([whole ? activeRuns(filter, context) : [], deliveryEvidence(context)]);
  const ids = new Set([...active, ...(asked === undefined ? [] : [asked])]);
  const inFlightMs = context.settings.in_flight_s * 1000;
  const [all, deleted] = await Promise.all([
    judgedRuns([...ids], asked, { now: context.now, to: timeline.to, inFlightMs }, evidence),
    deletedIn(timeline.from, evidence),
  ]);
  const inRange = new Set(active);
  return {
    all,
    inRange: all.filter(({ life }) => inRange.has(life.id)),
    unjudged: [...(context.reasons.length > 0 ? [{ kind: 'unread' as const }] : []), ...deleted],
  };
}

/** Runs that ended before what is kept have left no trace. */
async function deletedIn(from: number, evidence: DeliveryEvidence): Promise<Unjudged[]> {
  const kept = (await evidence.kept()).filter(({ dataset }) => RUN_DATASETS.includes(dataset));
  const before = Math.max(...kept.map((one) => one.from));
  return before > from ? [{ kind: 'deleted', before }] : [];
}
