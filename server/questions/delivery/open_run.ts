import type { DeliveryData, Run, SequenceRange } from '../../../common/api';
import type { EcsDocument } from '../../../common/ecs';
import type { Context } from '../../context';
import type { Range } from '../../delivery/ranges';
import type { Outages } from '../../elasticsearch/delivery/flow';
import { linesIn } from '../../elasticsearch/delivery/lines';
import { type Said, say } from '../../sentences/english';
import type { JudgedRun } from './judged_runs';

type Opened = NonNullable<DeliveryData['run']>;
type Gap = Run['missing_ranges'][number];

const BESIDE = 8;
const MAX_SHOWN = 60;

/** One run opened: the numbers around a gap, when their neighbours were written and received, and what was down. */
export async function openRun(
  judged: JudgedRun,
  run: Run,
  around: number | undefined,
  outages: Outages,
  context: Context,
): Promise<Opened> {
  const gap = run.missing_ranges.find(({ last }) => around === undefined || last >= around) ?? run.missing_ranges[0];
  const at = Math.min(around ?? gap?.first ?? run.sent, Math.max(1, run.sent));
  const shown = shownRanges({ first: Math.min(at, gap?.first ?? at), last: gap?.last ?? at }, run.sent);
  // A number may stand on several lines.
  const found = await linesIn(run.id, shown, 4 * (MAX_SHOWN + BESIDE), context);
  const numbers = shown.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
  return {
    run,
    around: numbers.map((sequence) => numberOf(sequence, judged, found.get(sequence))),
    facts: factsOf(run, gap, found, outages).map(({ t, said }) => ({ t, text: say(said) })),
    headline: say(headlineOf(judged, gap, outages)),
    strip: stripOf(run),
  };
}

/** A gap with what stands beside it; of a long one its two ends. */
export function shownRanges(gap: SequenceRange, sent: number): SequenceRange[] {
  const first = Math.max(1, gap.first - BESIDE);
  const last = Math.max(first, Math.min(sent, gap.last + BESIDE));
  if (last - first < MAX_SHOWN) return [{ first, last }];
  const half = MAX_SHOWN / 2;
  return [
    { first, last: first + half - 1 },
    { first: last - half + 1, last },
  ];
}

function numberOf(sequence: number, judged: JudgedRun, doc: EcsDocument | undefined): Opened['around'][number] {
  return {
    sequence,
    state: doc ? 'indexed' : whyAbsent(sequence, judged),
    t: doc?.['@timestamp'] === undefined ? null : Date.parse(doc['@timestamp']),
    received: doc?.event?.created === undefined ? null : Date.parse(doc.event.created),
  };
}

/** Only what the run was judged to miss is called missing; the rest may be on its way, or nobody knows. */
export function whyAbsent(
  sequence: number,
  { declared, judgement }: Pick<JudgedRun, 'declared' | 'judgement'>,
): Opened['around'][number]['state'] {
  const within = ({ first, last }: Range) => sequence >= first && sequence <= last;
  if (judgement.missing.some(within)) return 'missing';
  if (declared.letters.includes(sequence) || declared.taken.includes(sequence)) return 'dead_letter';
  // A drop of all numbers of its range; of a wider one it is not known which.
  const dropped = declared.drops.some((drop) => within(drop) && drop.count >= drop.last - drop.first + 1);
  return dropped ? 'dropped' : 'unknown';
}

function factsOf(run: Run, gap: Gap | undefined, found: ReadonlyMap<number, EcsDocument>, outages: Outages) {
  const facts: { t: number; said: Said }[] = [];
  const received = (sequence: number) => {
    const created = found.get(sequence)?.event?.created;
    return created === undefined ? null : Date.parse(created);
  };
  if (gap) {
    const [before, after] = [received(gap.first - 1), received(gap.last + 1)];
    if (before !== null) facts.push({ t: before, said: { id: 'fact.received', values: { n: gap.first - 1 } } });
    if (after !== null) {
      const ms = before === null ? null : after - before;
      facts.push({ t: after, said: { id: 'fact.next_received', values: { n: gap.last + 1, ms } } });
    }
    for (const { server, from, to } of outages) {
      if (from <= (after ?? from) && (to ?? Number.POSITIVE_INFINITY) >= (before ?? from)) {
        facts.push({ t: from, said: { id: 'fact.silent', values: { server } } });
      }
    }
  }
  const end: Said = run.closed ? { id: 'fact.closed', values: { highest: run.sent } } : { id: 'fact.last', values: {} };
  return [...facts, { t: run.last_seen, said: end }].sort((a, b) => a.t - b.t);
}

function headlineOf({ judgement }: JudgedRun, gap: Gap | undefined, outages: Outages): Said {
  const { state, closed, highest, inFlight, unsearched, missingCount, unprovenAfter } = judgement;
  if (gap) {
    const lines = gap.last - gap.first + 1;
    const during = outages.find(
      ({ from, to }) => from <= (gap.to ?? from) && (to ?? Number.POSITIVE_INFINITY) >= (gap.from ?? from),
    );
    if (during) return { id: 'run.gap.outage', values: { lines, server: during.server } };
    return { id: 'run.gap', values: { lines } };
  }
  if (missingCount > 0) return { id: 'run.not_named', values: { lines: missingCount } };
  if (state === 'unsearched') return { id: 'run.absent', values: { lines: unsearched } };
  if (state === 'running') {
    return closed ? { id: 'run.in_flight', values: { lines: inFlight } } : { id: 'run.running', values: {} };
  }
  if (unprovenAfter !== null) return { id: 'run.tail', values: { highest } };
  return state === 'proven' ? { id: 'run.proven', values: {} } : { id: 'run.doubtful', values: {} };
}

function stripOf(run: Run): Opened['strip'] {
  return [
    ...run.missing_ranges.map(({ first, last }) => ({ kind: 'missing' as const, first, last })),
    ...run.drops.flatMap(({ ranges }) => ranges.map((range) => ({ kind: 'drop' as const, ...range }))),
    ...run.dead_letter_ranges.map((range) => ({ kind: 'dead_letter' as const, ...range })),
    ...(run.unproven_after === null
      ? []
      : [{ kind: 'unproven' as const, first: run.unproven_after, last: run.unproven_after }]),
  ];
}
