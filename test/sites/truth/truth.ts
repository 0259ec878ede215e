import type { Happening, Site } from '../description/site';
import type { Line } from '../lines/line';

/**
 * What was so at a simulated site, whatever its lines tell of it. All times are true, in ms since 1970, and half open:
 * from, and before to; `null` is still so when the simulation ends.
 */
export interface Truth {
  site: Site;
  range: Span;
  /** When the question is asked: lines that come later are not there yet. */
  askedAt: number;
  processes: Process[];
  pools: PoolTruth[];
  requests: UserRequest[];
  turns: Turn[];
  outages: Outage[];
  faults: Fault[];
  versions: VersionChange[];
  runs: Run[];
  writers: Writer[];
  /** By machine, how many ms its clock is ahead, from each of these times on. */
  clocks: ReadonlyMap<string, { t: number; ahead: number }[]>;
}

export interface Span {
  from: number;
  to: number;
}

export interface OpenSpan {
  from: number;
  to: number | null;
}

export type Tier = 'lb' | 'frontend' | 'webapp';

/** A proxy or webapp that runs, under the name that the truth has for it. Several may stand on one machine. */
export interface Process extends OpenSpan {
  name: string;
  tier: Tier;
  machine: string;
  /** `host.name` of its lines; undefined: it writes none. */
  hostName: string | undefined;
  /** Where it listens. */
  address: string;
  log: string;
  service: 0 | 1 | undefined;
}

export interface UserRequest {
  n: number;
  /** `X-Request-ID` behind the first proxy that gives one; undefined where none does. */
  id: string | undefined;
  method: string;
  path: string;
  service: 0 | 1;
  client: string;
  /** An uptime service asks, and no user. */
  foreign: boolean;
  /** The first process that took it. */
  entrance: string;
  begun: number;
  /** 0 while it lasts. */
  ended: number;
  /** What the user got; 0: the connection was refused or broke. */
  status: number;
  /** Who made that status. */
  madeBy: string;
  fault: Fault | undefined;
  /** The entrance's line about it. */
  line: Line | undefined;
}

/** One attempt of a proxy at a server, as the proxy's own line tells it. */
export interface Turn {
  by: string;
  pool: string;
  place: string;
  /** Who stood behind the address; undefined when nobody did. */
  server: string | undefined;
  begun: number;
  ended: number;
  /** 0: it never answered. */
  status: number;
  /** 1 for a request's first at this proxy. */
  attempt: number;
  user: UserRequest;
  /** The proxy's line about the request, and the server's own; undefined where none was written. */
  told: Line | undefined;
  own: Line | undefined;
}

/** One pool as one proxy knows it. */
export interface PoolTruth {
  by: string;
  pool: string;
  kind: 'haproxy' | 'nginx';
  /** Users stay with a server: an equal share is not due. */
  sticky: boolean;
  /** Least connections: a slow server is due less, by design. */
  leastConnections: boolean;
  /** ms within which a change of state can be told: a probe interval, or fail_timeout. */
  resolution: number;
  members: Member[];
  /** Who could be chosen, from each of these times to the next. */
  views: View[];
}

export interface Member extends OpenSpan {
  place: string;
  /** The proxy's own name for it (HAProxy), or the address. */
  serverName: string;
  weight: number;
  backup: boolean;
}

export interface View {
  t: number;
  /** Weight by place of those who could be chosen; of several worker processes, of each. */
  eligible: ReadonlyMap<string, number>[];
}

export type OutageReason = 'checks' | 'drain' | 'maintenance' | 'passive';

/** A member that its proxy did not choose. */
export interface Outage extends OpenSpan {
  by: string;
  pool: string;
  place: string;
  server: string | undefined;
  reason: OutageReason;
  /** Passive: it may be tried again from `to` on; the first turn that succeeded after that. */
  triedAt: number | null;
  /** When it could not be chosen at all: between, it was to be tried, and failed. */
  firm: Span[];
  /** The worker process that thought so, where workers do not share it. */
  worker: number | undefined;
  /** The proxy's own line that says so; undefined where it writes none. */
  told: Line | undefined;
}

/** What was wrong, or was done to the site. */
export interface Fault extends OpenSpan {
  kind: Happening['kind'] | 'no_server';
  /** Processes that it hit. */
  processes: string[];
  /** The operator's doing: no reason to wake anybody. */
  planned: boolean;
}

export interface VersionChange {
  t: number;
  process: string;
  from: string;
  to: string;
}

/** A process run of an SDK. */
export interface Run extends OpenSpan {
  id: string;
  process: string;
  written: number;
  /** It wrote its closing count. */
  closed: boolean;
  lost: number[];
  declared: number[];
  refused: number[];
}

/** What one process wrote into one data set. */
export interface Writer {
  process: string;
  dataset: string;
  written: number;
  lost: number;
  /** First and last line that came before the question was asked, by the true time. */
  first: number | null;
  last: number | null;
}
