import type { HealthData } from '../../../common/api';
import { duration, plural } from '../../../common/format';
import type { Settings } from '../../settings';
import type { Site } from '../../topology/site';
import { passiveRules } from '../../topology/upstream_absences';

/** How each tier's pool is judged, in one line. */
export function tierRules(
  { states, directory }: Site,
  settings: Settings,
  probeTarget: string | null,
): NonNullable<HealthData['overview']>['tiers'] {
  const { maxFails, failTimeoutMs } = passiveRules(settings);
  const balancers = [...new Set(directory.servers.map(({ seen }) => seen.teller))].sort();
  const who = balancers.length > 0 ? balancers.join(', ') : 'The balancer';
  const monitor = states.monitors
    .filter(({ foreign }) => foreign === null)
    .sort((a, b) => b.hosts.size - a.hosts.size)[0];
  const { fall, rise } = settings.monitor;
  const every = duration(monitor?.rules.intervalMs ?? settings.monitor.interval_s * 1000);
  const target = monitor ? (probeTarget ?? 'each frontend') : 'each frontend';
  return [
    {
      tier: 'frontend',
      label: 'Balancer tier',
      pool_known: states.frontendsKnown,
      rule: states.frontendsKnown
        ? `${who} probes ${target} every ${every}; ${plural(fall, 'failure')} take a host out, ${plural(rise, 'pass', 'passes')} bring it back`
        : 'No probe of the balancer is seen: the state of this pool is unknown',
    },
    {
      tier: 'webapp',
      label: 'Webapp tier',
      pool_known: states.webappsKnown,
      rule: states.webappsKnown
        ? `each frontend’s own pool, passive: ${plural(maxFails, 'failure')} in ${duration(failTimeoutMs)} take a host out for ${duration(failTimeoutMs)}`
        : 'No frontend names its webapps: the state of these pools is unknown',
    },
  ];
}
