import type { Line } from '../lines/line';
import type { Run } from '../truth/truth';
import type { Answers, RunAnswer } from './answers';
import type { Finding } from './finding';
import type { View } from './view';

/** What came of a run by the time of the question, by number. */
interface Arrived {
  numbers: Set<number>;
  closed: boolean;
  declared: Set<number>;
  refused: Set<number>;
  /** Some of its lines bear a time in the range. */
  inRange: boolean;
}

/** Every run is judged, and none is called complete that is not, nor a number missing that is not lost. */
export function checkRuns(answers: Answers, view: View, lines: readonly Line[]): Finding[] {
  const arrived = arrivedOf(lines, view);
  const findings: Finding[] = [];
  for (const run of view.truth.runs) {
    const own = arrived.get(run.id);
    if (!own || own.numbers.size === 0) continue;
    const claim = answers.runs.find(({ id }) => id === run.id);
    if (claim) findings.push(...checkRun(claim, run, own));
    else if (own.inRange) findings.push(finding('run_unlisted', run, 'lines of it are there, and it is not listed'));
  }
  for (const { id } of answers.runs) {
    if (!view.truth.runs.some((run) => run.id === id)) {
      findings.push({ aspect: 'runs', kind: 'run_invented', names: [id], message: `run ${id} never was` });
    }
  }
  return findings;
}

function arrivedOf(lines: readonly Line[], view: View): Map<string, Arrived> {
  const runs = new Map<string, Arrived>();
  const { from, to } = view.range;
  const declared = new Map(view.truth.runs.map((run) => [run.id, run]));
  for (const line of lines) {
    if (!line.event || line.fate === 'lost' || line.ingested > view.truth.askedAt) continue;
    const { run, sequence } = line.event;
    let own = runs.get(run);
    if (!own) {
      own = { numbers: new Set(), closed: false, declared: new Set(), refused: new Set(), inRange: false };
      runs.set(run, own);
    }
    if (line.fate === 'refused') own.refused.add(sequence);
    else {
      own.numbers.add(sequence);
      own.inRange ||= line.clock >= from && line.clock < to;
      if (line.event.dataset !== 'rota.sdk') continue;
      if (line.text.includes('"action":"close"')) own.closed = true;
      else {
        for (const n of declared.get(run)?.declared ?? []) if (n < sequence) own.declared.add(n);
      }
    }
  }
  return runs;
}

function checkRun(claim: RunAnswer, run: Run, own: Arrived): Finding[] {
  const { numbers, declared, refused } = own;
  const highest = Math.max(...numbers);
  const lost = run.lost.filter((n) => n < highest);
  const absent = Array.from({ length: highest }, (_, i) => i + 1).filter(
    (n) => !numbers.has(n) && !declared.has(n) && !refused.has(n),
  );
  const said = `${claim.state}, ${claim.missing} missing`;
  if (claim.state === 'proven' && !(own.closed && absent.length === 0)) {
    return [finding('run_proven', run, `${said}; it ${own.closed ? `lacks ${absent.length}` : 'never closed'}`)];
  }
  // What waits somewhere is absent, too, and may be called so once it is late.
  if (claim.missing > absent.length)
    return [finding('run_missing_too_many', run, `${said}; ${absent.length} are absent`)];
  if (claim.missing + claim.inFlight < lost.length && claim.state !== 'unsearched') {
    return [finding('run_missing_too_few', run, `${said}; ${lost.length} were lost`)];
  }
  return [];
}

function finding(kind: string, { id, process }: Run, message: string): Finding {
  return { aspect: 'runs', kind, names: [id, process], message: `run ${id} of ${process}: ${message}` };
}
