import { EuiButtonGroup } from '@elastic/eui';
import React, { useMemo } from 'react';
import type { RotationData, WindowInfo } from '../../../common/api';
import { quoteKql } from '../../../common/kql/literal';
import { TimeBars } from '../../charts/time_bars';
import { useBarTarget } from '../../charts/use_bar_target';
import type { TableData } from '../../components/data_table';
import { Legend } from '../../components/legend';
import { Panel } from '../../components/panel';
import { formatCount, formatPercent, formatRate, formatSpan } from '../../format/numbers';
import { usePageParam } from '../../hooks/use_scope';
import { useTimeFormat } from '../../hooks/use_time_format';
import { useRotaTheme } from '../../theme/use_rota_theme';
import { RatioMap } from './ratio_map';
import { bucketsPerCell, RATIO_STEPS } from './ratio_steps';

type Overview = NonNullable<RotationData['overview']>;
type Tier = Overview['series']['hosts'][number]['tier'];

/** From so many hosts on, rows by host replace the stack. */
const MAP_FROM = 15;

const TIER_LABELS: Record<Tier, string> = { lb: 'Balancer', frontend: 'Frontends', webapp: 'Webapps' };

/** How the split moved: stacked bars by host, for the tier that was chosen. */
export function RequestsPerHost({
  overview,
  window,
  colours,
  stale,
}: {
  overview: Overview;
  window: WindowInfo;
  colours: Map<string, string>;
  stale: boolean;
}) {
  const { series, annotations } = overview;
  const time = useTimeFormat();
  const [param, setParam] = usePageParam('tier');
  const tiers = (['lb', 'frontend', 'webapp'] as const).filter((tier) =>
    series.hosts.some((host) => host.tier === tier),
  );
  const tier = tiers.find((t) => t === param) ?? tiers[tiers.length - 1] ?? 'webapp';
  const seconds = window.interval_ms / 1000;
  const groups = useMemo(
    () =>
      series.hosts
        .filter((host) => host.tier === tier)
        .map(({ host, requests }) => ({
          name: host,
          colour: colours.get(host) ?? '#98a2b3',
          total: requests.reduce((sum, n) => sum + n, 0),
          values: requests.map((n) => n / seconds),
          kql: `host.name: ${quoteKql(host)}`,
        })),
    [series, tier, colours, seconds],
  );
  const { dark } = useRotaTheme();
  const asMap = groups.length >= MAP_FROM;
  const rows = series.hosts.filter((host) => host.tier === tier);
  const barTarget = useBarTarget({ ...window, times: series.times });
  const total = groups.reduce((sum, group) => sum + group.total, 0);
  const table = (): TableData => ({
    caption: `Requests per host, ${TIER_LABELS[tier]}`,
    columns: [{ name: 'Time' }, ...groups.map(({ name }) => ({ name, numeric: true })), { name: 'All', numeric: true }],
    target: (row) => barTarget(row),
    rows: series.times.map((t, i) => {
      const counts = groups.map(({ values }) => Math.round((values[i] ?? 0) * seconds));
      return [time.full(t), ...counts.map(formatCount), formatCount(counts.reduce((sum, n) => sum + n, 0))];
    }),
  });
  return (
    <Panel
      id="perHost"
      title="Requests per host"
      question={
        asMap
          ? `Got ÷ due by host, the most uneven first; ${formatSpan(window.interval_ms * bucketsPerCell(rows))} steps`
          : `How did the split move? Requests/s, ${formatSpan(window.interval_ms)} bars; click a bar for its requests, drag to zoom`
      }
      legend={
        <Legend
          items={
            asMap
              ? [
                  ...RATIO_STEPS.map(({ label, light, dark: deep }) => ({ label, colour: dark ? deep : light })),
                  { label: 'too few turns to say', sign: 'dashed' as const },
                ]
              : groups.map(({ name, colour, total: n }) => ({
                  label: `${name} ${formatPercent(total > 0 ? n / total : 0)}`,
                  colour,
                }))
          }
        />
      }
      actions={
        tiers.length > 1 && (
          <EuiButtonGroup
            buttonSize="compressed"
            legend="Tier"
            idSelected={tier}
            onChange={(id) => setParam(id)}
            options={tiers.map((id) => ({ id, label: TIER_LABELS[id] }))}
          />
        )
      }
      table={table}
      stale={stale}
    >
      {asMap ? (
        <RatioMap hosts={rows} times={series.times} annotations={annotations} window={window} />
      ) : (
        <TimeBars
          id="perHost"
          description={`Requests per second by host of the tier ${TIER_LABELS[tier]}, stacked, over time`}
          height={240}
          from={window.from}
          to={window.to}
          completeTo={window.complete_to}
          times={series.times}
          groups={groups}
          annotations={annotations}
          formatY={formatRate}
        />
      )}
    </Panel>
  );
}
