import type { estypes } from '@elastic/elasticsearch';
import type { Context } from '../../context';
import { toApiError } from '../../errors';
import type { Dsl } from '../../host';
import { type Hit, type NamedSearch, NO_ANSWER, type SearchAnswer } from '../../search/msearch';

export type { Aggs, Query } from '../search';

/** What `_msearch` takes of a search. */
export type SearchBody = Pick<
  estypes.MsearchMultisearchBody,
  'aggs' | 'docvalue_fields' | 'from' | 'query' | 'search_after' | 'size' | 'sort' | '_source' | 'terminate_after'
> & { track_total_hits?: boolean };

/** An answer whose aggregations have these shapes; absent where the search failed, or where there is no index. */
export interface Answered<A> {
  hits: Hit[];
  /** Exact up to `track_total_hits`. */
  total: number;
  aggregations: Partial<A>;
}

/** A search: what it asks, and how its answer is read. */
export interface Search<Answer, A = object> {
  index: string;
  body: SearchBody;
  read(answered: Answered<A>): Answer;
}

/** Searches that go into one `_msearch`: so many run side by side, so much memory they take together. */
const AT_ONCE = 12;

interface Pending {
  name: string;
  search: NamedSearch;
  answered(answer: SearchAnswer): void;
  failed(error: unknown): void;
}

const pending = new WeakMap<Context, Pending[]>();
/** Questions of which Elasticsearch has answered something. */
const answering = new WeakSet<Context>();
const failures = new WeakMap<Context, Set<string>>();

/** Names of the searches that were not answered, or not in full. */
export function failedSearches(context: Context): ReadonlySet<string> {
  return failures.get(context) ?? new Set();
}

function noteFailure(context: Context, name: string): void {
  failures.set(context, new Set([...failedSearches(context), name]));
}

/**
 * Sends searches of one kind and reads their answers in order. What is asked at the same time goes into one `_msearch`. Those
 * that fail read as if nothing had been found, and make the answer partial under this name. Throws where nothing of a question
 * is answered.
 */
export async function askEach<Answer, A>(
  context: Context,
  name: string,
  searches: readonly Search<Answer, A>[],
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let i = 0; i < searches.length; i += AT_ONCE) {
    const some = searches.slice(i, i + AT_ONCE);
    const found = await Promise.all(
      some.map(({ index, body }) => enqueue(context, name, { index, body: body as Dsl })),
    );
    answers.push(...some.map((search, j) => search.read(found[j] as SearchAnswer & Answered<A>)));
  }
  return answers;
}

/** One search, as `askEach` sends them. */
export async function askOne<Answer, A>(context: Context, name: string, search: Search<Answer, A>): Promise<Answer> {
  const [answer] = await askEach(context, name, [search]);
  return answer!;
}

function enqueue(context: Context, name: string, search: NamedSearch): Promise<SearchAnswer> {
  return new Promise((answered, failed) => {
    const known = pending.get(context);
    const waiting = known ?? [];
    waiting.push({ name, search, answered, failed });
    if (known) return;
    pending.set(context, waiting);
    // Whatever else is asked before Node comes back to its event loop goes along.
    setImmediate(() => {
      pending.delete(context);
      for (const some of chunks(waiting, AT_ONCE)) void send(context, some);
    });
  });
}

async function send(context: Context, waiting: readonly Pending[]): Promise<void> {
  const names = waiting.map(({ name }, i) => {
    const before = waiting.slice(0, i).filter((one) => one.name === name).length;
    return before === 0 ? name : `${name} ${before + 1}`;
  });
  const before = context.reasons.length;
  try {
    const found = await context.askAll(Object.fromEntries(waiting.map(({ search }, i) => [names[i]!, search])));
    answering.add(context);
    const told = context.reasons.slice(before);
    waiting.forEach(({ name, answered }, i) => {
      if (told.some(({ message }) => message.includes(`"${names[i]}"`))) noteFailure(context, name);
      answered(found[names[i]!]!);
    });
  } catch (thrown) {
    const { code, message } = toApiError(thrown, context.signal);
    // Where Elasticsearch refuses all of these, but not all of the question, the rest is still worth having.
    const refused = answering.has(context) && ['search_failed', 'forbidden', 'too_large'].includes(code);
    for (const [i, { name, answered, failed }] of waiting.entries()) {
      if (!refused) {
        failed(thrown);
        continue;
      }
      noteFailure(context, name);
      context.reasons.push({ code: 'search_failed', message: `The part "${names[i]}" is missing: ${message}` });
      answered(NO_ANSWER);
    }
  }
}

/** Lists of at most `most` items, or of items that together weigh at most `mostWeight`. */
export function chunks<T>(
  items: readonly T[],
  most: number,
  weigh: (item: T) => number = () => 0,
  mostWeight = 1,
): T[][] {
  const lists: T[][] = [];
  let weight = 0;
  for (const item of items) {
    const last = lists.at(-1);
    const own = weigh(item);
    if (last && last.length < most && weight + own <= mostWeight) {
      last.push(item);
      weight += own;
    } else {
      lists.push([item]);
      weight = own;
    }
  }
  return lists;
}
