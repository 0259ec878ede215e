import { DATASETS, type EcsDocument, FIELDS, streamOf } from '../../../common/ecs';
import type { Range } from '../../../common/model/delivery/ranges';
import type { Context } from '../../context';
import type { Dsl } from '../../host';
import type { Hit, NamedSearch, SearchAnswer } from '../../search/msearch';
import { anyOf } from '../../search/scope';

/** What Elasticsearch gives in one answer, and how many answers are read of one kind. */
export interface PageLimits {
  size: number;
  pages: number;
}
export const PAGES: PageLimits = { size: 10_000, pages: 5 };

/** What is said about numbers of one run that are not in its streams. */
export interface Declared {
  drops: { cause: string; count: number; ranges: Range[] }[];
  deadLetters: number[];
  /** There are more than were read. */
  cut: boolean;
}

const NOTHING: Declared = { drops: [], deadLetters: [], cut: false };
const EVENT_ID = 'event.id';

type DeclaredSearch = 'drops' | 'dead';

/** First pages of what runs declared as dropped, and of dead letters that bear one of their numbers; run after run. */
export function declaredSearches(
  runs: readonly string[],
  to: string,
  namespace: string,
  { size } = PAGES,
): Record<DeclaredSearch, NamedSearch> {
  const before: Dsl = { range: { [FIELDS.timestamp]: { lt: to } } };
  const page = (filter: Dsl[], fields: string[]): Dsl => ({
    size,
    track_total_hits: true,
    query: { bool: { filter: [before, ...filter] } },
    // By event ids, for those begin with the run: what is cut off are then whole runs but one.
    sort: [{ [EVENT_ID]: 'asc' }],
    _source: fields,
  });
  return {
    drops: {
      index: streamOf(DATASETS.sdk, namespace),
      body: page(
        [{ terms: { [FIELDS.run]: runs } }, { term: { 'event.action': 'drop' } }],
        [FIELDS.run, EVENT_ID, 'rota.drop'],
      ),
    },
    dead: {
      index: streamOf(DATASETS.deadLetter, namespace),
      body: page([anyOf(runs.map((run) => ({ prefix: { [EVENT_ID]: `${run}-` } })))], [EVENT_ID]),
    },
  };
}

/** Reads the pages after the first ones, and sorts everything by run. */
export async function readDeclared(
  runs: readonly string[],
  searches: Record<DeclaredSearch, NamedSearch>,
  first: Record<DeclaredSearch, SearchAnswer>,
  context: Context,
  limits = PAGES,
): Promise<Map<string, Declared>> {
  const drops = await restOf(searches.drops, first.drops, context, limits);
  const dead = await restOf(searches.dead, first.dead, context, limits);
  const dropsOfRun = groupBy(drops.hits.map(docOf), ({ agent }) => agent?.ephemeral_id);
  const lettersOfRun = groupBy(dead.hits.map(numberedId), (found) => found?.run);
  return new Map(
    runs.map((run) => [
      run,
      {
        drops: byCause(dropsOfRun.get(run) ?? []),
        deadLetters: (lettersOfRun.get(run) ?? []).map((found) => found!.sequence),
        cut: mayFollow(run, drops) || mayFollow(run, dead),
      },
    ]),
  );
}

export function declaredOf(declared: ReadonlyMap<string, Declared>, run: string): Declared {
  return declared.get(run) ?? NOTHING;
}

interface Read {
  hits: Hit[];
  cut: boolean;
}

async function restOf(search: NamedSearch, first: SearchAnswer, context: Context, limits: PageLimits): Promise<Read> {
  const hits = [...first.hits];
  let page = first.hits;
  for (let pages = 1; page.length === limits.size && pages < limits.pages; pages++) {
    const { next } = await context.askAll({
      next: { ...search, body: { ...search.body, track_total_hits: false, search_after: page.at(-1)!.sort } },
    });
    page = next.hits;
    hits.push(...page);
  }
  return { hits, cut: first.total > hits.length };
}

/** Whether something of a run may stand after the last that was read; after a run's dash come digits only. */
function mayFollow(run: string, { hits, cut }: Read): boolean {
  return cut && `${run}-:` > (docOf(hits.at(-1)).event?.id ?? '');
}

function docOf(hit: Hit | undefined): EcsDocument {
  return (hit?._source ?? {}) as EcsDocument;
}

function numberedId(hit: Hit): { run: string; sequence: number } | null {
  const found = /^(.*)-(\d+)$/.exec(docOf(hit).event?.id ?? '');
  return found && { run: found[1]!, sequence: Number(found[2]) };
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string | undefined): Map<string | undefined, T[]> {
  const groups = new Map<string | undefined, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

function byCause(docs: readonly EcsDocument[]): Declared['drops'] {
  const causes = new Map<string, Declared['drops'][number]>();
  for (const { rota } of docs) {
    const { cause = 'unknown', count = 0, first_sequence: first, last_sequence: last } = rota?.drop ?? {};
    const known = causes.get(cause) ?? { cause, count: 0, ranges: [] };
    known.count += count;
    if (first !== undefined && last !== undefined) known.ranges.push({ first, last });
    causes.set(cause, known);
  }
  return [...causes.values()];
}
