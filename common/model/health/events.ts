import type { HealthEvent } from '../../api';
import { linesAbout } from '../host_lines';
import type { PoolOut, PoolState } from '../pool_state';
import type { Span } from '../spans';
import { count, duration, list, plural } from '../words';
import { type Burst, type BurstRules, burstsOf, type Grid, type HostRow, leadUpTo, sumOver } from './rows';

/** A change of `service.version` on some hosts. */
export interface Deploy extends Span {
  hosts: string[];
  before: string;
  after: string;
  service: string;
}

/** No lines of a host although it got turns. */
export interface Silence extends Span {
  host: string;
  tier: 'frontend' | 'webapp';
  /** Turns that the tier above gave it meanwhile, and who says so. */
  turns: number;
  /** null: nobody counts its turns; the other frontends were served and probed, and it wrote nothing at all. */
  saidBy: string | null;
  open: boolean;
}

export interface EventsInput {
  window: Span;
  grid: Grid;
  rows: readonly HostRow[];
  /** Webapps' absences with their chains joined. */
  pools: Pick<PoolState, 'frontends' | 'webapps'>;
  /** Failed tries by absence, counted before the chains were joined. */
  tries: (out: PoolOut) => number;
  silences: readonly Silence[];
  deploys: readonly Deploy[];
  rules: BurstRules;
  balancer: string;
  /** By which frontends know a webapp. */
  addressesOf: (host: string) => readonly string[];
}

type Draft = Omit<HealthEvent, 'n'>;

/** The event list, oldest first and numbered: out and back, 5XX bursts, silence, deploys. */
export function healthEvents(input: EventsInput): HealthEvent[] {
  const bursts = input.rows.flatMap((row) => burstsOf(row, input.rules));
  const ejected = [
    ...input.pools.frontends.map((out) => ejection(out, 'frontend', input, bursts)),
    ...input.pools.webapps.map((out) => ejection(out, 'webapp', input, bursts)),
  ].filter(({ since, until }) => since < input.window.to && (until ?? input.window.to) > input.window.from);
  const alone = bursts.filter((burst) => !isPartOf(burst, ejected, input) && !isBelow(burst, bursts, ejected, input));
  const drafts = [
    ...ejected,
    ...alone.map((burst) => burstEvent(burst, input)),
    ...input.silences.map((silence) => silentEvent(silence, input)),
    ...input.deploys.map(deployEvent),
  ];
  return drafts
    .sort((a, b) => a.since - b.since || a.id.localeCompare(b.id))
    .map((draft, i) => ({ n: i + 1, ...draft }));
}

function ejection(out: PoolOut, tier: 'frontend' | 'webapp', input: EventsInput, bursts: readonly Burst[]): Draft {
  const { grid, window } = input;
  const row = input.rows.find(({ host, tier: of }) => host === out.host && of === tier);
  const lead = row ? leadUpTo(row, grid, out.from, out.firstFailure, input.rules.share) : null;
  const until = out.to !== null && out.to <= window.to ? out.to : null;
  const during = row && tier === 'webapp' ? sumOver(row.hurt, grid, { from: out.from, to: until ?? window.to }) : 0;
  const hurt = (lead?.hurt ?? 0) + during;
  const gap = lead === null ? null : Math.max(0, out.from - lead.first);
  const passive = tier === 'webapp';
  const since = lead && passive ? Math.min(lead.first, out.from) : out.from;
  return {
    id: `${passive ? 'passive' : 'ejected'}:${out.host}:${out.from}`,
    kind: passive ? 'ejected_passive' : 'ejected',
    title: passive ? 'Ejected, passive' : 'Ejected',
    hosts: [out.host],
    tier,
    by: out.by ?? input.balancer,
    since: out.from,
    until,
    duration_ms: until === null ? null : until - out.from,
    cause: causeOf(out, lead?.failed ?? 0, gap, input, bursts),
    users_hurt: hurt,
    gap_ms: gap,
    first_failure: lead?.first ?? out.firstFailure,
    severity: hurt > 0 && !passive ? 'danger' : 'warning',
    lines: {
      page: 'requests',
      from: (lead?.first ?? since) - 5000,
      to: (until ?? window.to) + 5000,
      kql: linesAbout({ host: out.host, tier }, input.addressesOf(out.host)),
    },
    trace_request_id: null,
    other: null,
    evidence: out.evidence,
  };
}

function causeOf(
  out: PoolOut,
  failed: number,
  gap: number | null,
  input: EventsInput,
  bursts: readonly Burst[],
): string {
  const tries = input.tries(out);
  const parts = [
    ...(out.by !== null && failed > 0 && gap !== null
      ? [`${count(failed)} × 5XX in ${duration(Math.max(gap, 1))}.`]
      : []),
    out.cause,
    ...(tries > 0 ? [`${plural(tries, 'further try', 'further tries')} failed.`] : []),
    ...(out.by === null ? behind(out, input, bursts) : []),
  ];
  return parts.join(' ');
}

/** Which webapps of an ejected frontend failed with it. */
function behind(out: PoolOut, { rows }: EventsInput, bursts: readonly Burst[]): string[] {
  const from = (out.firstFailure ?? out.from) - 60_000;
  const failing = bursts.filter((b) => b.tier === 'webapp' && b.from <= out.from && b.to >= from);
  const hosts = failing
    .filter(({ host }) => rows.some((row) => row.host === host && row.frontends.includes(out.host)))
    .map(({ host }) => host);
  const unique = [...new Set(hosts)].sort();
  if (unique.length === 0) return [];
  return [`${list(unique)} ${unique.length === 2 ? 'both ' : unique.length > 2 ? 'all ' : ''}answered 5XX.`];
}

/** A burst that ended in an ejection, of the host itself or of the frontend above it, is told there. */
function isPartOf(burst: Burst, events: readonly Draft[], { rows, grid }: EventsInput): boolean {
  const above = rows.find(({ host, tier }) => host === burst.host && tier === burst.tier)?.frontends ?? [];
  return events.some(({ hosts, tier, since, until, first_failure }) => {
    const own = hosts.includes(burst.host) && tier === burst.tier;
    const ofAbove = tier === 'frontend' && burst.tier === 'webapp' && hosts.some((host) => above.includes(host));
    const from = Math.min(since, first_failure ?? since) - grid.interval;
    return (own || ofAbove) && burst.from <= (until ?? Number.POSITIVE_INFINITY) && burst.to >= from;
  });
}

/** A frontend's 5XX that its webapps answered is told of the webapps. */
function isBelow(burst: Burst, bursts: readonly Burst[], events: readonly Draft[], { rows }: EventsInput): boolean {
  if (burst.tier !== 'frontend') return false;
  const below = rows.filter(({ frontends }) => frontends.includes(burst.host)).map(({ host }) => host);
  const overlaps = (from: number, to: number) => from <= burst.to && to >= burst.from;
  return (
    bursts.some((other) => below.includes(other.host) && overlaps(other.from, other.to)) ||
    events.some((e) => e.tier === 'webapp' && below.includes(e.hosts[0]!) && overlaps(e.since, e.until ?? burst.to))
  );
}

function burstEvent(burst: Burst, { window, grid, addressesOf }: EventsInput): Draft {
  const open = burst.to >= window.to - grid.interval;
  return {
    id: `burst:${burst.host}:${burst.from}`,
    kind: 'burst',
    title: '5XX burst',
    hosts: [burst.host],
    tier: burst.tier,
    by: null,
    since: burst.from,
    until: open ? null : burst.to,
    duration_ms: open ? null : burst.to - burst.from,
    cause: `It answered 5XX ${plural(burst.failed, 'time')} and stayed in its pool.${
      burst.failed > burst.hurt ? ` Retries hid ${count(burst.failed - burst.hurt)}.` : ''
    }`,
    users_hurt: burst.hurt,
    gap_ms: null,
    first_failure: burst.from,
    severity: burst.hurt > 0 ? 'danger' : 'warning',
    lines: {
      page: 'requests',
      from: burst.from - 5000,
      to: burst.to + 5000,
      kql: linesAbout(burst, addressesOf(burst.host), true),
    },
    trace_request_id: null,
    other: null,
    evidence: 'lines',
  };
}

function silentEvent({ host, tier, from, to, open, turns, saidBy }: Silence, { addressesOf }: EventsInput): Draft {
  return {
    id: `silent:${host}:${from}`,
    kind: 'silent',
    title: 'Silent',
    hosts: [host],
    tier,
    by: null,
    since: from,
    until: open ? null : to,
    duration_ms: open ? null : to - from,
    cause:
      saidBy === null
        ? 'No line of its own and no probe, while the other frontends were served: it stopped, or its logging did.'
        : `No lines of its own, yet ${saidBy} logged at least ${plural(turns, 'turn')} it served: the logging stopped, not the service.`,
    users_hurt: 0,
    gap_ms: null,
    first_failure: null,
    severity: 'warning',
    lines: { page: 'requests', from: from - 5000, to: to + 5000, kql: linesAbout({ host, tier }, addressesOf(host)) },
    trace_request_id: null,
    other: { label: 'Delivery', target: { page: 'delivery', from: from - 60_000, to: to + 60_000 } },
    evidence: 'lines',
  };
}

function deployEvent({ hosts, from, to, before, after, service }: Deploy): Draft {
  return {
    id: `deploy:${service}:${after}:${from}`,
    kind: 'deploy',
    title: 'Deploy',
    hosts,
    tier: 'webapp',
    by: null,
    since: from,
    until: to,
    duration_ms: to - from,
    cause: `\`service.version\` ${before} → ${after}${hosts.length > 1 ? `, ${plural(hosts.length, 'host')} within ${duration(to - from)}` : ''}.`,
    users_hurt: 0,
    gap_ms: null,
    first_failure: null,
    severity: 'info',
    lines: { page: 'requests', from: from - 5000, to: to + 5000, kql: `service.version: "${after}"` },
    trace_request_id: null,
    other: { label: 'Compare', target: { page: 'health', from: from - 900_000, to: to + 900_000 } },
    evidence: 'lines',
  };
}
