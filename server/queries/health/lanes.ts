import type { HealthData, Lane } from '../../../common/api';
import { outsOf } from '../../../common/model/fairness';
import { absorb, type Layer, paint } from '../../../common/model/health/lanes';
import { burstsOf, type HostRow, quietSpans, sumInside } from '../../../common/model/health/rows';
import { linesAbout } from '../../../common/model/host_lines';
import { clip, intersect, lengthOf, type Span, subtract, unite } from '../../../common/model/spans';
import { duration, plural } from '../../../common/model/words';
import type { Timeline } from '../../search/timeline';
import type { Settings } from '../../settings';
import type { Assessment } from '../assess';
import { addressesOf, type Landscape } from '../landscape';
import { compare } from '../rotation/shares';

/** Marks that a lane may carry; more are thinned to the failed ones. */
const MAX_MARKS = 2000;

export interface LanesInput {
  assessment: Assessment;
  landscape: Landscape;
  timeline: Timeline;
  settings: Settings;
  now: number;
}

/** A lane for each host that is known: the first tier, then the webapps under their frontends. */
export function lanesOf(input: LanesInput): Lane[] {
  const { landscape, assessment } = input;
  const frontends = new Set([
    ...assessment.rows.filter(({ tier }) => tier === 'frontend').map(({ host }) => host),
    ...landscape.frontends.map(({ host }) => host),
    ...landscape.balancers.map(({ server }) => server),
    ...assessment.pools.spokenOf.map(({ host }) => host),
    ...assessment.pools.probed,
  ]);
  const webapps = new Set([
    ...assessment.rows.filter(({ tier }) => tier === 'webapp').map(({ host }) => host),
    ...landscape.upstreams.map(({ address }) => landscape.book.name(address)),
    ...landscape.webapps.map(({ host }) => host),
  ]);
  const first = [...frontends].sort(compare).map((host) => laneOf(host, 'frontend', input));
  const second = [...webapps].map((host) => laneOf(host, 'webapp', input));
  second.sort((a, b) => compare(a.frontend ?? '', b.frontend ?? '') || compare(a.host, b.host));
  return [...first, ...second];
}

function laneOf(host: string, tier: 'frontend' | 'webapp', input: LanesInput): Lane {
  const { assessment, timeline } = input;
  const { pools, rows } = assessment;
  const window: Span = { from: timeline.from, to: Math.max(timeline.from, Math.min(timeline.to, input.now)) };
  const row = rows.find((one) => one.host === host && one.tier === tier);
  const homes = homesOf(host, row, input.landscape);
  const { own, above } = absences(host, tier, homes, input, window);
  const known = tier === 'frontend' ? pools.frontendsKnown : pools.webappsKnown;
  // Passes that were only implied are no marks.
  const seen = (pools.probes.get(host) ?? []).filter(({ ok, status }) => !ok || status !== null);
  const probes = seen.filter(({ t }) => t >= window.from && t < window.to);
  const many = probes.length > MAX_MARKS;
  return {
    host,
    tier,
    frontend: tier === 'webapp' ? (homes[0] ?? null) : null,
    segments: window.from < window.to ? segmentsOf(host, row, own, above, input, window) : [],
    probes: (many ? probes.filter(({ ok }) => !ok).slice(0, MAX_MARKS) : probes).map(({ t, ok, status }) => ({
      t,
      ok,
      status,
    })),
    probes_thinned: pools.thinned || many,
    in_pool_share:
      known && window.to > window.from ? 1 - lengthOf([...own, ...above]) / (window.to - window.from) : null,
    requests: row ? row.requests.reduce((sum, n) => sum + n, 0) : 0,
    kql: linesAbout({ host, tier }, addressesOf(input.landscape)(host)),
  };
}

function homesOf(host: string, row: HostRow | undefined, { upstreams, book }: Landscape): string[] {
  const known = upstreams.filter(({ address }) => book.name(address) === host).map(({ frontend }) => frontend);
  return [...new Set([...(row?.frontends ?? []), ...known])].sort(compare);
}

/** A webapp of several frontends is away while it is out of all their pools. */
function absences(
  host: string,
  tier: 'frontend' | 'webapp',
  homes: string[],
  { assessment }: LanesInput,
  window: Span,
) {
  const { pools } = assessment;
  const { chains } = pools;
  if (tier === 'frontend')
    return {
      own: clip(
        pools.frontends.filter((out) => out.host === host),
        window,
      ),
      above: [] as Span[],
    };
  const all = { members: [], outs: chains, above: { members: [], outs: pools.frontends } };
  const each = homes.map((by) => unite(outsOf(all, { host, by, weight: 1 }, window)));
  const away = each.length > 0 ? each.reduce(intersect) : [];
  const own = clip(
    chains.filter((out) => out.host === host && homes.length <= 1),
    window,
  );
  return { own, above: away };
}

function segmentsOf(
  host: string,
  row: HostRow | undefined,
  own: (Span & { cause?: string })[],
  above: Span[],
  { assessment, settings, timeline }: LanesInput,
  window: Span,
): Lane['segments'] {
  const { pools, silences } = assessment;
  const least = Math.max(settings.silent_after_s * 1000, 2 * timeline.interval);
  const quiet = quietSpans(pools.signs.get(host) ?? [], window, least);
  const rules = { minFailed: settings.burst.min_failed, share: settings.burst.share };
  // A host that got no turns has nothing to say.
  const untold = subtract(quiet, [...own, ...above]).filter(({ from, to }) => to - from >= least);
  const unseen = untold.filter((span) => !row || sumInside(row.requests, timeline, span) === 0);
  const layers: Layer[] = [
    { state: 'unknown', spans: unseen.map((span) => ({ ...span, note: 'No line tells what it did.' })) },
    {
      state: 'errors',
      spans: (row ? burstsOf(row, rules) : []).map((b) => ({
        from: b.from,
        to: Math.max(b.to, b.from + 1000),
        note: `Answered 5XX ${plural(b.failed, 'time')} in ${duration(b.to - b.from)}.`,
      })),
    },
    {
      state: 'silent',
      spans: silences
        .filter((silence) => silence.host === host)
        .map((silence) => ({
          ...silence,
          note:
            silence.saidBy === null
              ? 'No lines and no probes, while others were served.'
              : `No lines; ${silence.saidBy} gave it ${plural(silence.turns, 'turn')}.`,
        })),
    },
    {
      state: 'probes_failing',
      spans: (pools.probesFailing.get(host) ?? []).map((span) => ({ ...span, note: 'Probes fail; not out yet.' })),
    },
    {
      state: 'no_turns',
      spans: above.map((span) => ({ ...span, note: 'In its pool, but the tier above got no turns.' })),
    },
    { state: 'out', spans: own.map((span) => ({ ...span, note: span.cause ?? null })) },
  ];
  return absorb(paint(window, 'serving', layers), 'serving', Math.max(1000, timeline.interval / 10));
}

/** How each tier's pool is judged, in one line. */
export function tierRules(input: LanesInput, balancers: string[]): NonNullable<HealthData['overview']>['tiers'] {
  const { pools } = input.assessment;
  const { intervalMs, rise, fall, maxFails, failTimeoutMs } = pools.rules;
  const who = balancers.length > 0 ? balancers.join(', ') : 'The balancer';
  return [
    {
      tier: 'frontend',
      label: 'Balancer tier',
      pool_known: pools.frontendsKnown,
      rule: pools.frontendsKnown
        ? `${who} probes ${pools.probeTarget ?? 'each frontend'} every ${duration(intervalMs)}; ${plural(fall, 'failure')} take a host out, ${plural(rise, 'pass', 'passes')} bring it back`
        : 'No probe lines: the state of this pool is unknown',
    },
    {
      tier: 'webapp',
      label: 'Webapp tier',
      pool_known: pools.webappsKnown,
      rule: pools.webappsKnown
        ? `each frontend’s own pool, passive: ${plural(maxFails, 'failure')} in ${duration(failTimeoutMs)} take a host out for ${duration(failTimeoutMs)}`
        : 'No frontend names its webapps: the state of these pools is unknown',
    },
  ];
}
