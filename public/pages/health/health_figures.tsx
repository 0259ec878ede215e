import React from 'react';
import type { HealthData } from '../../../common/api';
import { KeyFigures } from '../../components/key_figures';
import { formatCount, formatPercent, formatSpan, plural } from '../../format/numbers';

type Figures = NonNullable<HealthData['overview']>['figures'];

/** Were users hurt, is it over? */
export function HealthFigures({ figures: f }: { figures: Figures }) {
  const best = f.best_gap_ms;
  return (
    <KeyFigures
      figures={[
        {
          id: 'serving',
          label: 'Serving now',
          ...servingNow(f),
          context: `${plural(f.frontends, 'frontend')}, ${plural(f.webapps, 'webapp')}`,
        },
        {
          id: 'usersHurt',
          label: 'Users hurt',
          value: formatCount(f.users_hurt),
          unit: '5XX',
          context: `${formatPercent(f.users_hurt_share)} of ${formatCount(f.requests)}`,
          tone: f.users_hurt > 0 ? 'danger' : undefined,
        },
        {
          id: 'gap',
          label: 'Detection gap',
          value: f.longest_gap_ms === null ? '–' : formatSpan(f.longest_gap_ms),
          unit: f.longest_gap_ms === null ? undefined : 'longest',
          context: best
            ? `best possible here: ${seconds(best.min)} – ${seconds(best.max)} s`
            : 'probe interval unknown',
        },
        {
          id: 'out',
          label: 'Out of pool',
          value: formatSpan(f.out_of_pool_ms),
          context: byHost(f.out_of_pool_by_host) || 'no host left its pool',
        },
        {
          id: 'probes',
          label: 'Probes failed',
          value: formatCount(f.probes_failed),
          unit: `of ${formatCount(f.probes)}`,
          context: f.probes === 0 ? 'no probes seen: pool state unknown' : (f.probes_failed_words ?? 'all passed'),
        },
        {
          id: 'silent',
          label: 'Silent',
          value: formatSpan(Math.max(f.silent_ms, f.all_silent_ms)),
          context: silentText(f),
        },
      ]}
    />
  );
}

function silentText({ all_silent_ms, silent_hosts: hosts }: Figures): string {
  if (all_silent_ms > 0) return 'nothing arrived from anybody';
  return hosts.length === 0 ? 'every host wrote all the time' : `${namesOf(hosts)}: no lines`;
}

function byHost(list: Figures['out_of_pool_by_host']): string {
  return namesOf(list.map(({ host, ms }) => `${host} ${formatSpan(ms)}`));
}

function seconds(ms: number): string {
  return String(Math.round(ms / 1000));
}

/** Green only when each host was seen to serve; red only when one was seen not to. */
function servingNow({ serving, hosts_unseen: unseen, hosts_known: known }: Figures) {
  if (unseen === known) return { value: 'Unknown', unit: 'no lines at the end' };
  const value = { value: `${serving} of ${known}`, unit: unseen > 0 ? `hosts, ${unseen} unknown` : 'hosts' };
  if (serving === known) return { ...value, tone: 'success' as const };
  return serving + unseen < known ? { ...value, tone: 'danger' as const } : value;
}

/** Three at most; the others by their number. */
function namesOf(names: readonly string[]): string {
  const more = names.length - 3;
  return `${names.slice(0, 3).join(', ')}${more > 0 ? ` and ${plural(more, 'other')}` : ''}`;
}
