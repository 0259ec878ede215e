import type { Classes } from '../../common/api';
import type { Span } from './spans';

/**
 * What the searches bring and the model reads. Counts are kept by step of a grid, teller and place, so that two steps, two
 * ranges or two summaries can be added up: nothing here is a list of requests.
 */

/** Steps of one width: `times[i]` is the begin of step i. Milliseconds. */
export interface Grid {
  times: readonly number[];
  interval: number;
}

export type PlaceTier = 'frontend' | 'webapp';

/** One step of one place. */
export interface Cell {
  /** Begin of the step. */
  t: number;
  /** Turns that it was given: requests and attempts. */
  n: number;
  /** Of these: it answered 5XX. */
  failed: number;
  /** Of these: the user got a 5XX. */
  hurt: number;
  /** Time of the first and the last turn, and of the first and last 5XX. */
  first: number;
  last: number;
  firstFailed: number | null;
  lastFailed: number | null;
}

/** What one teller (a balancer, a frontend) says that it gave to one place; or what a writer says of itself. */
export interface Turns {
  /** `host.name` of who tells; null where the place tells of itself. */
  teller: string | null;
  /** HAProxy's backend, nginx's upstream; null where the lines name none. */
  pool: string | null;
  /** The server's name or `address:port` as the teller writes it; `''` where its lines name none. */
  place: string;
  cells: readonly Cell[];
  classes: Classes;
  durationMs: number;
  durations: number;
  /** Attempts after a failed one. */
  retries: number;
  /** Attempts after one that succeeded: nginx's internal redirects (`X-Accel-Redirect`). */
  redirected: number;
}

/** A place that a teller named, in the range or shortly before it. */
export interface PlaceSeen {
  teller: string;
  pool: string | null;
  place: string;
  /** The server's address where a balancer's lines tell it (`rota.upstream.address`). */
  address: string | null;
  /** All that it had, where it had several: a balancer that is configured anew may give a name to another host. */
  addresses?: readonly { address: string; first: number; last: number }[];
  first: number;
  last: number;
  n: number;
}

/** A host that wrote request lines of its own. */
export interface WriterSeen {
  host: string;
  tier: PlaceTier;
  service: string | null;
  environment: string | null;
  /** Where it listens, as it says itself; null where it does not. */
  address: string | null;
  port: number | null;
  /** Of a frontend: its lines are of a format that names the upstream where there was one. */
  namesUpstreams?: boolean;
  first: number;
  last: number;
  n: number;
}

/** A request id that two tiers wrote: at `t` this place was that host. */
export interface SharedId {
  teller: string;
  pool: string | null;
  place: string;
  host: string;
  tier: PlaceTier;
  t: number;
}

/** Who probes what with which path: one monitor, on one host. */
export interface MonitorSeen {
  /** Address of the prober. */
  source: string;
  path: string;
  agent: string | null;
  host: string;
  first: number;
  last: number;
  lastPass: number | null;
  n: number;
}

/** Turns of the step in which a place passed from one host to another, up to that moment. */
export interface Passing {
  /** When it passed. */
  at: number;
  /** Begin of the step. */
  t: number;
  rows: readonly Turns[];
}

export interface Inventory {
  /** As balancers and frontends name them. */
  servers: readonly PlaceSeen[];
  upstreams: readonly PlaceSeen[];
  writers: readonly WriterSeen[];
  shared: readonly SharedId[];
  monitors: readonly MonitorSeen[];
  /** Frontends that passed such probes on to webapps: they stand there as who asked. */
  passedOn?: readonly MonitorSeen[];
  services: readonly { value: string; requests: number }[];
  environments: readonly { value: string; requests: number }[];
  /** What was cut, in words for the page. */
  cuts: readonly Cut[];
}

/** A balancer's own line about one of its servers. */
export interface Word {
  t: number;
  teller: string;
  pool: string | null;
  server: string;
  /** `check_failed` brings a reason and changes nothing; `forgotten`: the balancer began anew. */
  says: 'up' | 'down' | 'drain' | 'maintenance' | 'check_failed' | 'other';
  reason: string | null;
  /** HAProxy calls backup servers so. */
  backup: boolean;
}

/** A stretch of a monitor's results of one kind on one host. */
export interface ProbeRun {
  ok: boolean;
  n: number;
  first: number;
  last: number;
  /** Times of its first probes, as far as they were read one by one. */
  times: readonly number[];
  statuses: readonly (number | null)[];
}

export interface ProbeSeries {
  source: string;
  path: string;
  host: string;
  runs: readonly ProbeRun[];
  passed: number;
  failed: number;
  /** Steps in which its results were mixed and not read one by one. */
  unread: readonly Span[];
}

/** nginx's "upstream server temporarily disabled", or one failed attempt. */
export interface UpstreamFault {
  t: number;
  teller: string;
  place: string;
  /** The process that tried; null or absent where its line does not say. */
  worker?: number | null;
}

/** Lines of any kind that a host wrote, by step. */
export interface Life {
  host: string;
  tier: PlaceTier;
  cells: readonly { t: number; n: number; first: number; last: number }[];
}

/** Lines of a host that bear another time than the one at which they were received. */
export interface Skew {
  host: string;
  /** By time of receipt (`event.created`). */
  from: number;
  to: number;
  n: number;
  /** `@timestamp` − `event.created`, mean. */
  ms: number;
}

/** Of a sample of a pool's requests: the addresses that they came from, and the same place by place. */
export interface Visits {
  teller: string;
  pool: string | null;
  requests: number;
  places: number;
  visitors: number;
  /** Of the requests, by place. */
  shares?: readonly number[];
  /** Summed: an address that was given to two places counts twice. */
  visitorsOfPlaces: number;
}

/** Lines of a host reach Elasticsearch so long after the time that they bear, at the least. */
export interface Delay {
  host: string;
  ms: number;
}

export interface VersionCell {
  host: string;
  service: string;
  version: string;
  t: number;
  n: number;
  first: number;
}

/** What a `rota.health` document recorded of a place when it happened. */
export interface Recorded {
  t: number;
  host: string;
  tier: PlaceTier;
  pool: string | null;
  state: 'ejected' | 'returned';
  cause: string;
  gapMs: number | null;
}

/** What a limit left out, and what is not known because of it. */
export interface Cut {
  what: 'words' | 'disabled' | 'attempts' | 'probes' | 'hosts';
  sentence: string;
  /** What it speaks of is not known in this time; the whole range where absent. */
  from?: number;
  to?: number;
}

/** A balancer's own answers: no server took the request, or none got it. */
export interface BalancerAnswers {
  teller: string;
  pool: string | null;
  /** The server's name, or `<NOSRV>`. */
  place: string;
  /** Second letter of HAProxy's termination state: Q queue, C connect, H headers, … */
  phase: string;
  cells: readonly { t: number; n: number; first: number; last: number }[];
}

export interface Evidence {
  window: Span;
  /** Up to here all lines have had time to arrive. */
  settledTo: number;
  grid: Grid;
  inventory: Inventory;
  /** Facts of the whole site, whatever the page searches for. */
  balancers: readonly Turns[];
  frontends: readonly Turns[];
  /** What frontends and webapps wrote of themselves; `place` is their `host.name`. */
  ownFrontends: readonly Turns[];
  ownWebapps: readonly Turns[];
  passings?: readonly Passing[];
  answers: readonly BalancerAnswers[];
  words: readonly Word[];
  disabled: readonly UpstreamFault[];
  attempts: readonly UpstreamFault[];
  probes: readonly ProbeSeries[];
  lives: readonly Life[];
  skews: readonly Skew[];
  visits?: readonly Visits[];
  /** Of hosts whose lines were not all there when the question was asked. */
  delays?: readonly Delay[];
  versions: readonly VersionCell[];
  recorded: readonly Recorded[];
  cuts: readonly Cut[];
  /** The balancers' lines do not tell which of them belong to the chosen service: others must be counted. */
  balancersUnnamed: boolean;
  /** Newest line of anybody, ever. */
  newest: number | null;
}
