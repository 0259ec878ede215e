import type { HealthData, HealthEvent, Lane } from '../../../common/api';
import { list } from '../../../common/format';
import type { EntryCounts } from '../../elasticsearch/entry';
import type { Timeline } from '../../search/timeline';
import type { Settings } from '../../settings';
import type { Site } from '../../topology/site';
import { lengthOf } from '../../topology/spans';
import { allSilentOf } from '../all_silent';
import { compare } from '../compare';
import { probesIn } from '../probe_counts';

type Figures = NonNullable<HealthData['overview']>['figures'];

export interface FiguresInput {
  site: Site;
  entry: EntryCounts;
  lanes: readonly Lane[];
  events: readonly HealthEvent[];
  timeline: Timeline;
  settings: Settings;
  now: number;
  probeTarget: string | null;
}

const SERVES = ['serving', 'errors', 'probes_failing', 'partly_out', 'silent'];

export function figuresOf(input: FiguresInput): Figures {
  const { site, entry, lanes, events } = input;
  const gaps = events.filter(({ kind, gap_ms }) => kind === 'ejected' && gap_ms !== null);
  // Of whom nobody wrote anything nobody knows whether it serves.
  const silent = new Set(site.silences.flatMap(({ host, saidBy, open }) => (saidBy === null && open ? [host] : [])));
  const silences = allSilentOf(site, Math.min(input.timeline.to, input.now));
  const last = (lane: Lane) => lane.segments.at(-1)?.state ?? '';
  // Who left for good is not missed.
  const there = lanes.filter((lane) => last(lane) !== 'gone');
  const serving = there.filter((lane) => SERVES.includes(last(lane)) && !silent.has(lane.host));
  return {
    serving: serving.length,
    hosts_unseen: there.filter((lane) => last(lane) === 'unknown' || silent.has(lane.host)).length,
    hosts_known: there.length,
    frontends: there.filter(({ tier }) => tier === 'frontend').length,
    webapps: there.filter(({ tier }) => tier === 'webapp').length,
    users_hurt: entry.classes.s5xx,
    users_hurt_share: entry.total > 0 ? entry.classes.s5xx / entry.total : 0,
    requests: entry.total,
    counted_at: entry.at,
    longest_gap_ms: gaps.length > 0 ? Math.max(...gaps.map(({ gap_ms }) => gap_ms ?? 0)) : null,
    ...absenceFigures(input),
    ...probeFigures(input),
    silent_ms: lengthOf(site.silences),
    all_silent_ms: lengthOf(silences),
    silent_hosts: [...new Set(site.silences.map(({ host }) => host))],
  };
}

function absenceFigures({ site, timeline, settings, now }: FiguresInput) {
  const end = Math.min(timeline.to, now);
  const byHost = new Map<string, number>();
  for (const out of site.states.outs.filter(({ kind }) => kind !== 'drain' && kind !== 'maintenance')) {
    const ms = Math.min(out.to ?? end, end) - Math.max(out.from, timeline.from);
    if (ms > 0) byHost.set(out.host, (byHost.get(out.host) ?? 0) + ms);
  }
  const { fall, interval_s } = settings.monitor;
  const monitor = site.states.monitors.find(({ foreign }) => foreign === null);
  const intervalMs = monitor?.rules.intervalMs ?? interval_s * 1000;
  const outs = [...byHost].map(([host, ms]) => ({ host, ms })).sort((a, b) => b.ms - a.ms);
  return {
    // The host may break right before a probe or right after one.
    best_gap_ms: site.states.frontendsKnown ? { min: (fall - 1) * intervalMs, max: fall * intervalMs } : null,
    out_of_pool_ms: outs.reduce((sum, { ms }) => sum + ms, 0),
    out_of_pool_by_host: outs,
  };
}

function probeFigures({ site, timeline, probeTarget }: FiguresInput) {
  const { probes } = site.evidence;
  const failing = probes.map((series) => ({ ...series, runs: series.runs.filter(({ ok }) => !ok) }));
  const failed = probesIn(failing, timeline);
  const statuses = [
    ...new Set(
      failing
        .flatMap(({ runs }) => runs.flatMap((run) => run.statuses))
        .map((status) => (status === null ? 'no answer' : String(status))),
    ),
  ];
  return {
    probes: probesIn(probes, timeline).total,
    probes_failed: failed.total,
    probes_failed_words:
      failed.total > 0
        ? `${probeTarget ?? 'probe'}, ${statuses.join(', ')}, ${list([...failed.hosts].sort(compare))}`
        : null,
  };
}
