import { outsFromWords } from '../../../common/model/own_words';
import { joinChains, type PassiveRules, passiveFromAttempts, passiveFromWords } from '../../../common/model/passive';
import type { PoolOut, PoolState } from '../../../common/model/pool_state';
import {
  agreeOn,
  fillDead,
  implyPasses,
  intervalOf,
  type MonitorRules,
  type Probe,
  replayProbes,
} from '../../../common/model/probe_replay';
import { clip, type Span } from '../../../common/model/spans';
import { outsFromStored, type StoredWord, sinceRecorded, withStored } from '../../../common/model/stored_outs';
import { bucketsOf, numberOf } from '../../search/buckets';
import type { Hit, SearchAnswer } from '../../search/msearch';
import type { Timeline } from '../../search/timeline';
import type { Settings } from '../../settings';
import type { Landscape } from '../landscape';
import { okStatuses, type PoolSearchName } from './searches';
import { storedWord, wordsOf } from './words';

/** A probe line: who was probed, by whom. */
interface ProbeLine extends Probe {
  host: string;
  source: string;
}

export interface Pools extends PoolState {
  /** The frontends' absences as rebuilt from probes, also where the balancer's own words were taken. */
  replayed: PoolOut[];
  rules: MonitorRules & PassiveRules;
  probes: Map<string, Probe[]>;
  /** Long ranges hold only the failed probes. */
  thinned: boolean;
  probesFailing: Map<string, Span[]>;
  /** Every line of a host, by bucket: from the first to the last. */
  signs: Map<string, Span[]>;
  /** "GET /healthz" */
  probeTarget: string | null;
  failedTries: PoolOut[];
  /** The webapps' absences, a chain of failed tries as one, from its true begin. */
  chains: PoolOut[];
}

export interface PoolInput {
  answers: Record<PoolSearchName, SearchAnswer>;
  landscape: Landscape;
  timeline: Timeline;
  settings: Settings;
  /** Times in which a frontend wrote nothing and the balancer gave it nothing. */
  deadSpans: (host: string, signs: readonly Span[], minMs: number) => Span[];
}

/** Both pools over the window: the balancer's and nginx's own words where there are any, else what their lines imply. */
export function readPools(input: PoolInput): Pools {
  const { answers, landscape, timeline, settings } = input;
  const thinned = isCut(answers.probes);
  const ok = new Set(okStatuses(settings.monitor.ok_status));
  const all = answers.probes.hits.map((hit) => probeLine(hit, ok));
  const used = thinned ? answers.failedProbes.hits.map((hit) => probeLine(hit, ok)) : all;
  const monitor = monitorRules(all, settings);
  const signs = signsOf(answers.signs);
  const passes = lastPassesOf(answers.lastPasses);
  const replay = replayAll(used, monitor, thinned, input, { signs, passes });
  const window = { from: timeline.from, to: timeline.to };
  const replayed = clipped(replay.outs, window);
  const words = wordsOf(answers.words.hits);
  // Words that were cut off would leave the later events out.
  const spoken = settings.balancer_words && words.length > 0 && !isCut(answers.words);
  const passive = passiveOf(input);
  const frontends = spoken ? outsFromWords(words, timeline.from, replay.outs) : replay.outs;
  // Only where lines are too many to be read one by one: else they tell it themselves, and better.
  const stored = thinned || isCut(answers.words) || isCut(answers.disabled) || isCut(answers.failedAttempts);
  const recorded = answers.stored.hits.flatMap(storedWord);
  const joined = (told: readonly PoolOut[], tier: StoredWord['tier']) => {
    const since = sinceRecorded(told, recorded, tier, timeline.from);
    const all = stored ? withStored(since, outsFromStored(recorded, tier, timeline.from)) : since;
    return clipped(all, window).filter(among(landscape, tier));
  };
  return {
    frontends: joined(frontends, 'frontend'),
    frontendsKnown: spoken || all.length > 0,
    webapps: joined(passive, 'webapp'),
    chains: joined(joinChains(passive, passiveRules(settings).failTimeoutMs), 'webapp'),
    webappsKnown: landscape.upstreams.length > 0,
    spokenOf: settings.balancer_words ? words.filter(among(landscape)) : [],
    probed: [...new Set([...passes.keys(), ...all.map(({ host }) => host)])].filter((host) =>
      among(landscape)({ host }),
    ),
    replayed,
    rules: { ...monitor, ...passiveRules(settings) },
    probes: replay.probes,
    thinned,
    probesFailing: replay.failing,
    signs,
    probeTarget: targetOf(answers.probes.hits[0]),
    failedTries: passive.filter(({ kind }) => kind === 'failed_try'),
  };
}

/** Nobody asks for hosts that the selectors leave out. */
function among({ whole, frontends, balancers, upstreams, book }: Landscape, tier: StoredWord['tier'] = 'frontend') {
  const hosts = new Set(
    tier === 'frontend'
      ? [...frontends.map(({ host }) => host), ...balancers.map(({ server }) => server)]
      : upstreams.map(({ address }) => book.name(address)),
  );
  return ({ host }: { host: string }) => whole === null || hosts.has(host);
}

/** There were more lines than were read. */
function isCut({ total, hits }: SearchAnswer): boolean {
  return total > hits.length;
}

/** Those that touch the window, with their true times. */
function clipped(outs: readonly PoolOut[], window: Span): PoolOut[] {
  return outs
    .filter((out) => clip([out], window).length > 0)
    .map((out) => (out.to !== null && out.to > window.to ? { ...out, to: null } : out));
}

function replayAll(
  lines: readonly ProbeLine[],
  rules: MonitorRules,
  thinned: boolean,
  { timeline, deadSpans, landscape }: PoolInput,
  { signs, passes }: { signs: Map<string, Span[]>; passes: ReadonlyMap<string, number> },
) {
  const outs: PoolOut[] = [];
  const probes = new Map<string, Probe[]>();
  const failing = new Map<string, Span[]>();
  const hosts = new Set([
    ...lines.map(({ host }) => host),
    ...passes.keys(),
    ...landscape.balancers.map(({ server }) => server),
  ]);
  const probed = lines.length > 0;
  for (const host of hosts) {
    const own = lines.filter((line) => line.host === host);
    const dead = probed && !thinned ? deadSpans(host, signs.get(host) ?? [], 2.5 * rules.intervalMs) : [];
    const trains = [...group(own)].map((train) => {
      const known = thinned ? implyPasses(train, rules, timeline.to) : fillDead(train, dead, rules.intervalMs);
      return { known, replay: replayProbes(host, known, rules) };
    });
    if (trains.length === 0 && dead.length > 0) {
      const known = fillDead([], dead, rules.intervalMs);
      trains.push({ known, replay: replayProbes(host, known, rules) });
    }
    if (trains.length === 0) continue;
    const agreed = agreeOn(
      host,
      trains.map(({ replay }) => replay.outs),
    );
    const all = trains.flatMap(({ known }) => known);
    outs.push(...sinceLastPass(agreed, all, passes.get(host), rules));
    failing.set(host, trains[0]!.replay.failing);
    probes.set(
      host,
      trains.flatMap(({ known }) => known).sort((a, b) => a.t - b.t),
    );
  }
  return { outs, probes, failing };
}

/** Out since before the first probe that was read: since the probes after the last one that it passed. */
function sinceLastPass(
  outs: readonly PoolOut[],
  probes: readonly Probe[],
  passed: number | undefined,
  { intervalMs, fall }: MonitorRules,
): PoolOut[] {
  const [first, ...rest] = outs;
  if (!first || passed === undefined || probes.some(({ t, ok }) => ok && t < first.from)) return [...outs];
  const from = Math.min(first.from, passed + fall * intervalMs);
  return [{ ...first, from, firstFailure: passed + intervalMs }, ...rest];
}

function lastPassesOf(answer: SearchAnswer): Map<string, number> {
  return new Map(
    bucketsOf(answer.aggregations, 'hosts').map((host) => [String(host.key), numberOf(host, 'last') ?? 0]),
  );
}

/** Each balancer's probes by themselves. */
function group(lines: readonly ProbeLine[]): ProbeLine[][] {
  const bySource = new Map<string, ProbeLine[]>();
  for (const line of lines) bySource.set(line.source, [...(bySource.get(line.source) ?? []), line]);
  return [...bySource.values()];
}

/** The settings' rise and fall; the interval as it is seen, for it is the one thing that the lines show. */
function monitorRules(lines: readonly ProbeLine[], { monitor }: Settings): MonitorRules {
  const first = lines.find(({ host }) => host)?.host;
  const source = lines.find(({ host }) => host === first)?.source;
  const times = lines.filter((line) => line.host === first && line.source === source).map(({ t }) => t);
  return { intervalMs: intervalOf(times) ?? monitor.interval_s * 1000, rise: monitor.rise, fall: monitor.fall };
}

function passiveRules({ passive }: Settings): PassiveRules {
  return { maxFails: passive.max_fails, failTimeoutMs: passive.fail_timeout_s * 1000 };
}

function passiveOf({ answers, landscape: { book, upstreams }, settings }: PoolInput): PoolOut[] {
  const rules = passiveRules(settings);
  const lines = answers.disabled.hits.flatMap((hit) => {
    const { t, host, address } = placeOf(hit);
    return address === undefined ? [] : [{ t, by: host, host: book.name(address) }];
  });
  // nginx says so from `error_log … warn` on; its default is `error`. A frontend that never says it is replayed.
  const speaks = new Set(lines.map(({ by }) => by));
  const attempts = answers.failedAttempts.hits.flatMap((hit) => {
    const { t, host, failed } = placeOf(hit);
    return failed.map((address) => ({ t, by: host, host: book.name(address) }));
  });
  const replayed = attempts.filter(({ by }) => !speaks.has(by) && hasPeers(by, upstreams, attempts, book));
  return [...passiveFromWords(lines, rules), ...passiveFromAttempts(replayed, rules)].sort((a, b) => a.from - b.from);
}

/** nginx never takes out the only server of an upstream. */
function hasPeers(
  frontend: string,
  upstreams: Landscape['upstreams'],
  attempts: readonly { by: string; host: string }[],
  book: Landscape['book'],
): boolean {
  const known = upstreams.filter((one) => one.frontend === frontend).map(({ address }) => book.name(address));
  const tried = attempts.filter(({ by }) => by === frontend).map(({ host }) => host);
  return new Set([...known, ...tried]).size > 1;
}

interface NginxSource {
  '@timestamp': string;
  host?: { name?: string };
  rota?: {
    upstream?: { address?: string; status_code?: number };
    attempts?: { address?: string; status_code?: number }[] | { address?: string; status_code?: number };
  };
}

function placeOf(hit: Hit) {
  const line = hit._source as unknown as NginxSource;
  const listed = [line.rota?.attempts ?? []].flat();
  const attempts = listed.length > 0 ? listed : [line.rota?.upstream ?? {}];
  const failed = attempts.filter(({ status_code }) => status_code === 502 || status_code === 504);
  return {
    t: Date.parse(line['@timestamp']),
    host: line.host?.name ?? '',
    address: line.rota?.upstream?.address,
    failed: failed.flatMap(({ address }) => (address === undefined ? [] : [address])),
  };
}

interface ProbeSource {
  '@timestamp': string;
  host?: { name?: string };
  http?: { request?: { method?: string }; response?: { status_code?: number } };
  source?: { ip?: string; address?: string };
  url?: { path?: string };
}

function probeLine(hit: Hit, ok: Set<number>): ProbeLine {
  const line = hit._source as unknown as ProbeSource;
  const status = line.http?.response?.status_code ?? null;
  return {
    t: Date.parse(line['@timestamp']),
    host: line.host?.name ?? '',
    source: line.source?.ip ?? line.source?.address ?? '',
    ok: status !== null && ok.has(status),
    status,
  };
}

function targetOf(hit: Hit | undefined): string | null {
  const line = hit?._source as unknown as ProbeSource | undefined;
  return line?.url?.path ? `${line.http?.request?.method ?? 'GET'} ${line.url.path}` : null;
}

function signsOf(answer: SearchAnswer): Map<string, Span[]> {
  return new Map(
    bucketsOf(answer.aggregations, 'hosts').map((host) => [
      String(host.key),
      bucketsOf(host, 'time').map((bucket) => ({
        from: numberOf(bucket, 'first') ?? Number(bucket.key),
        to: numberOf(bucket, 'last') ?? Number(bucket.key),
      })),
    ]),
  );
}
