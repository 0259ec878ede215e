import type { Scope } from '../../common/api';
import type { Context } from '../context';
import { type NamedSearch, NO_ANSWER, type SearchAnswer, type Searches } from '../search/msearch';
import { textFilters } from '../search/scope';
import { minutesOf, type Timeline } from '../search/timeline';
import { type Directory, hostsOf, seriesCount } from '../topology/directory';
import type { Cut, Evidence, ProbeSeries } from '../topology/evidence';
import type { Counts } from '../topology/places';
import { isNarrowed } from '../topology/selection';
import { answersSearch, readAnswers } from './answers';
import { faultSearches, readAttempts, readDisabled } from './faults';
import { LONG_LOOK_BACK_MS } from './inventory';
import { balancersTell, type LinesOf, selectedLines } from './lines_of';
import { lifeSearches, readDelays, readLives, readSkews } from './lives';
import { okStatuses } from './ok_statuses';
import { momentsOf, passingSearches, readPassings } from './passings';
import {
  closerSearch,
  probedDatasets,
  probeSearches,
  readLines,
  readSteps,
  seriesOfLines,
  seriesOfSteps,
  targetOf,
  windowsOf,
} from './probes';
import { isProbe, watchersOf } from './probes_of';
import { readRecorded, recordedCut, recordedSearch } from './recorded';
import { between, not, type Query } from './search';
import { readBalancers, readFrontends, readOwn, turnSearches } from './turns';
import { readVersions, versionsSearch } from './versions';
import { readVisits, visitorSearches } from './visitors';
import { readWords, wordSearches } from './words';

/** What one question asks: its range and steps, its selectors and its search, and the directory that they narrowed. */
export interface Asking {
  query: Scope;
  directory: Directory;
  timeline: Timeline;
  /** Steps of the evidence: minutes at most, where they are not too many. */
  fine: Timeline;
  /** KQL and pills. */
  text: Query[];
  /** Which requests are probes here. */
  probe: Query;
  namespace: string;
}

export function askingOf(query: Scope, directory: Directory, timeline: Timeline, context: Context): Asking {
  const all = directory.whole ?? directory;
  return {
    query,
    directory,
    timeline,
    fine: minutesOf(timeline, seriesCount(directory)),
    text: textFilters(query, context.kqlToQuery(query)) as Query[],
    probe: isProbe(watchersOf(all.inventory)),
    namespace: context.settings.namespace,
  };
}

/** Requests of users in the range, of the chosen services, pools and environments; `found`: that match the search, too. */
export function linesOf({ query, directory, timeline, text, probe }: Asking, tier: LinesOf, found: boolean): Query[] {
  return [
    between(timeline.from, timeline.to),
    not(probe),
    ...selectedLines(query, tier, directory),
    ...(found ? text : []),
  ];
}

export interface Gathered {
  evidence: Evidence;
  /** Turns of what is searched for; the facts themselves where nothing is. */
  counts: Counts;
  /** "GET /healthz" */
  probeTarget: string | null;
}

/**
 * One `_msearch` for all that the model reads, with what else a page asks for; a second one around the changes of probes
 * where there are too many to be read one by one.
 */
export async function gather<K extends string>(
  asking: Asking,
  context: Context,
  more: Searches<K>,
): Promise<Gathered & { answers: Record<K, SearchAnswer> }> {
  const { settings, now } = context;
  const { fine, directory, probe } = asking;
  const { namespace, monitor } = settings;
  const { from, to, interval } = fine;
  const passes = okStatuses(monitor.ok_status);
  const warmUp = (monitor.rise + monitor.fall + 2) * Math.max(monitor.interval_s, 10) * 1000;
  const moments = momentsOf(directory, fine.times, interval);
  const turns = (found: boolean) => {
    const filters = {
      balancer: linesOf(asking, 'lb', found),
      frontend: linesOf(asking, 'frontend', found),
      webapp: linesOf(asking, 'webapp', found),
    };
    const passings: Searches<string> = passingSearches(moments, filters, interval, namespace);
    return { ...turnSearches(filters, interval, namespace), ...passings };
  };
  const found = asking.text.length > 0 ? prefixed('found', turns(true)) : {};
  const facts = {
    ...turns(false),
    ownAnswers: answersSearch(linesOf(asking, 'lb', false), interval, namespace),
    ...wordSearches(from, to, LONG_LOOK_BACK_MS, namespace),
    ...faultSearches(from, to, probe, namespace),
    ...probeSearches(from - warmUp, to, interval, probe, passes, probedIn(asking)),
    ...lifeSearches(from, to, interval, namespace),
    ...visitorSearches(
      { balancer: linesOf(asking, 'lb', false), frontend: linesOf(asking, 'frontend', false) },
      namespace,
    ),
    versions: versionsSearch(from, to, interval, namespace),
    recorded: recordedSearch(from - LONG_LOOK_BACK_MS, to, namespace),
  };
  const asked: Searches<string> = { ...facts, ...found, ...more };
  const answers = (await context.askAll(asked)) as Record<keyof typeof facts | K, SearchAnswer>;
  const { probes, cuts } = await probesOf(answers, asking, context, passes);
  const spoken = readWords(answers);
  const [disabled, attempts] = [readDisabled(answers.disabled), readAttempts(answers.attempts)];
  const hosts = isNarrowed(asking.query) ? hostsIn(directory) : null;
  const chosen = <T extends { host: string }>(list: readonly T[]) =>
    list.filter(({ host }) => hosts?.has(host) ?? true);
  const skews = chosen(readSkews(answers, interval));
  const rows = (a: Record<'balancer' | 'frontend' | 'webapp', SearchAnswer>): Counts => ({
    passings: readPassings(moments, a),
    balancers: readBalancers(a.balancer),
    frontends: readFrontends(a.frontend),
    ownFrontends: readOwn(a.frontend),
    ownWebapps: readOwn(a.webapp),
    balancersUnnamed: !balancersTell(asking.query, directory),
    skews,
  });
  const all = [...spoken.cuts, ...disabled.cuts, ...attempts.cuts, ...cuts];
  const unread = recordedCut(answers.recorded);
  const sentences = [...all.map(({ sentence }) => sentence), ...(unread === null ? [] : [unread])];
  for (const message of sentences) context.reasons.push({ code: 'limit_reached', message });
  const inFlightMs = settings.in_flight_s * 1000;
  const delays = readDelays(answers, skews).filter(({ ms }) => ms > inFlightMs && now - ms < to);
  const evidence: Evidence = {
    window: { from, to },
    settledTo: Math.min(to, now - Math.max(inFlightMs, ...delays.map(({ ms }) => ms))),
    grid: { times: fine.times, interval },
    inventory: directory.inventory,
    ...rows(answers),
    answers: readAnswers(answers.ownAnswers),
    words: spoken.words,
    disabled: disabled.faults,
    attempts: attempts.faults,
    probes,
    lives: chosen(readLives(answers)),
    skews,
    delays,
    visits: readVisits(answers),
    versions: chosen(readVersions(answers.versions)),
    recorded: chosen(readRecorded(answers.recorded)),
    cuts: all,
    newest: null,
  };
  return {
    evidence,
    counts: asking.text.length > 0 ? rows(unprefixed('found.', answers as Record<string, SearchAnswer>)) : evidence,
    probeTarget: targetOf(answers.probes),
    answers,
  };
}

function hostsIn({ inventory, servers, upstreams }: Directory): Set<string> {
  return new Set([...inventory.writers.map(({ host }) => host), ...[...servers, ...upstreams].flatMap(hostsOf)]);
}

function probedIn({ directory, namespace }: Asking) {
  const { writers } = (directory.whole ?? directory).inventory;
  return { datasets: probedDatasets(writers.some(({ tier }) => tier === 'frontend')), namespace };
}

async function probesOf(
  answers: Record<'probes' | 'probeSteps', SearchAnswer>,
  asking: Asking,
  context: Context,
  passes: readonly number[],
): Promise<{ probes: ProbeSeries[]; cuts: Cut[] }> {
  const { probe, fine } = asking;
  const where = probedIn(asking);
  const ok = new Set(passes);
  const { hits, total } = answers.probes;
  if (total <= hits.length) return { probes: seriesOfLines(readLines(hits, ok)), cuts: [] };
  const steps = readSteps(answers.probeSteps);
  const windows = windowsOf(steps, fine.interval);
  const search = closerSearch(windows, probe, where);
  const { closer } = search === null ? { closer: NO_ANSWER } : await context.askAll({ closer: search });
  return seriesOfSteps(steps, windows, closer, ok);
}

function prefixed(prefix: string, searches: Record<string, NamedSearch>): Record<string, NamedSearch> {
  return Object.fromEntries(Object.entries(searches).map(([name, search]) => [`${prefix}.${name}`, search]));
}

function unprefixed(prefix: string, answers: Readonly<Record<string, SearchAnswer>>) {
  const own = Object.entries(answers).filter(([name]) => name.startsWith(prefix));
  const found = Object.fromEntries(own.map(([name, answer]) => [name.slice(prefix.length), answer]));
  return { balancer: NO_ANSWER, frontend: NO_ANSWER, webapp: NO_ANSWER, ...found };
}
