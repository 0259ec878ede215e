import React from 'react';
import type { WindowInfo } from '../../../common/api';
import { useTimeFormat } from '../../app/services';
import { type Line, TimeLines } from '../../charts/time_lines';
import type { TableData } from '../../components/data_table';
import { Legend } from '../../components/legend';
import { Panel } from '../../components/panel';
import { formatCount, formatMs, formatRate, formatSpan } from '../../format/numbers';
import { useRotaTheme } from '../../theme/use_rota_theme';
import type { DeliveryOverview } from './delivery_page';

interface FlowProps {
  overview: DeliveryOverview;
  window: WindowInfo;
  stale: boolean;
}

const HEIGHT = 150;
const RETRIES_HEIGHT = 64;

/** Where did it wait? Lag, queues and the indexer on one time axis, the outages shaded in all of them. */
export function FlowPanels({ overview, window, stale }: FlowProps) {
  const theme = useRotaTheme();
  const time = useTimeFormat();
  const { series } = overview;
  const [blue, purple] = [theme.status.s3xx, '#9170b8'];
  const palette = [blue, purple, theme.status.s2xx, theme.status.s4xx];
  const shades = overview.outages.map(({ server, from, to }) => ({
    from,
    to: to ?? window.to,
    label: `${server} gave no sign of life`,
  }));
  const common = { from: window.from, to: window.to, times: series.times, shades };
  const question = `${formatSpan(window.interval_ms)} a point`;
  const lag: Line[] = [
    { name: 'p50', colour: blue, values: series.lag_p50_ms },
    { name: 'p95', colour: purple, values: series.lag_p95_ms },
  ];
  const queues: Line[] = deepest(series.queues).map(({ server, queue, depth }, i) => ({
    name: queue === 'index' ? server : `${server} ${queue}`,
    colour: palette[i % palette.length]!,
    values: depth,
  }));
  const table = (caption: string, lines: Line[], format: (n: number) => string) => (): TableData => ({
    caption,
    columns: [{ name: 'Time' }, ...lines.map(({ name }) => ({ name, numeric: true }))],
    rows: series.times.map((t, i) => [time.full(t), ...lines.map(({ values }) => tell(values[i], format))]),
  });
  const indexer: Line[] = [
    { name: 'indexed/s', colour: theme.status.s2xx, values: series.indexed_per_s },
    { name: 'retries', colour: theme.status.s4xx, values: series.retries },
  ];
  return (
    <div className="rotaGrid rotaFlowGrid">
      <Panel
        id="lag"
        title="Lag, written → searchable"
        question={question}
        legend={
          <Legend
            items={[
              { label: `p50 ${formatMs(overview.lag_p50_ms)}`, colour: blue },
              { label: `p95 ${formatMs(overview.lag_p95_ms)}`, colour: purple },
            ]}
          />
        }
        table={table('Lag over time', lag, formatMs)}
        stale={stale}
      >
        <TimeLines
          {...common}
          id="lag"
          description="Lag from written to searchable"
          height={HEIGHT}
          lines={lag}
          formatY={formatMs}
        />
      </Panel>
      <Panel
        id="queues"
        title="rsyslog queue depth"
        question={question}
        legend={
          <Legend
            items={queues.map(({ name, colour, values }) => ({
              label: `${name} ${tell(lastOf(values), formatCount)}`,
              colour,
            }))}
          />
        }
        table={table('Messages in rsyslog queues over time', queues, formatCount)}
        stale={stale}
      >
        {queues.length === 0 ? (
          <p className="rotaFine">
            No rsyslog has told of its queues in this window (impstats, data set rota.pipeline).
          </p>
        ) : (
          <TimeLines
            {...common}
            id="queues"
            description="Messages in rsyslog queues"
            height={HEIGHT}
            lines={queues}
            formatY={formatCount}
          />
        )}
      </Panel>
      <Panel
        id="indexer"
        title="Indexer"
        question={question}
        legend={
          <Legend
            items={indexer.map(({ name, colour, values }) => ({
              label: `${name} ${tell(lastOf(values), formatRate)}`,
              colour,
            }))}
          />
        }
        table={table('Documents indexed a second, and bulk retries, over time', indexer, formatRate)}
        stale={stale}
      >
        <TimeLines
          {...common}
          id="indexed"
          description="Documents indexed a second"
          height={HEIGHT - RETRIES_HEIGHT}
          lines={indexer.slice(0, 1)}
          formatY={formatRate}
        />
        <TimeLines
          {...common}
          id="retries"
          description="Bulk retries"
          height={RETRIES_HEIGHT}
          lines={indexer.slice(1)}
          formatY={formatRate}
        />
      </Panel>
    </div>
  );
}

const MOST_QUEUES = 4;

/** A node has several queues, most of them empty: those that were fullest, the servers' own first among equals. */
function deepest(queues: DeliveryOverview['series']['queues']): DeliveryOverview['series']['queues'] {
  const most = (depth: (number | null)[]) => Math.max(0, ...depth.map((n) => n ?? 0));
  return queues
    .filter(({ queue }) => queue === 'index' || queue === 'forward')
    .sort((a, b) => most(b.depth) - most(a.depth) || Number(b.queue === 'index') - Number(a.queue === 'index'))
    .slice(0, MOST_QUEUES);
}

function tell(value: number | null | undefined, format: (n: number) => string): string {
  return value === null || value === undefined ? '–' : format(value);
}

function lastOf(values: (number | null)[]): number | null {
  return [...values].reverse().find((value) => value !== null) ?? null;
}
