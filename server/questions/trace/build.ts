import type { Hop } from '../../../common/api';
import { groupBy } from '../../topology/groups';
import { correctionFor, type Interval, middle } from './clocks';
import {
  datasetOf,
  durationOf,
  hostOf,
  intervalOf,
  isErrorOf,
  isNginxError,
  kindOf,
  statusOf,
  type TraceLine,
  timeOf,
} from './lines';
import { splitStack } from './stack';

/** One try of a frontend at a webapp, placed by the frontend's own times. */
interface Try extends Interval {
  host: string;
  status: number | null;
  frontend: TraceLine;
  n: number;
}

export interface BuiltTrace {
  start: number;
  /** There were more attempts than are shown. */
  cut: boolean;
  hops: Hop[];
  clocks: { host: string; correction_ms: number }[];
  tries: { host: string; status: number | null; ms: number }[];
}

/** Attempts that one waterfall shows. */
const MOST_TRIES = 1000;

/** Times are whole milliseconds at each hop: less than this is no difference of clocks. */
const ROUNDING_MS = 2;

/** Who an address was, to the frontend that wrote it, at that time. */
export type NameOf = (teller: string, address: string, t: number) => string;

/** An attempt without an answer that was followed by another, or with a 5XX; after any other comes an internal redirect. */
export function isFailed({ status }: { status: number | null }, isLast: boolean): boolean {
  return status === null ? !isLast : status >= 500;
}

/** The waterfall: balancer, frontends with their attempts, the webapps' own events, application lines below them. */
export function buildTrace(lines: readonly TraceLine[], nameOf: NameOf): BuiltTrace {
  const of = (kind: ReturnType<typeof kindOf>) =>
    lines.filter((line) => kindOf(line) === kind).sort((a, b) => timeOf(a) - timeOf(b));
  const [balancers, frontends, events, texts] = [of('balancer'), of('frontend'), of('event'), of('line')];
  const clocks = new Map<string, number>();
  const outer = balancers[0] ? intervalOf(balancers[0]) : null;
  if (outer)
    for (const frontend of frontends) keep(clocks, hostOf(frontend), correctionFor(intervalOf(frontend), outer));
  const all = frontends.flatMap((line) => triesOf(line, clocks.get(hostOf(line)) ?? 0, nameOf));
  const tries = all.slice(0, MOST_TRIES);
  const homes = assign(events, tries);
  for (const [host, corrections] of correctionsOf(events, homes)) keep(clocks, host, middle(corrections));
  const shift = (line: TraceLine, t: number) => t + (clocks.get(hostOf(line)) ?? 0);
  const begins = [...balancers, ...frontends, ...events].map((line) => shift(line, intervalOf(line).from));
  const start = Math.min(...(begins.length > 0 ? begins : texts.map((line) => shift(line, timeOf(line)))));
  const shown = new Set<string>();
  const errors = groupBy(texts.filter(isNginxError), (line) => frontends.find((frontend) => isErrorOf(frontend, line)));
  const triesBy = groupBy(tries, ({ frontend }) => frontend);
  const eventsBy = groupBy(events, (event) => homes.get(event));
  const plain = groupBy(
    texts.filter((line) => !isNginxError(line)),
    hostOf,
  );
  const hops: Hop[] = [];
  const add = (hop: Hop) => {
    hops.push(hop);
    if (hop.line !== null) shown.add(hop.line);
    return hop;
  };
  const addEvent = (event: TraceLine, parent: Hop | null) => {
    for (const hop of eventHops(event, parent, plain.get(hostOf(event)) ?? [], shown, shift, start)) add(hop);
  };
  for (const line of balancers) add(bar(line, 'balancer', null, 0, shift(line, intervalOf(line).from) - start));
  const root = balancers[0] ? hops[0]!.id : null;
  for (const line of frontends) {
    const frontend = add(bar(line, 'frontend', root, root ? 1 : 0, shift(line, intervalOf(line).from) - start));
    const own = triesBy.get(line) ?? [];
    const spoken = groupBy(errors.get(line) ?? [], (error) => attemptOf(error, own, line, nameOf));
    for (const attempt of own) {
      const hop = add(attemptHop(attempt, frontend, start));
      for (const error of spoken.get(attempt) ?? []) add(errorHop(error, hop));
      for (const event of eventsBy.get(attempt) ?? []) addEvent(event, hop);
    }
    for (const error of spoken.get(undefined) ?? []) add(errorHop(error, frontend));
  }
  for (const event of events.filter(({ id }) => !shown.has(id))) addEvent(event, null);
  for (const line of texts.filter(({ id }) => !shown.has(id)))
    add(textHop(line, null, shift(line, timeOf(line)) - start));
  return {
    start,
    cut: all.length > tries.length,
    hops,
    clocks: [...clocks]
      .filter(([, ms]) => Math.abs(ms) >= ROUNDING_MS)
      .map(([host, ms]) => ({ host, correction_ms: Math.round(ms * 10) / 10 })),
    tries: tries.map(({ host, status, from, to }) => ({ host, status, ms: to - from })),
  };
}

function keep(clocks: Map<string, number>, host: string, correction: number): void {
  clocks.set(host, (clocks.get(host) ?? 0) + correction);
}

/** Attempts one after the other, as nginx makes them, ending with the request. */
function triesOf(line: TraceLine, clock: number, nameOf: NameOf): Try[] {
  const { rota } = line.doc;
  const listed = [rota?.attempts ?? []].flat();
  const all = listed.length > 0 ? listed : rota?.upstream ? [rota.upstream] : [];
  const whole = intervalOf(line);
  const durations = all.map(({ duration }) => (duration ?? 0) / 1e6);
  const total = durations.reduce((a, b) => a + b, 0);
  let at = Math.max(whole.from, whole.to - total) + clock;
  return all.map((attempt, i) => {
    const from = at;
    at += durations[i]!;
    return {
      from,
      to: at,
      host: attempt.address === undefined ? 'no live upstream' : nameOf(hostOf(line), attempt.address, timeOf(line)),
      status: attempt.status_code ?? null,
      frontend: line,
      n: i + 1,
    };
  });
}

/** Which attempt a webapp's event answers: of the same host, in order of time. */
function assign(events: readonly TraceLine[], tries: readonly Try[]): Map<TraceLine, Try> {
  const homes = new Map<TraceLine, Try>();
  const taken = new Set<Try>();
  for (const event of events) {
    const free = tries.find((attempt) => !taken.has(attempt) && attempt.host === hostOf(event));
    if (!free) continue;
    taken.add(free);
    homes.set(event, free);
  }
  return homes;
}

function correctionsOf(events: readonly TraceLine[], homes: Map<TraceLine, Try>): Map<string, number[]> {
  const byHost = groupBy(
    events.filter((event) => homes.has(event)),
    hostOf,
  );
  const correction = (event: TraceLine) => correctionFor(intervalOf(event), homes.get(event)!);
  return new Map([...byHost].map(([host, own]) => [host, own.map(correction)]));
}

/**
 * The attempt that an error line speaks of: the one at its address, of several at one address the last that failed. What
 * speaks of no address is the frontend's own.
 */
function attemptOf(error: TraceLine, tries: readonly Try[], frontend: TraceLine, nameOf: NameOf): Try | undefined {
  const address = error.doc.rota?.upstream?.address;
  if (address === undefined) return undefined;
  const host = nameOf(hostOf(frontend), address, timeOf(frontend));
  const there = tries.filter((one) => one.host === host);
  return there.filter(({ status }) => status === null || status >= 500).at(-1) ?? there.at(-1);
}

/** An error line tells whole seconds: it stands at the end of the hop that it speaks of, for that is when it was written. */
function errorHop(line: TraceLine, parent: Hop): Hop {
  return {
    ...textHop(line, parent, parent.offset_ms + (parent.duration_ms ?? 0)),
    label: 'nginx, same connection',
  };
}

const EMPTY = { level: null, logger: null, message: null, error: null } as const;

function bar(
  line: TraceLine,
  kind: 'balancer' | 'frontend' | 'event',
  parent: string | null,
  depth: number,
  offset: number,
): Hop {
  const status = statusOf(line);
  const { haproxy, service } = line.doc;
  const labels = {
    balancer: `HAProxy${haproxy?.frontend_name ? ` · ${haproxy.frontend_name}` : ''}`,
    frontend: 'nginx',
    event: `event${service?.version ? ` · ${service.version}` : ''}`,
  };
  return {
    id: line.id,
    parent,
    depth,
    kind,
    tier: kind === 'balancer' ? 'lb' : kind === 'frontend' ? 'frontend' : 'webapp',
    host: hostOf(line),
    label: labels[kind],
    dataset: datasetOf(line),
    offset_ms: offset,
    duration_ms: durationOf(line),
    status,
    failed: status !== null && status >= 500,
    ...EMPTY,
    // A webapp's event carries the error that its application answered with.
    error: kind === 'event' ? errorOf(line) : null,
    line: line.id,
  };
}

function errorOf({ doc: { error } }: TraceLine): Hop['error'] {
  if (!error) return null;
  const stack = error.stack_trace === undefined ? null : splitStack(error.stack_trace);
  return {
    type: error.type ?? null,
    message: error.message ?? null,
    stack: stack?.own ?? [],
    folded: stack?.folded ?? [],
  };
}

function attemptHop({ n, host, status, from, to, frontend }: Try, parent: Hop, start: number): Hop {
  return {
    ...EMPTY,
    id: `${frontend.id}#${n}`,
    parent: parent.id,
    depth: parent.depth + 1,
    kind: 'attempt',
    tier: 'webapp',
    host,
    label: `attempt ${n} → ${host}`,
    dataset: null,
    offset_ms: from - start,
    duration_ms: to - from,
    status,
    failed: status !== null && status >= 500,
    line: frontend.id,
  };
}

/** A webapp's own event with what its application wrote meanwhile, each line once. */
function eventHops(
  event: TraceLine,
  parent: Hop | null,
  /** Of the same host. */
  texts: readonly TraceLine[],
  shown: ReadonlySet<string>,
  shift: (line: TraceLine, t: number) => number,
  start: number,
): Hop[] {
  const depth = parent ? parent.depth + 1 : 0;
  const hop = bar(event, 'event', parent?.id ?? null, depth, shift(event, intervalOf(event).from) - start);
  const { from, to } = intervalOf(event);
  // A line may be a little later than the event that ends the request.
  const own = texts.filter((line) => !shown.has(line.id) && timeOf(line) >= from - 5 && timeOf(line) <= to + 50);
  return [hop, ...own.map((line) => textHop(line, hop, shift(line, timeOf(line)) - start))];
}

function textHop(line: TraceLine, parent: Hop | null, offset: number): Hop {
  const { log, message, rota } = line.doc;
  const tier = rota?.tier;
  return {
    id: line.id,
    parent: parent?.id ?? null,
    depth: parent ? parent.depth + 1 : 0,
    kind: 'line',
    tier: tier === 'lb' || tier === 'frontend' || tier === 'webapp' ? tier : null,
    host: hostOf(line),
    label: log?.logger ?? datasetOf(line),
    dataset: datasetOf(line),
    offset_ms: offset,
    duration_ms: null,
    status: null,
    failed: log?.level === 'error' || log?.level === 'critical',
    level: log?.level ?? null,
    logger: log?.logger ?? null,
    message: message ?? null,
    error: errorOf(line),
    line: line.id,
  };
}
