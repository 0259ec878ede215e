import React from 'react';
import type { DeliveryOverview, WindowInfo } from '../../../common/api';
import { formatCount, formatMs, formatRate } from '../../format/numbers';
import { useAnnotations } from '../../hooks/use_annotations';
import { useIsNarrowed } from '../../hooks/use_scope';
import { useRotaTheme } from '../../theme/use_rota_theme';
import { type FlowFrame, type NamedLine, SeriesPanel, tell } from './series_panel';

interface FlowProps {
  overview: DeliveryOverview;
  window: WindowInfo;
  stale: boolean;
}

const HEIGHT = 166;
const RETRIES_HEIGHT = 64;
const PURPLE = '#9170b8';

/** Where did it wait? Lag, queues and the indexer on one time axis. */
export function FlowPanels({ overview, window, stale }: FlowProps) {
  const { status } = useRotaTheme();
  const annotations = useAnnotations();
  const narrowed = useIsNarrowed();
  const { series } = overview;
  const palette = [status.s3xx, PURPLE, status.s2xx, status.s4xx];
  const shades = overview.outages.map(({ server, from, to }) => ({
    from,
    to: to ?? window.to,
    label: `${server} gave no sign of life`,
  }));
  const frame: FlowFrame = { window, times: series.times, annotations, shades, stale };
  const lag: NamedLine[] = [
    { name: 'p50', colour: status.s3xx, values: series.lag_p50_ms, figure: formatMs(overview.lag_p50_ms) },
    { name: 'p95', colour: PURPLE, values: series.lag_p95_ms, figure: formatMs(overview.lag_p95_ms) },
  ];
  const queues = deepest(series.queues).map(
    ({ server, queue, depth }, i): NamedLine => ({
      name: queue === 'index' ? server : `${server} ${queue}`,
      colour: palette[i % palette.length]!,
      values: depth,
      figure: tell(lastOf(depth), formatCount),
    }),
  );
  const waiting = series.waiting.map(
    ({ server, oldest_ms }, i): NamedLine => ({
      name: `${server} indexer, oldest line`,
      colour: palette[(queues.length + i) % palette.length]!,
      values: oldest_ms,
      figure: tell(lastOf(oldest_ms), formatMs),
      format: formatMs,
    }),
  );
  const indexer: NamedLine[] = [
    { name: 'indexed/s', colour: status.s2xx, values: series.indexed_per_s },
    { name: 'retries', colour: status.s4xx, values: series.retries },
  ].map((line) => ({ ...line, figure: tell(lastOf(line.values), formatRate) }));
  return (
    <div className="rotaGrid rotaFlowGrid">
      <SeriesPanel
        id="lag"
        title="Lag, written → sent to Elasticsearch"
        note="Searchable at Elasticsearch’s next refresh, at most 1 s later by default"
        frame={frame}
        lines={lag}
        format={formatMs}
        empty="No line of this window says when it was sent."
        charts={[{ height: HEIGHT, lines: lag.length, description: 'Lag from written to sent to Elasticsearch' }]}
      />
      <SeriesPanel
        id="queues"
        title="Queues of rsyslog and indexer"
        note={`Messages in rsyslog’s queues${narrowed ? OF_ALL : ''}; below, how long the indexer’s oldest line has waited`}
        frame={frame}
        lines={[...queues, ...waiting]}
        format={formatCount}
        empty={NO_QUEUES}
        charts={[
          {
            height: HEIGHT - RETRIES_HEIGHT,
            lines: queues.length,
            description: 'Messages in rsyslog queues',
            empty: NO_QUEUES,
          },
          { height: RETRIES_HEIGHT, lines: waiting.length, description: 'Wait of the oldest line in each indexer' },
        ]}
      />
      <SeriesPanel
        id="indexer"
        title="Indexer"
        {...(narrowed ? { note: `Documents and retries${OF_ALL}` } : {})}
        frame={frame}
        lines={indexer}
        format={formatRate}
        empty="No indexer has reported in this window (data set rota.pipeline)."
        charts={[
          { height: HEIGHT - RETRIES_HEIGHT, lines: 1, description: 'Documents indexed a second' },
          { height: RETRIES_HEIGHT, lines: 1, description: 'Bulk retries' },
        ]}
      />
    </div>
  );
}

/** rsyslog and the indexer carry everybody's lines together. */
const OF_ALL = ' of all services';
const NO_QUEUES = 'No rsyslog has told of its queues in this window (impstats, data set rota.pipeline).';
const MOST_QUEUES = 4;

/** A node has several queues, most of them empty: those that were fullest, the servers' own first among equals. */
function deepest(queues: DeliveryOverview['series']['queues']): DeliveryOverview['series']['queues'] {
  const most = (depth: (number | null)[]) => Math.max(0, ...depth.map((n) => n ?? 0));
  return queues
    .filter(({ queue }) => queue === 'index' || queue === 'forward')
    .sort((a, b) => most(b.depth) - most(a.depth) || Number(b.queue === 'index') - Number(a.queue === 'index'))
    .slice(0, MOST_QUEUES);
}

function lastOf(values: (number | null)[]): number | null {
  return [...values].reverse().find((value) => value !== null) ?? null;
}
