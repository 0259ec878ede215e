/**
 * A site as it is drawn: small, plain, and valid whatever is left out of it, so that a failure shrinks to few hosts, few
 * events and a short time. `plan.ts` gives its hosts names and addresses. Times are seconds from the range's begin.
 */
export interface Site {
  /** Of all that is drawn while the site runs: arrivals, durations, statuses, ids. */
  seed: number;
  /** How long it has run before the range begins. */
  before: number;
  /** Length of the range that is asked about. */
  length: number;
  /** Users' requests a second. */
  rate: number;
  /** Different addresses that users come from: few where they sit behind a NAT. */
  visitors: number;
  /** How a user finds one of several entrances: DNS round robin spreads evenly, or caches of resolvers skew it. */
  dns: 'even' | 'skewed';
  layout: Layout;
  balancers: Balancer[];
  frontends: Frontend[];
  webapps: Webapp[];
  /** Of the balancers' backend, of which both have the same; without balancers nobody asks. */
  backend: Backend;
  /** Of the frontends' upstreams. */
  upstream: Upstream;
  /** A monitor that is none of the balancers' (a cloud's standby, an uptime service). */
  foreignProbes: ForeignProbes | null;
  happenings: Happening[];
}

export interface Layout {
  /**
   * Where webapps stand: each on a machine of its own; with their frontend, on loopback or a unix socket; two by two on
   * machines, by ports; or behind one service address that hides them.
   */
  placement: 'apart' | 'loopback' | 'socket' | 'ports' | 'service_address';
  /** Whether each frontend asks all webapps, or its own. */
  shared: boolean;
  /** What the balancer calls its servers: by their hosts' names, or srv1, srv2. */
  serverNames: 'hosts' | 'numbers';
}

export interface Host {
  /** Its clock, ms ahead of the true time. */
  clock: number;
  /** Its lines come so many ms after they were written. */
  late: number;
}

export interface Balancer extends Host {
  /** Rota's format by a ring; stock httplog by UDP; the same with `option dontlog-normal`; no log at all. */
  log: 'rota' | 'stock' | 'failures' | 'none';
}

export interface Frontend extends Host {
  /** Rota's JSON; stock `combined`; that with upstream and request id behind; no log at all. */
  log: 'rota' | 'combined' | 'extras' | 'none';
}

export interface Webapp extends Host {
  log: 'sdk' | 'gunicorn' | 'gunicorn_stock' | 'none';
  /** `shop` or `blog`, which are two pools. */
  service: 0 | 1;
  /** ms, median. */
  latency: number;
}

export interface Pool {
  /** By server, in its order; 1 where the list ends. */
  weights: number[];
  /** They stand in `rota.weights`, too. */
  weightsDeclared: boolean;
  /** The last server stands by while another serves. */
  backup: boolean;
}

export interface Backend extends Pool {
  algorithm: 'leastconn' | 'roundrobin' | 'source';
  /** `cookie … insert`: a user stays with the server. */
  cookie: boolean;
  check: Check | null;
  /** Concurrent requests a server takes; more wait in the queue. */
  maxconn: number | null;
  /** s that a request waits there. */
  queueTimeout: number;
  /** s that a server may be silent. */
  serverTimeout: number;
}

export interface Check {
  /** s */
  interval: number;
  fall: number;
  rise: number;
  /** Answered by the frontend itself, or passed on to a webapp. */
  depth: 'frontend' | 'webapp';
  /** `option log-health-checks`. */
  logged: boolean;
}

export interface Upstream extends Pool {
  algorithm: 'round_robin' | 'least_conn' | 'ip_hash';
  /** The workers share what they know of the servers. */
  zone: boolean;
  workers: number;
  maxFails: number;
  /** s */
  failTimeout: number;
  /** `proxy_next_upstream` with http_500 http_502 http_503 http_504. */
  retry5xx: boolean;
}

export interface ForeignProbes {
  /** An uptime service asks the site as users do, and gives its name; a standby asks the frontends, without one. */
  from: 'uptime' | 'standby';
  /** s */
  interval: number;
}

export type TierName = 'balancer' | 'frontend' | 'webapp';

/** `at` and `for` are seconds; `target` is the host's place in its tier, counted round. */
export type Happening =
  | { kind: 'scale_out'; tier: 'frontend' | 'webapp'; at: number }
  | { kind: 'scale_in'; tier: 'frontend' | 'webapp'; target: number; at: number }
  /** A new host takes over the address of an old one, which goes. */
  | { kind: 'replace'; target: number; at: number }
  /** A new version, on one webapp after the other; `canary` on the target alone, and back after `for`. */
  | { kind: 'deploy'; at: number; step: number }
  | { kind: 'canary'; target: number; at: number; for: number }
  | { kind: 'drain' | 'maintenance'; target: number; at: number; for: number }
  | { kind: 'reload'; tier: 'balancer' | 'frontend'; target: number; at: number }
  /** Killed, and started again. */
  | { kind: 'crash'; tier: TierName; target: number; at: number; for: number }
  /** Nothing answers at its address, not even a refusal. */
  | { kind: 'unreachable'; tier: 'frontend' | 'webapp'; target: number; at: number; for: number }
  | { kind: 'errors'; target: number; at: number; for: number; share: number; status: 500 | 503 }
  | { kind: 'flapping'; target: number; at: number; for: number; period: number }
  | { kind: 'slow'; target: number; at: number; for: number; factor: number }
  | { kind: 'overload'; at: number; for: number; factor: number }
  /** Its lines of that time are lost; `log_drop`: and the SDK declares them. */
  | { kind: 'log_loss'; tier: TierName; target: number; at: number; for: number }
  | { kind: 'log_drop'; target: number; at: number; for: number }
  /** Some of its lines of that time are refused by Elasticsearch and become dead letters. */
  | { kind: 'log_refused'; target: number; at: number; for: number }
  /** It serves on, and writes nothing more. */
  | { kind: 'log_end'; tier: TierName; target: number; at: number }
  | { kind: 'clock_step'; tier: TierName; target: number; at: number; for: number; ms: number }
  /** Nothing of any host arrives: the log server itself is away, and what waited comes later. */
  | { kind: 'pipeline_away'; at: number; for: number };
