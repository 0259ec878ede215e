import type { DeliveryData, Run, SequenceRange } from '../../../common/api';
import { type EcsDocument, FIELDS } from '../../../common/ecs';
import { count, plural } from '../../../common/format';
import type { Context } from '../../context';
import { anyOf } from '../../search/scope';
import type { JudgedRun } from './judged';
import { sdkStreams } from './runs';

type Opened = NonNullable<DeliveryData['run']>;
type Outages = NonNullable<DeliveryData['overview']>['outages'];

const BESIDE = 8;
const MAX_SHOWN = 60;

/** One run opened: the numbers around a gap, when their neighbours were written and received, and what was down. */
export async function openRun(
  judged: JudgedRun,
  around: number | undefined,
  to: string,
  outages: Outages,
  context: Context,
): Promise<Opened> {
  const { run } = judged;
  const gap = run.missing_ranges.find(({ last }) => around === undefined || last >= around) ?? run.missing_ranges[0];
  const at = around ?? gap?.first ?? run.sent;
  const shown = shownRanges({ first: Math.min(at, gap?.first ?? at), last: gap?.last ?? at }, run.sent);
  const { lines } = await context.askAll({
    lines: {
      index: sdkStreams(context.settings.namespace),
      body: {
        size: MAX_SHOWN + 4 * BESIDE,
        track_total_hits: false,
        query: {
          bool: {
            filter: [
              { term: { [FIELDS.run]: run.id } },
              { range: { [FIELDS.timestamp]: { lt: to } } },
              anyOf(shown.map(({ first, last }) => ({ range: { [FIELDS.sequence]: { gte: first, lte: last } } }))),
            ],
          },
        },
        sort: [{ [FIELDS.sequence]: 'asc' }],
        _source: [FIELDS.timestamp, FIELDS.sequence, FIELDS.created, FIELDS.ingested],
      },
    },
  });
  const found = new Map(
    lines.hits.map((hit) => [(hit._source as EcsDocument).event?.sequence ?? 0, hit._source as EcsDocument]),
  );
  const numbers = shown.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
  return {
    run,
    around: numbers.map((sequence) => numberOf(sequence, judged, found.get(sequence))),
    facts: factsOf(run, gap, found, outages),
    headline: headlineOf(run, gap, outages),
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

/** Only what the run was judged to miss is called missing; the rest may be on its way, or explained by what was not read. */
export function whyAbsent(
  sequence: number,
  { dead, dropped, missing }: Pick<JudgedRun, 'dead' | 'dropped' | 'missing'>,
): Opened['around'][number]['state'] {
  const within = ({ first, last }: SequenceRange) => sequence >= first && sequence <= last;
  if (dead.has(sequence)) return 'dead_letter';
  if (dropped.some(within)) return 'dropped';
  return missing.some(within) ? 'missing' : 'unknown';
}

function factsOf(
  run: Run,
  gap: Run['missing_ranges'][number] | undefined,
  found: Map<number, EcsDocument>,
  outages: Outages,
): Opened['facts'] {
  const facts: Opened['facts'] = [];
  const received = (sequence: number) => {
    const created = found.get(sequence)?.event?.created;
    return created === undefined ? null : Date.parse(created);
  };
  if (gap) {
    const [before, after] = [received(gap.first - 1), received(gap.last + 1)];
    if (before !== null) facts.push({ t: before, text: `${count(gap.first - 1)} received, and indexed` });
    if (after !== null) {
      facts.push({
        t: after,
        text: `${count(gap.last + 1)} received${before === null ? '' : `, ${count(after - before)} ms later`}`,
      });
    }
    for (const { server, from, to } of outages) {
      if (from <= (after ?? from) && (to ?? Number.POSITIVE_INFINITY) >= (before ?? from)) {
        facts.push({ t: from, text: `last report of ${server} before it fell silent` });
      }
    }
  }
  if (run.closed) facts.push({ t: run.last_seen, text: `closing count: ${count(run.sent)} written` });
  else facts.push({ t: run.last_seen, text: 'last line; no closing count' });
  return facts.sort((a, b) => a.t - b.t);
}

function headlineOf(run: Run, gap: Run['missing_ranges'][number] | undefined, outages: Outages): string {
  if (gap) {
    const during = outages.find(
      ({ from, to }) => from <= (gap.to ?? from) && (to ?? Number.POSITIVE_INFINITY) >= (gap.from ?? from),
    );
    const lines = plural(gap.last - gap.first + 1, 'line');
    return during
      ? `${lines} went missing while ${during.server} was down.`
      : `${lines} were written and never indexed; no log server was down.`;
  }
  if (run.state === 'unsearched') {
    return `${plural(run.unsearched, 'number')} are absent; what became of them could not be read in full.`;
  }
  if (run.state === 'unproven')
    return `Nothing is known after ${count(run.sent)}: the run ended without its closing count.`;
  if (run.state === 'running' && run.closed) return `Closed; ${plural(run.in_flight, 'line')} may still be on the way.`;
  if (run.state === 'running') return 'Complete so far; the run goes on.';
  return 'Every number is accounted for.';
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
