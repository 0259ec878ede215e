import { type Burst, type BurstRules, burstsOf, type HostRow } from './bursts';
import { joinCells } from './cells';
import type { EventsInput } from './events_input';
import { takeBelow, unservedKey } from './hurt';
import { isUnserved } from './places';
import { namesOf, nobody, placesOf, type SiteEvent } from './site_event';

/** A burst that ended in an ejection, of the host itself or of the frontend above it, is told there. */
export function isPartOf(burst: Burst, events: readonly SiteEvent[], { rows, evidence }: EventsInput): boolean {
  const above = rows.find(({ host, tier }) => host === burst.host && tier === burst.tier)?.tellers ?? [];
  const during = events.filter(({ kind, since, until, firstFailure }) => {
    const from = Math.min(since, firstFailure ?? since) - evidence.grid.interval;
    // Who was taken out by hand did not fail.
    return kind !== 'drained' && burst.from <= (until ?? Number.POSITIVE_INFINITY) && burst.to >= from;
  });
  const own = during.filter(({ hosts, tier }) => hosts.includes(burst.host) && tier === burst.tier);
  // Where it failed on between several ejections, most of those it hurt stand in none of them.
  if (own.length > 0) return 2 * own.reduce((sum, { hurt }) => sum + hurt, 0) >= burst.hurt;
  const ejected = during.filter(({ tier }) => tier === 'frontend').flatMap(({ hosts }) => hosts);
  // Through a frontend that stayed in its pool it went on hurting.
  return burst.tier === 'webapp' && above.length > 0 && above.every((host) => ejected.includes(host));
}

/** A frontend's 5XX that its webapps answered is told of the webapps. */
export function isBelow(
  burst: Burst,
  bursts: readonly Burst[],
  events: readonly SiteEvent[],
  { rows }: EventsInput,
): boolean {
  if (burst.tier !== 'frontend') return false;
  const below = rows
    .filter(({ tellers, tier }) => tier === 'webapp' && tellers.includes(burst.host))
    .map(({ host }) => host);
  const overlaps = (from: number, to: number) => from <= burst.to && to >= burst.from;
  const explained = bursts
    .filter((other) => other.tier === 'webapp' && below.includes(other.host) && overlaps(other.from, other.to))
    .reduce((sum, other) => sum + (burst.hurt > 0 ? other.hurt : other.failed), 0);
  return (
    2 * explained >= (burst.hurt > 0 ? burst.hurt : burst.failed) ||
    events.some((e) => e.tier === 'webapp' && below.includes(e.hosts[0]!) && overlaps(e.since, e.until ?? burst.to))
  );
}

export function burstEvent(burst: Burst, input: EventsInput): SiteEvent {
  const { evidence, rows, places, ledger } = input;
  const { window, grid } = evidence;
  const row = rows.find(({ host, tier }) => host === burst.host && tier === burst.tier)!;
  const open = burst.to >= window.to - Math.min(grid.interval, 60_000);
  const span = { from: burst.from, to: burst.to };
  const hurt =
    burst.tier === 'frontend'
      ? ledger.take(burst.host, span)
      : placesOf(burst.host, 'webapp', places).reduce(
          (sum, place) => sum + takeBelow(place.turns.cells, place, span, input),
          0,
        );
  return {
    ...nobody(`burst:${burst.host}:${burst.from}`, 'burst', burst.tier),
    hosts: [burst.host],
    since: burst.from,
    until: open ? null : burst.to,
    cause: [{ id: 'burst', values: { failed: burst.failed, hidden: Math.max(0, burst.failed - burst.hurt) } }],
    hurt,
    firstFailure: burst.from,
    names: row.host === '' ? [] : namesOf(burst.host, burst.tier, places),
  };
}

/** What a balancer answered by itself though somebody was in its pool: a full queue, a server that takes no connection. */
export function balancerBursts({ evidence, ledger }: EventsInput, rules: BurstRules): SiteEvent[] {
  const tellers = [...new Set(evidence.answers.map(({ teller }) => teller))];
  return tellers.flatMap((teller) => {
    const own = evidence.answers.filter((answer) => answer.teller === teller && isUnserved(answer));
    const cells = joinCells(
      own.map(({ cells: all }) =>
        all.map((cell) => ({ ...cell, failed: cell.n, hurt: cell.n, firstFailed: cell.first, lastFailed: cell.last })),
      ),
    );
    const row: HostRow = { host: teller, tier: 'frontend', tellers: [], cells };
    return burstsOf(row, rules, evidence.grid).flatMap((burst): SiteEvent[] => {
      const span = { from: burst.from, to: burst.to };
      const pools = [...new Set(own.map(({ pool }) => pool))];
      const hurt = pools.reduce((sum, pool) => sum + ledger.take(unservedKey({ teller, pool }), span), 0);
      if (hurt < rules.minFailed) return [];
      const queue = own.filter(({ phase }) => phase === 'Q').length > 0;
      return [
        {
          ...nobody(`burst:${teller}:${burst.from}`, 'burst', 'lb'),
          hosts: [teller],
          since: burst.from,
          until: burst.to >= evidence.window.to - 60_000 ? null : burst.to,
          cause: [{ id: queue ? 'balancer.queue' : 'balancer.refused', values: { failed: hurt } }],
          hurt,
          firstFailure: burst.from,
        },
      ];
    });
  });
}
