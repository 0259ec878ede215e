import { ACCESS_DATASETS, DATASETS, type Dataset, FIELDS, IMPORTER } from '../../common/ecs';
import { bucketOf, bucketsOf, numberOf } from '../search/buckets';
import type { NamedSearch, SearchAnswer } from '../search/msearch';
import type { Delay, Life, PlaceTier, Skew } from '../topology/evidence';
import { type Aggs, between, countOf, firstAndLast, type Query, steps, terms } from './search';

const WEBAPPS = [DATASETS.access, DATASETS.gunicornAccess, DATASETS.app, DATASETS.sdk];
const ALL: readonly Dataset[] = [...ACCESS_DATASETS.lb, DATASETS.nginxAccess, ...WEBAPPS];
/** Lines that bear a time so far from their receipt, all of a step, tell of a clock and not of the line. */
const AHEAD_MS = 60_000;
const BEHIND_MS = 300_000;
const ROUND_MS = 10_000;

/** Of lines that were imported, receipt says nothing of clocks or delays. */
const LIVE: Query = { bool: { must_not: [{ term: { [FIELDS.agentType]: IMPORTER } }] } };

const tier = (datasets: readonly Dataset[]): Query => ({ terms: { [FIELDS.dataset]: [...datasets] } });

/**
 * Any line is a sign of life: by the time that it bears, and by the time at which it was stored, so that a clock that is off
 * is no silence: an agent notes a line's receipt by the clock of its own host.
 */
export function lifeSearches(
  from: number,
  to: number,
  interval: number,
  namespace: string,
): Record<'lives' | 'received', NamedSearch> {
  const hosts = (field: string, more: Aggs): Aggs => ({
    tiers: {
      filters: {
        filters: {
          balancer: tier(ACCESS_DATASETS.lb),
          frontend: tier([DATASETS.nginxAccess]),
          webapp: tier(WEBAPPS),
        },
      },
      aggs: { hosts: terms(FIELDS.host, 1000, { time: steps(interval, { ...firstAndLast(field), ...more }, field) }) },
    },
  });
  const written: Aggs = {
    earliest: { min: { field: FIELDS.timestamp } },
    latest: { max: { field: FIELDS.timestamp } },
  };
  return {
    lives: countOf(
      ALL,
      namespace,
      [between(from, to)],
      hosts(FIELDS.timestamp, {
        live: {
          filter: LIVE,
          aggs: { last: { max: { field: FIELDS.timestamp } }, stored: { max: { field: FIELDS.ingested } } },
        },
      }),
    ),
    received: countOf(ALL, namespace, [between(from, to, FIELDS.ingested), LIVE], hosts(FIELDS.ingested, written)),
  };
}

export function readLives(answers: Record<'lives' | 'received', SearchAnswer>): Life[] {
  return [answers.lives, answers.received].flatMap((answer) =>
    (['frontend', 'webapp'] as const).flatMap((name) =>
      hostsOf(answer, name).map(
        (host): Life => ({
          host: String(host.key),
          tier: name,
          cells: bucketsOf(host, 'time').map((step) => ({
            t: Number(step.key),
            n: step.doc_count,
            first: numberOf(step, 'first') ?? Number(step.key),
            last: numberOf(step, 'last') ?? Number(step.key),
          })),
        }),
      ),
    ),
  );
}

function hostsOf({ aggregations }: SearchAnswer, name: PlaceTier | 'balancer') {
  const tiers = aggregations['tiers'] as { buckets?: Record<string, never> } | undefined;
  return bucketsOf(tiers?.buckets?.[name] ?? bucketOf(undefined, name), 'hosts');
}

/**
 * Hosts whose lines come late, always: by how much at the least. Single heaps that came late (the log server was away) are
 * none; nor is a clock that is off.
 */
export function readDelays({ lives }: Record<'lives', SearchAnswer>, skews: readonly Skew[]): Delay[] {
  const off = new Set(skews.map(({ host }) => host));
  return (['balancer', 'frontend', 'webapp'] as const).flatMap((name) =>
    hostsOf(lives, name).flatMap((host): Delay[] => {
      const delays = bucketsOf(host, 'time').flatMap((step) => {
        const live = bucketOf(step, 'live');
        const [last, stored] = [numberOf(live, 'last'), numberOf(live, 'stored')];
        return last === null || stored === null ? [] : [stored - last];
      });
      if (delays.length === 0 || off.has(String(host.key))) return [];
      return [{ host: String(host.key), ms: Math.max(0, Math.min(...delays)) }];
    }),
  );
}

/** Steps of a host whose lines all bear a time far from that of their receipt; neighbouring ones are one. */
export function readSkews({ received }: Record<'received', SearchAnswer>, interval: number): Skew[] {
  return (['balancer', 'frontend', 'webapp'] as const).flatMap((name) =>
    hostsOf(received, name).flatMap((host) => {
      const skews: Skew[] = [];
      for (const step of bucketsOf(host, 'time')) {
        const [first, last] = [numberOf(step, 'first'), numberOf(step, 'last')];
        const [earliest, latest] = [numberOf(step, 'earliest'), numberOf(step, 'latest')];
        if (first === null || last === null || earliest === null || latest === null) continue;
        const ms = skewOf({ first, last, earliest, latest, n: step.doc_count });
        if (ms === null) continue;
        addSkew(skews, { host: String(host.key), from: first, to: last, n: step.doc_count, ms }, interval);
      }
      // Nobody writes ahead of time; what comes late may be a heap.
      return skews.filter(({ n, ms }) => ms > 0 || n >= 5);
    }),
  );
}

function skewOf(step: { first: number; last: number; earliest: number; latest: number; n: number }): number | null {
  const { first, last, earliest, latest, n } = step;
  // Lines take a moment to be stored: more exactly than this it is not known.
  const ms = Math.round((earliest + latest - first - last) / 2 / ROUND_MS) * ROUND_MS;
  if (earliest - last > AHEAD_MS) return ms;
  // Late lines come in a heap: only those that keep their pace were written by a clock that is behind.
  const [written, received] = [latest - earliest, last - first];
  const samePace = received === 0 ? n === 1 : written > 0.5 * received && written < 2 * received;
  if (first - latest > BEHIND_MS && samePace) return ms;
  return null;
}

function addSkew(skews: Skew[], skew: Skew, interval: number): void {
  const before = skews.at(-1);
  if (before && skew.from - before.to <= 2 * Math.max(interval, AHEAD_MS) && Math.abs(before.ms - skew.ms) < AHEAD_MS) {
    before.to = skew.to;
    before.n += skew.n;
  } else skews.push(skew);
}
