import { DATASETS, type Dataset, FIELDS } from '../../common/ecs';
import { bucketOf, bucketsOf, numberOf } from '../search/buckets';
import type { NamedSearch, SearchAnswer } from '../search/msearch';
import type { Life, PlaceTier, Skew } from '../topology/evidence';
import { type Aggs, between, countOf, firstAndLast, type Query, steps, terms } from './search';

const WEBAPPS = [DATASETS.access, DATASETS.gunicornAccess, DATASETS.app, DATASETS.sdk];
const ALL: readonly Dataset[] = [DATASETS.nginxAccess, ...WEBAPPS];
/** Lines that bear a time so far from their receipt, all of a step, tell of a clock and not of the line. */
const AHEAD_MS = 60_000;
const BEHIND_MS = 300_000;

const tier = (datasets: readonly Dataset[]): Query => ({ terms: { [FIELDS.dataset]: [...datasets] } });

/**
 * Any line is a sign of life: by the time that it bears, and by the time at which it was first received, so that a clock that
 * is off is no silence.
 */
export function lifeSearches(
  from: number,
  to: number,
  interval: number,
  namespace: string,
): Record<'lives' | 'received', NamedSearch> {
  const hosts = (field: string, more: Aggs): Aggs => ({
    tiers: {
      filters: { filters: { frontend: tier([DATASETS.nginxAccess]), webapp: tier(WEBAPPS) } },
      aggs: { hosts: terms(FIELDS.host, 1000, { time: steps(interval, { ...firstAndLast(field), ...more }, field) }) },
    },
  });
  const written: Aggs = {
    earliest: { min: { field: FIELDS.timestamp } },
    latest: { max: { field: FIELDS.timestamp } },
  };
  return {
    lives: countOf(ALL, namespace, [between(from, to)], hosts(FIELDS.timestamp, {})),
    received: countOf(ALL, namespace, [between(from, to, FIELDS.created)], hosts(FIELDS.created, written)),
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

function hostsOf({ aggregations }: SearchAnswer, name: PlaceTier) {
  const tiers = aggregations['tiers'] as { buckets?: Record<string, never> } | undefined;
  return bucketsOf(tiers?.buckets?.[name] ?? bucketOf(undefined, name), 'hosts');
}

/** Steps of a host whose lines all bear a time far from that of their receipt; neighbouring ones are one. */
export function readSkews({ received }: Record<'received', SearchAnswer>, interval: number): Skew[] {
  return (['frontend', 'webapp'] as const).flatMap((name) =>
    hostsOf(received, name).flatMap((host) => {
      const skews: Skew[] = [];
      for (const step of bucketsOf(host, 'time')) {
        const [first, last] = [numberOf(step, 'first'), numberOf(step, 'last')];
        const [earliest, latest] = [numberOf(step, 'earliest'), numberOf(step, 'latest')];
        if (first === null || last === null || earliest === null || latest === null) continue;
        const ms = skewOf({ first, last, earliest, latest, n: step.doc_count });
        if (ms === null) continue;
        const before = skews.at(-1);
        if (before && first - before.to <= 2 * interval && Math.abs(before.ms - ms) < AHEAD_MS) {
          before.to = last;
          before.n += step.doc_count;
        } else skews.push({ host: String(host.key), from: first, to: last, n: step.doc_count, ms });
      }
      return skews.filter(({ n }) => n >= 5);
    }),
  );
}

function skewOf(step: { first: number; last: number; earliest: number; latest: number; n: number }): number | null {
  const { first, last, earliest, latest } = step;
  if (earliest - last > AHEAD_MS) return Math.round((earliest + latest - first - last) / 2);
  // Late lines come in a heap: only those that keep their pace were written by a clock that is behind.
  const [written, received] = [latest - earliest, last - first];
  const samePace = received > 0 && written > 0.5 * received && written < 2 * received;
  if (first - latest > BEHIND_MS && samePace) return Math.round((earliest + latest - first - last) / 2);
  return null;
}
