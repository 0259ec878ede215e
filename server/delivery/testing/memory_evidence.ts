import { DATASETS, type Dataset } from '../../../common/ecs';
import type { DeliveryEvidence, RunLife } from '../evidence';
import { keptOf } from '../kept';
import { waitingOf } from '../waiting';
import { INDEXED_MS, RECEIVED_MS, type SimLine, type SimWorld } from './simulated_runs';

/** A document of a run, as Elasticsearch would hold it. */
interface Doc {
  run: string;
  n: number;
  dataset: Dataset;
  timestamp: number;
  created: number;
  ingested: number;
  action: SimLine['action'];
  drop: SimLine['drop'];
  host: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/**
 * The documents of a world that are left at a moment, and the evidence in them, counted one by one.
 * @param loaded when they were put into the indices, where that was long after they were written
 */
export function memoryEvidence(
  world: SimWorld,
  now: number,
  loaded: number | null = null,
): DeliveryEvidence & { docs: readonly Doc[] } {
  const docs = world.runs.flatMap(({ lines }) =>
    lines.flatMap((line) =>
      line.fate === 'indexed' ? Array.from({ length: line.copies }, () => docOf(line, now)) : [],
    ),
  );
  const letters = world.runs.flatMap(({ lines }) => lines.filter(({ fate }) => fate === 'dead'));
  const byRun = new Map<string, Doc[]>(world.runs.map(({ id }) => [id, []]));
  for (const doc of docs) byRun.get(doc.run)!.push(doc);
  const of = (run: string): readonly Doc[] => byRun.get(run) ?? [];
  return {
    docs,
    unread: { absences: false, repeats: false },
    lives: async (ids) => ids.flatMap((id) => lifeOf(id, of(id))),
    repeats: async (lives) =>
      new Map(
        lives.map(({ id }) => {
          const times = new Map<number, number>();
          for (const { n } of of(id)) times.set(n, (times.get(n) ?? 0) + 1);
          const twice = [...times].filter(([, lines]) => lines > 1).sort(([a], [b]) => a - b);
          return [id, twice.map(([n, lines]) => ({ n, extra: lines - 1 }))];
        }),
      ),
    declared: async (ids) =>
      new Map(
        ids.map((id) => [
          id,
          {
            drops: of(id).flatMap(({ drop }) => drop ?? []),
            letters: letters.flatMap((line) => (line.run === id ? line.n : [])),
            taken: [],
            cut: false,
          },
        ]),
      ),
    count: async (asked) =>
      asked.map(({ run, first, last, width }) => {
        const parts = Array.from({ length: Math.ceil((last - first + 1) / width) }, () => 0);
        for (const { n } of of(run)) if (n >= first && n <= last) parts[Math.floor((n - first) / width)]!++;
        return parts;
      }),
    lastBefore: async (asked) =>
      asked.map(({ run, clock, before }) => {
        const numbers = of(run).flatMap((doc) =>
          (clock === 'indexed' ? doc.ingested : doc.created) < before ? doc.n : [],
        );
        return numbers.length === 0 ? null : Math.max(...numbers);
      }),
    kept: async () => keptDatasets(world, docs, now, loaded),
    ownLines: async (ids) =>
      new Map(
        ids.map((id) => [
          id,
          RUN_DATASETS.flatMap((dataset) => {
            const own = of(id).filter((doc) => doc.dataset === dataset);
            if (own.length === 0) return [];
            const ingested = own.map((doc) => doc.ingested);
            return [
              {
                dataset,
                lines: own.length,
                lowest: Math.min(...own.map(({ n }) => n)),
                indexedFrom: Math.min(...ingested),
                indexedTo: Math.max(...ingested),
              },
            ];
          }),
        ]),
      ),
    names: async (ids) =>
      new Map(ids.map((id) => [id, { host: of(id)[0]?.host ?? null, service: null, version: null }])),
    waiting: async () => {
      const size = world.runs.flatMap(({ lines }) => lines.filter(({ fate }) => fate === 'waiting')).length;
      const clearAt = world.queueClear === null ? now : now - world.queueClear;
      return waitingOf([{ host: 'log-1', queue: 'index', at: now, size, clearAt }], [], now - DAY_MS, now);
    },
    heardAfter: async (time) =>
      docs.some(({ timestamp }) => timestamp >= time && timestamp < Math.min(now, time + HOUR_MS)),
  };
}

export const RUN_DATASETS: readonly Dataset[] = [DATASETS.app, DATASETS.access, DATASETS.sdk];

function docOf(line: SimLine, now: number): Doc {
  const written = now - line.written;
  return {
    run: line.run,
    n: line.n,
    dataset: line.dataset,
    timestamp: now - line.bears,
    created: written + RECEIVED_MS,
    ingested: written + INDEXED_MS,
    action: line.action,
    drop: line.drop,
    host: line.host,
  };
}

function lifeOf(id: string, docs: readonly Doc[]): RunLife[] {
  if (docs.length === 0) return [];
  const min = (value: (doc: Doc) => number) => Math.min(...docs.map(value));
  const max = (value: (doc: Doc) => number) => Math.max(...docs.map(value));
  const closings = docs.flatMap(({ action, n }) => (action === 'close' ? n : []));
  return [
    {
      id,
      lines: docs.length,
      lowest: min(({ n }) => n),
      highest: max(({ n }) => n),
      closedAt: closings.length === 0 ? null : Math.max(...closings),
      unnumbered: 0,
      started: min(({ timestamp }) => timestamp),
      lastSeen: max(({ timestamp }) => timestamp),
      received: max(({ created }) => created),
      indexedFrom: min(({ ingested }) => ingested),
      indexedTo: max(({ ingested }) => ingested),
      shared: new Set(docs.map(({ host }) => host)).size > 1,
    },
  ];
}

/** Each data set with a boundary has lost its first backing index; the second one began there. */
function keptDatasets(world: SimWorld, docs: readonly Doc[], now: number, loaded: number | null) {
  const letters = world.runs.flatMap(({ lines }) => lines.filter(({ fate }) => fate === 'dead'));
  return [...RUN_DATASETS, DATASETS.deadLetter].map((dataset) => {
    const left =
      dataset === DATASETS.deadLetter
        ? letters.map(({ written }) => now - written + INDEXED_MS)
        : docs.filter((doc) => doc.dataset === dataset).map(({ ingested }) => ingested);
    const oldest = left.length === 0 ? null : Math.min(...left);
    const boundary = world.deletedBefore[dataset];
    const created = loaded ?? (boundary === undefined ? now - 2 * DAY_MS : now - boundary);
    const day = new Date(created).toISOString().slice(0, 10).replaceAll('-', '.');
    const name = `.ds-logs-${dataset}-rota-${day}-${boundary === undefined ? '000001' : '000002'}`;
    const index = { name, created, oldest };
    // A data stream that nobody ever wrote to is not there.
    return keptOf(dataset, boundary === undefined && oldest === null ? [] : [index], null, now);
  });
}
