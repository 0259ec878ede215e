import { type DeliveryData, type DeliveryRequest, MAX_RUNS, type Run } from '../../../common/api';
import type { Context } from '../../context';
import { besideDamage, type DamagedQueues } from '../../delivery/damage';
import type { RunNames } from '../../delivery/evidence';
import { tallyOf, type Unjudged } from '../../delivery/tally';
import { type DeliveryVerdict, deliveryVerdict, type WorstRun } from '../../delivery/verdict';
import { lagsOfRuns, namesOf, refusedOf } from '../../elasticsearch/delivery/details';
import { type Around, timesAround } from '../../elasticsearch/delivery/lines';
import { say, sayAll } from '../../sentences/english';
import type { JudgedRun } from './judged_runs';
import { listedRanges, type RunDetails, runView } from './run_view';

type Overview = NonNullable<DeliveryData['overview']>;
type Counted = Pick<Overview, 'verdict' | 'counts' | 'account' | 'runs' | 'runs_truncated' | 'dead_letters_of_runs'>;

/** The worst runs are listed, all are counted. */
export function listed(runs: readonly JudgedRun[], state: DeliveryRequest['run_state']): JudgedRun[] {
  const ofState = state === undefined ? runs : runs.filter(({ judgement }) => judgement.state === state);
  return ofState.slice(0, MAX_RUNS);
}

export interface Shown {
  /** The first of all runs. */
  worst: Run | null;
  /** What is listed; undefined: all. */
  state: DeliveryRequest['run_state'];
  /** Repeats that indexers refused in the window, of all services. */
  duplicates: number;
  damaged: DamagedQueues;
}

export function countedOf(
  runs: readonly JudgedRun[],
  views: Run[],
  unjudged: readonly Unjudged[],
  { worst, state, duplicates, damaged }: Shown,
): Counted {
  const tally = tallyOf(
    runs.map(({ judgement }) => judgement),
    unjudged,
  );
  const { counts, account } = tally;
  return {
    verdict: inWords(besideDamage(deliveryVerdict(tally, worst && worstOf(worst)), damaged)),
    counts,
    account: {
      written: account.written,
      written_is_lower_bound: account.writtenIsLowerBound,
      indexed: account.indexed,
      drops: account.drops,
      dead_letters: account.deadLetters,
      missing: account.missing,
      in_flight: account.inFlight,
      unsearched: account.unsearched,
      expired: account.expired,
      duplicates_refused: duplicates,
    },
    runs: views,
    runs_truncated: (state === undefined ? counts.runs : counts[state]) > views.length,
    dead_letters_of_runs: runs.reduce((sum, { declared }) => sum + declared.letters.length + declared.taken.length, 0),
  };
}

function worstOf({ id, short_id, host, state, missing, missing_ranges: [range] }: Run): WorstRun | null {
  if (state !== 'missing') return null;
  return { id, shortId: short_id, host, missing, range: range ? { first: range.first, last: range.last } : null };
}

function inWords({ tone, headline, detail, action }: DeliveryVerdict): Overview['verdict'] {
  return {
    tone,
    headline: say(headline),
    detail: sayAll(detail),
    action: action && { label: say(action.label), target: action.target },
  };
}

const TIMED_GAPS = 40;
const NAMELESS: RunNames = { host: null, service: null, version: null };

/** Views of runs, with what is asked of these alone: names, lag, refused repeats, and when their gaps happened. */
export async function viewsOf(
  chosen: ReadonlySet<JudgedRun>,
  opened: JudgedRun | undefined,
  context: Context,
): Promise<ReadonlyMap<string, Run>> {
  const runs = [...chosen];
  const ids = runs.map(({ life }) => life.id);
  // When a gap happened takes two searches: of the opened run all are told, of the others the first.
  const gapsOf = ({ life, judgement }: JudgedRun) => listedRanges(judgement).map((range) => ({ run: life.id, range }));
  const others = runs.filter((run) => run !== opened).flatMap(gapsOf);
  const gaps = [...(opened ? gapsOf(opened) : []), ...others.slice(0, TIMED_GAPS)];
  const [names, lags, refused, times] = await Promise.all([
    namesOf(ids, context),
    lagsOfRuns(ids, context),
    refusedOf(ids, context),
    timesAround(gaps, context),
  ]);
  const around = new Map<string, Around[]>(ids.map((id) => [id, []]));
  gaps.forEach(({ run }, i) => {
    around.get(run)!.push(times[i]!);
  });
  const detailsOf = (id: string): RunDetails => ({
    names: names.get(id) ?? NAMELESS,
    lags: lags.get(id) ?? [],
    refused: refused(id),
    around: around.get(id) ?? [],
  });
  return new Map(runs.map((run) => [run.life.id, runView(run, detailsOf(run.life.id))]));
}
