import { clock, count, plural } from '../../common/format';

export interface Counts {
  runs: number;
  proven: number;
  running: number;
  unproven: number;
  unsearched: number;
  missing: number;
}

export interface HeldValues {
  lines: number;
  host: string;
  by: 'queue' | 'indexer' | 'silent';
  queued: number | null;
  since: number;
}

const numbers = ({ first, last }: { first: number; last: number }) =>
  first === last ? `Number ${count(first)} was` : `Numbers ${count(first)} to ${count(last)} were`;

/** Delivery's part of ENGLISH (english.ts). */
export const DELIVERY = {
  'delivery.no_run': () => 'No run of an SDK in this window',
  'delivery.none_read': () => 'No run could be read',
  'delivery.not_judged': () => 'nginx and HAProxy lines carry no sequence and cannot be judged.',
  'delivery.headline': ({
    counts,
    whole,
    worst,
  }: {
    counts: Counts;
    whole: boolean;
    worst: { missing: number; host: string | null; run: string } | null;
  }) =>
    [
      whole
        ? `${count(counts.proven)} of ${plural(counts.runs, 'run')} proven complete`
        : `${count(counts.proven)} of the ${plural(counts.runs, 'run')} that could be read proven complete`,
      ...(counts.running > 0 ? [`${count(counts.running)} running, complete so far`] : []),
      ...(counts.unproven > 0 ? [`${plural(counts.unproven, 'run')} unproven`] : []),
      ...(counts.unsearched > 0 ? [`${plural(counts.unsearched, 'run')} incomplete, not known why`] : []),
      ...(worst ? [`${plural(worst.missing, 'line')} missing in run ${worst.host ?? '?'}·${worst.run}`] : []),
    ].join('; '),
  'delivery.never_indexed': (range: { first: number; last: number }) => `${numbers(range)} written and never indexed.`,
  'delivery.others_missing': ({ runs, lines }: { runs: number; lines: number }) =>
    `${plural(runs, 'other run')} ${runs === 1 ? 'lacks' : 'lack'} ${plural(lines, 'line')}.`,
  'delivery.open_run': () => 'Open the run',
  'delivery.unread': () => 'Part of the answer is missing, so nothing is called proven.',
  'delivery.unsearched': () => 'Of some runs it is not known which numbers are absent, or why. Open one to see more.',
  'delivery.unproven': () => 'A run that ended without its closing count may have written more than arrived.',
  'delivery.taken': ({ runs }: { runs: number }) =>
    `In ${plural(runs, 'run')} a line came under the id of another one; what came later is among the dead letters.`,
  'delivery.shared': ({ runs }: { runs: number }) =>
    `${plural(runs, 'run')} ${runs === 1 ? 'has' : 'have'} lines of several processes under one id, so that nobody knows how many each wrote.`,
  'delivery.expired': ({ runs }: { runs: number }) =>
    `${plural(runs, 'run')} ${runs === 1 ? 'is' : 'are'} complete as far as the lines are kept; older ones were deleted, as the retention wants it.`,
  'delivery.deleted': ({ before }: { before: number }) =>
    `Lines from before ${new Date(before).toISOString().slice(0, 16).replace('T', ' ')} UTC are deleted: which runs ended before is not known.`,
  'delivery.in_flight': ({ lines }: { lines: number }) =>
    `${plural(lines, 'line')} ${lines === 1 ? 'is' : 'are'} not indexed yet and may still be on the way.`,
  'delivery.running': () => 'A running run is proven when it closes.',
  'delivery.damaged_queue': ({
    at,
    host,
    queue,
    recovered,
    lostAtMost,
  }: {
    at: number;
    host: string;
    queue: string;
    recovered: number | null;
    lostAtMost: number | null;
  }) =>
    [
      `At ${clock(at)} UTC the queue ${queue} of ${host} was found damaged`,
      ...(recovered === null ? [] : [`: ${plural(recovered, 'message')} went on`]),
      lostAtMost === null ? '; how many are lost is not known.' : `; at most ${count(lostAtMost)} are lost.`,
    ].join(''),
  'delivery.damaged_queues': ({ others }: { others: number }) =>
    `${plural(others, 'other queue')} ${others === 1 ? 'was' : 'were'} found damaged before.`,
  'delivery.whole': () => 'Every number up to each closing count is accounted for.',

  'run.numbers': ({ lowest, highest }: { lowest: number; highest: number }) =>
    `Its numbers go from ${count(lowest)} to ${count(highest)}; only numbers from 1 on, below 2^50, can be counted.`,
  'run.shared': () =>
    'Lines of several hosts or processes bear its id: which of them wrote how many is not known. Give each process a logger of its own.',
  'run.taken': ({ lines }: { lines: number }) =>
    `${plural(lines, 'line')} came under the id of another one and ${lines === 1 ? 'is' : 'are'} kept as dead ${lines === 1 ? 'letter' : 'letters'}: two writers count alike.`,
  'run.unnumbered': ({ lines }: { lines: number }) =>
    `${plural(lines, 'line')} of it ${lines === 1 ? 'bears' : 'bear'} no number that can be read: absent numbers may be theirs.`,
  'run.unread': () => 'What became of its absent numbers could not be read in full.',
  'run.expired': ({ lines }: { lines: number }) =>
    `${plural(lines, 'number')} ${lines === 1 ? 'is' : 'are'} older than what is kept: whether ${lines === 1 ? 'it' : 'they'} arrived is not known any more.`,
  'run.held': ({ lines, host, by, queued, since }: HeldValues) =>
    `${plural(lines, 'line')} may still wait: ${
      by === 'silent'
        ? `${host} has told nothing since ${clock(since)} UTC`
        : by === 'indexer'
          ? `the indexer of ${host} has waited for Elasticsearch since ${clock(since)} UTC`
          : `a queue of ${host} holds ${plural(queued ?? 0, 'line')}`
    }.`,
  'run.not_named': ({ lines }: { lines: number }) =>
    `That ${plural(lines, 'line')} ${lines === 1 ? 'is' : 'are'} lost is certain; which, is not known.`,
  'run.repeated': ({ lines }: { lines: number }) =>
    `${plural(lines, 'line')} ${lines === 1 ? 'is' : 'are'} indexed twice; no repeat counts for a number that is absent.`,

  'run.gap.outage': ({ lines, server }: { lines: number; server: string }) =>
    `${plural(lines, 'line')} went missing while ${server} was down.`,
  'run.gap': ({ lines }: { lines: number }) =>
    `${plural(lines, 'line')} ${lines === 1 ? 'was' : 'were'} written and never indexed; no log server was down.`,
  'run.absent': ({ lines }: { lines: number }) =>
    `${plural(lines, 'number')} ${lines === 1 ? 'is' : 'are'} absent; what became of ${lines === 1 ? 'it' : 'them'} is not known.`,
  'run.tail': ({ highest }: { highest: number }) =>
    `Nothing is known after ${count(highest)}: the run ended without its closing count.`,
  'run.in_flight': ({ lines }: { lines: number }) => `Closed; ${plural(lines, 'line')} may still be on the way.`,
  'run.running': () => 'Complete so far; the run goes on.',
  'run.doubtful': () => 'Every number that can be judged is accounted for.',
  'run.proven': () => 'Every number is accounted for.',

  'fact.received': ({ n }: { n: number }) => `${count(n)} received, and indexed`,
  'fact.next_received': ({ n, ms }: { n: number; ms: number | null }) =>
    ms === null ? `${count(n)} received` : `${count(n)} received, ${count(ms)} ms later`,
  'fact.silent': ({ server }: { server: string }) => `last report of ${server} before it fell silent`,
  'fact.closed': ({ highest }: { highest: number }) => `closing count: ${count(highest)} written`,
  'fact.last': () => 'last line; no closing count',
} as const;
