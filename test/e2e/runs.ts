import { ALL, type Truth } from './truth';

const SDK = 'rota.app rota.access rota.sdk';

export interface TrueRun {
  id: string;
  host: string;
  /** Documents with a number of the run. */
  indexed: number;
  highest: number;
  /** Closed by the SDK's own last report. */
  closed: boolean;
  /** When it was last heard of, ms since 1970. */
  last: number;
  /** Numbers that are neither stored nor declared as dropped, as ranges. */
  missing: { first: number; last: number }[];
  drops: { cause: string; count: number }[];
}

/** Runs that a spec itself writes are not of the recording. */
export const TEST_RUN = 'e2e-run-';

/** Every process run, counted number by number. */
export async function trueRuns(truth: Truth): Promise<TrueRun[]> {
  const fields = ['@timestamp', 'agent.ephemeral_id', 'event.sequence', 'event.action', 'host.name', 'rota.drop'];
  const lines = await truth.documents(SDK, { exists: { field: 'event.sequence' } }, { span: ALL, fields });
  const byRun = new Map<string, typeof lines>();
  for (const line of lines) {
    const run = String(line.doc['agent']?.ephemeral_id);
    if (run.startsWith(TEST_RUN)) continue;
    byRun.set(run, [...(byRun.get(run) ?? []), line]);
  }
  return [...byRun].map(([id, own]) => {
    const stored = new Set(own.map(({ doc }) => Number(doc['event'].sequence)));
    const declared = own.flatMap(({ doc }) => (doc['event'].action === 'drop' ? [doc['rota'].drop] : []));
    const highest = Math.max(...stored, ...declared.map(({ last_sequence }) => Number(last_sequence)));
    const causes = new Map<string, number>();
    for (const { cause, count } of declared) causes.set(cause, (causes.get(cause) ?? 0) + Number(count));
    const accounted = (n: number) =>
      stored.has(n) || declared.some(({ first_sequence, last_sequence }) => n >= first_sequence && n <= last_sequence);
    return {
      id,
      host: String(own[0]?.doc['host']?.name),
      indexed: own.length,
      highest,
      last: Math.max(...own.map(({ doc }) => Date.parse(doc['@timestamp']))),
      closed: own.some(({ doc }) => doc['event'].action === 'close'),
      missing: holesOf(highest, accounted),
      drops: [...causes].map(([cause, count]) => ({ cause, count })),
    };
  });
}

function holesOf(highest: number, accounted: (n: number) => boolean): TrueRun['missing'] {
  const holes: TrueRun['missing'] = [];
  for (let n = 1; n <= highest; n++) {
    if (accounted(n)) continue;
    const last = holes.at(-1);
    if (last && last.last === n - 1) last.last = n;
    else holes.push({ first: n, last: n });
  }
  return holes;
}

export const sizeOf = (ranges: TrueRun['missing']) =>
  ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
