import React from 'react';
import type { RotationData, WindowInfo } from '../../../common/api';
import { KeyFigures } from '../../components/key_figures';
import { formatCount, formatPercent, formatRate, formatSpan, plural } from '../../format/numbers';
import { useTimeFormat } from '../../hooks/use_time_format';

type Figures = NonNullable<RotationData['overview']>['figures'];

/** How much, how sure. */
export function RotationFigures({ figures: f, window }: { figures: Figures; window: WindowInfo }) {
  const time = useTimeFormat();
  const fewest =
    f.fewest &&
    `fewest ${f.fewest.hosts} of ${f.hosts_known}, ${time.second(f.fewest.from)} – ${time.second(f.fewest.to)}`;
  // Lines that begin within the window's first hundredth began with it, as far as an eye can tell.
  const seenLate = f.seen_from - window.from > (window.to - window.from) / 100;
  const jain = f.jain_hosts > 1 ? f.jain : null;
  const interval = f.probe_interval_s === null ? '' : `, every ${formatRate(f.probe_interval_s)} s`;
  return (
    <KeyFigures
      figures={[
        {
          id: 'requests',
          label: 'User requests',
          value: formatCount(f.requests),
          unit: `${formatRate(f.per_s)}/s`,
          context: `${f.counted_at}, ${formatSpan(window.to - window.from)}`,
        },
        {
          id: 'probes',
          label: 'Probes left out',
          value: formatCount(f.probes),
          unit: f.requests + f.probes > 0 ? formatPercent(f.probes / (f.requests + f.probes)) : undefined,
          context:
            f.probes > 0
              ? `${plural(f.probe_hosts.length, 'host')}${interval}; not traffic`
              : 'none seen in this window',
        },
        {
          id: 'jain',
          label: 'Jain’s index',
          value: jain === null ? '–' : jain.toFixed(3),
          unit: jain === null ? undefined : 'of 1',
          context: jain === null ? 'one host: nothing to compare' : `got ÷ due, ${f.jain_hosts} webapps; 1 is even`,
        },
        {
          id: 'hosts',
          label: 'Hosts in pool',
          ...(f.hosts_in_pool === null
            ? { value: 'Unknown', unit: 'no lines at the end' }
            : { value: `${f.hosts_in_pool} of ${f.hosts_known}`, unit: 'now' }),
          context:
            fewest ??
            (f.hosts_in_pool === null
              ? plural(f.hosts_known, 'host')
              : `all of them, ${seenLate ? `since ${time.second(f.seen_from)}` : 'all the time'}`),
          tone: f.hosts_in_pool !== null && f.hosts_in_pool < f.hosts_known ? 'danger' : undefined,
        },
        {
          id: 'retries',
          label: 'Retries',
          value: formatCount(f.retries),
          unit: f.requests > 0 ? formatPercent(f.retries / f.requests) : undefined,
          context: retryText(f),
        },
        {
          id: 'failed',
          label: '5XX to users',
          value: formatCount(f.failed),
          unit: formatPercent(f.failed_share),
          context: failedText(f),
          tone: f.failed > 0 ? 'danger' : undefined,
        },
      ]}
    />
  );
}

function retryText({ retries, retries_answered_by: by }: Figures): string {
  if (retries === 0) return 'no second attempt was needed';
  const [first] = by;
  if (!first) return 'second and later attempts';
  if (by.length === 1) return `all ${formatCount(first.count)} answered by ${first.host}`;
  return `most answered by ${first.host} (${formatCount(first.count)})`;
}

function failedText({ failed, failed_in_gap, failed_in_gap_host }: Figures): string {
  if (failed === 0) return 'no user saw an error';
  if (failed_in_gap > 0 && failed_in_gap_host)
    return `${formatCount(failed_in_gap)} before ${failed_in_gap_host} was ejected`;
  return 'spread over the window';
}
