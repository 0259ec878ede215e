import fc from 'fast-check';
import type { Balancer, Frontend, Happening, Site, TierName, Webapp } from './site';

/**
 * Small sites of every kind. No part depends on another, so that each shrinks by itself: fewer hosts, fewer happenings, a
 * shorter time, fewer requests, stock settings. What comes first in a list of choices is what a failure shrinks to.
 * @param ownFormats every tier writes Rota's own formats, nothing of it is lost or late, clocks are right, weights declared, and
 *   users stay with no server: there everything can be known
 */
export function drawnSite({ ownFormats = false } = {}): fc.Arbitrary<Site> {
  const weightsDeclared = ownFormats ? fc.constant(true) : fc.boolean();
  return fc.record({
    seed: fc.nat(0xffff),
    before: fc.constantFrom(60, 240),
    length: fc.integer({ min: 180, max: 480 }),
    rate: fc.constantFrom(0.2, 0.35, 0.1),
    visitors: fc.constantFrom(50, 8),
    dns: mostly<Site['dns']>('even', 'skewed'),
    layout: fc.record({
      placement: mostly<Site['layout']['placement']>('apart', 'loopback', 'socket', 'ports', 'service_address'),
      shared: fc.boolean(),
      serverNames: mostly<Site['layout']['serverNames']>('hosts', 'numbers'),
    }),
    balancers: fc.array(balancer(ownFormats), { maxLength: 2 }),
    frontends: fc.array(frontend(ownFormats), { maxLength: 3 }),
    webapps: fc.array(webapp(ownFormats), { minLength: 1, maxLength: 4 }),
    backend: fc.record({
      weights,
      weightsDeclared,
      backup: rarely,
      algorithm: ownFormats
        ? mostly<Site['backend']['algorithm']>('roundrobin', 'leastconn')
        : mostly<Site['backend']['algorithm']>('roundrobin', 'leastconn', 'source'),
      cookie: ownFormats ? fc.constant(false) : rarely,
      check: fc.option(
        fc.record({
          interval: fc.constantFrom(10, 5, 20),
          fall: fc.constantFrom(3, 2),
          rise: fc.constantFrom(2, 1),
          depth: fc.constantFrom('webapp' as const, 'frontend' as const),
          logged: fc.boolean(),
        }),
        { freq: 5 },
      ),
      maxconn: fc.option(fc.constantFrom(4, 1), { freq: 1 }),
      queueTimeout: fc.constantFrom(1, 5),
      serverTimeout: fc.constantFrom(10, 3),
    }),
    upstream: fc.record({
      weights,
      weightsDeclared,
      backup: rarely,
      algorithm: ownFormats
        ? mostly<Site['upstream']['algorithm']>('round_robin', 'least_conn')
        : mostly<Site['upstream']['algorithm']>('round_robin', 'least_conn', 'ip_hash'),
      zone: fc.boolean(),
      workers: fc.constantFrom(1, 2, 3),
      maxFails: fc.constantFrom(1, 3, 0),
      failTimeout: fc.constantFrom(10, 30),
      retry5xx: fc.boolean(),
    }),
    foreignProbes: fc.option(
      fc.record({ from: fc.constantFrom('uptime' as const, 'standby' as const), interval: fc.constantFrom(30, 10) }),
      { freq: 1 },
    ),
    happenings: fc.array(
      ownFormats
        ? siteHappening
        : fc.oneof({ arbitrary: siteHappening, weight: 12 }, { arbitrary: logHappening, weight: 6 }),
      {
        maxLength: 3,
      },
    ),
  });
}

/** The first of the choices three times of four. */
function mostly<T>(first: T, ...others: T[]): fc.Arbitrary<T> {
  return fc.oneof({ arbitrary: fc.constant(first), weight: 3 }, { arbitrary: fc.constantFrom(...others), weight: 1 });
}

/** One of the second list one time of five, one of the third, of which little is known, one time of twenty. */
function seldom<T>(first: T, second: readonly T[], third: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { arbitrary: fc.constant(first), weight: 15 },
    { arbitrary: fc.constantFrom(...second), weight: 4 },
    { arbitrary: fc.constantFrom(...third), weight: 1 },
  );
}

const rarely = mostly(false, true);
const weights = fc.oneof(
  { arbitrary: fc.constant<number[]>([]), weight: 4 },
  { arbitrary: fc.array(fc.constantFrom(1, 2, 3), { minLength: 2, maxLength: 4 }), weight: 1 },
);

/** A clock that is right, a little off, or off by minutes; lines that come at once, a little late, or after the question. */
const host = {
  clock: seldom(0, [300, -40], [90_000, -3_600_000]),
  late: seldom(0, [5000], [120_000]),
};
const ownHost = { clock: fc.constantFrom(0, 0, 40), late: fc.constant(0) };

function balancer(ownFormats: boolean): fc.Arbitrary<Balancer> {
  return fc.record({
    log: ownFormats ? fc.constant('rota' as const) : mostly<Balancer['log']>('rota', 'stock', 'failures', 'none'),
    ...(ownFormats ? ownHost : host),
  });
}

function frontend(ownFormats: boolean): fc.Arbitrary<Frontend> {
  return fc.record({
    log: ownFormats ? fc.constant('rota' as const) : mostly<Frontend['log']>('rota', 'combined', 'extras', 'none'),
    ...(ownFormats ? ownHost : host),
  });
}

function webapp(ownFormats: boolean): fc.Arbitrary<Webapp> {
  return fc.record({
    log: ownFormats
      ? fc.constantFrom('sdk' as const, 'gunicorn' as const)
      : mostly<Webapp['log']>('sdk', 'gunicorn', 'gunicorn_stock', 'none'),
    service: mostly<0 | 1>(0, 1),
    latency: fc.constantFrom(30, 120),
    ...(ownFormats ? ownHost : host),
  });
}

const at = fc.integer({ min: -60, max: 400 });
const target = fc.nat(3);
const length = fc.constantFrom(60, 30, 120, 300);
const lower = fc.constantFrom('frontend' as const, 'webapp' as const);
const tier = fc.constantFrom<TierName>('webapp', 'frontend', 'balancer');

const siteHappening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constant('crash' as const), tier, target, at, for: length }),
  fc.record({
    kind: fc.constant('errors' as const),
    target,
    at,
    for: length,
    share: fc.constantFrom(1, 0.5),
    status: fc.constantFrom(500 as const, 503 as const),
  }),
  fc.record({ kind: fc.constantFrom('drain' as const, 'maintenance' as const), target, at, for: length }),
  fc.record({ kind: fc.constant('scale_out' as const), tier: lower, at }),
  fc.record({ kind: fc.constant('scale_in' as const), tier: lower, target, at }),
  fc.record({ kind: fc.constant('replace' as const), target, at }),
  fc.record({ kind: fc.constant('deploy' as const), at, step: fc.constantFrom(30, 10) }),
  fc.record({ kind: fc.constant('canary' as const), target, at, for: length }),
  fc.record({
    kind: fc.constant('reload' as const),
    tier: fc.constantFrom('balancer' as const, 'frontend' as const),
    target,
    at,
  }),
  fc.record({ kind: fc.constant('unreachable' as const), tier: lower, target, at, for: length }),
  fc.record({ kind: fc.constant('flapping' as const), target, at, for: length, period: fc.constantFrom(60, 30) }),
  fc.record({ kind: fc.constant('slow' as const), target, at, for: length, factor: fc.constantFrom(5, 40) }),
  fc.record({
    kind: fc.constant('overload' as const),
    at,
    for: fc.constantFrom(30, 60),
    factor: fc.constantFrom(5, 10),
  }),
);

/** What goes wrong with lines and clocks alone. */
const logHappening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constant('log_loss' as const), tier, target, at, for: length }),
  fc.record({ kind: fc.constantFrom('log_drop' as const, 'log_refused' as const), target, at, for: length }),
  fc.record({ kind: fc.constant('log_end' as const), tier, target, at }),
  fc.record({
    kind: fc.constant('clock_step' as const),
    tier,
    target,
    at,
    for: length,
    ms: fc.constantFrom(-500, 3_600_000),
  }),
  fc.record({ kind: fc.constant('pipeline_away' as const), at, for: length }),
);
