import { AnnotationDomainType, LineAnnotation, Position } from '@elastic/charts';
import React, { type ReactNode } from 'react';
import type { Annotation, HealthData, WindowInfo } from '../../../common/api';
import { TimeBars, type TimeBarsProps } from '../../charts/time_bars';
import { useBarTarget } from '../../charts/use_bar_target';
import type { TableData } from '../../components/data_table';
import { Legend } from '../../components/legend';
import { Panel } from '../../components/panel';
import { formatCount, formatPercent, formatRate, formatSpan } from '../../format/numbers';
import type { TimeFormat } from '../../format/time';
import { useTimeFormat } from '../../hooks/use_time_format';
import { STATUS_LABELS } from '../../theme/colours';
import { useRotaTheme } from '../../theme/use_rota_theme';
import { STATUS_KQL } from '../status_kql';

type Overview = NonNullable<HealthData['overview']>;

interface RateProps {
  overview: Overview;
  window: WindowInfo;
  annotations: Annotation[];
  stale: boolean;
}

const HEIGHT = 148;

/** When did it fail? */
export function RatePanel(props: RateProps) {
  const theme = useRotaTheme();
  const time = useTimeFormat();
  const { series, peak, budget } = props.overview;
  const limit = 1 - budget.objective;
  return (
    <ClassesPanel
      {...props}
      id="rate"
      title="5XX rate"
      question={(bars) => `Share of user requests, ${bars}; dashed: objective ${formatPercent(limit)}`}
      legend={
        peak && peak.failed_share > 0 ? (
          <span className="rotaFine">
            peak <strong className="rotaShare__mark">{formatPercent(peak.failed_share)}</strong> at{' '}
            {time.second(peak.t)}
          </span>
        ) : undefined
      }
      description="Share of user requests answered 5XX over time"
      groups={[{ name: '5XX', colour: theme.status.s5xx, values: series.failed_share, kql: STATUS_KQL.s5xx }]}
      leastTop={limit * 2}
      formatY={axisPercent}
      marks={() => (
        <LineAnnotation
          id="objective"
          domainType={AnnotationDomainType.YDomain}
          dataValues={[{ dataValue: limit, details: `objective: ${formatPercent(limit)}` }]}
          style={{ line: { stroke: theme.subdued, strokeWidth: 1, opacity: 1, dash: [5, 4] } }}
          markerPosition={Position.Right}
        />
      )}
    />
  );
}

/** What did users get instead? */
export function StatusPanel(props: RateProps) {
  const theme = useRotaTheme();
  const { overview, window } = props;
  const seconds = window.interval_ms / 1000;
  const names = (['s5xx', 's2xx', 's3xx', 's4xx', 'other'] as const).filter((name) => overview.classes[name] > 0);
  const all = Math.max(
    1,
    names.reduce((sum, name) => sum + overview.classes[name], 0),
  );
  return (
    <ClassesPanel
      {...props}
      id="classes"
      title="Status classes"
      question={(bars) => `Requests/s, ${bars}`}
      legend={
        <Legend
          items={names.map((name) => ({
            label: `${STATUS_LABELS[name]} ${formatPercent(overview.classes[name] / all)}`,
            colour: theme.status[name],
          }))}
        />
      }
      description="Requests per second by status class, stacked, over time; 5XX at the base"
      groups={names.map((name) => ({
        name: STATUS_LABELS[name],
        colour: theme.status[name],
        values: overview.series[name].map((n) => n / seconds),
        kql: STATUS_KQL[name],
      }))}
      formatY={formatRate}
    />
  );
}

interface ClassesProps
  extends RateProps,
    Pick<TimeBarsProps, 'description' | 'groups' | 'leastTop' | 'formatY' | 'marks'> {
  id: string;
  title: string;
  question(bars: string): string;
  legend?: ReactNode;
}

/** Bars over the window, with the same table of status classes behind them. */
function ClassesPanel({ overview, window, annotations, stale, id, title, question, legend, ...chart }: ClassesProps) {
  const time = useTimeFormat();
  const barTarget = useBarTarget({ ...window, times: overview.series.times });
  return (
    <Panel
      id={id}
      title={title}
      question={question(`${formatSpan(window.interval_ms)} bars`)}
      legend={legend}
      table={() => ({ ...classesTable(overview, time), target: (row) => barTarget(row) })}
      stale={stale}
    >
      <TimeBars
        {...chart}
        id={id}
        height={HEIGHT}
        from={window.from}
        to={window.to}
        completeTo={window.complete_to}
        times={overview.series.times}
        annotations={annotations}
      />
    </Panel>
  );
}

function axisPercent(share: number): string {
  return share === 0 ? '0 %' : `${Number((share * 100).toPrecision(2))} %`;
}

function classesTable({ series }: Overview, time: TimeFormat): TableData {
  const names = ['s2xx', 's3xx', 's4xx', 's5xx', 'other'] as const;
  return {
    caption: 'Requests by status class over time',
    columns: [
      { name: 'Time' },
      ...names.map((name) => ({ name: STATUS_LABELS[name], numeric: true })),
      { name: '5XX share', numeric: true },
    ],
    rows: series.times.map((t, i) => [
      time.full(t),
      ...names.map((name) => formatCount(series[name][i] ?? 0)),
      formatPercent(series.failed_share[i] ?? null),
    ]),
  };
}
