import {
  Axis,
  BarSeries,
  type BrushEndListener,
  Chart,
  Position,
  RectAnnotation,
  ScaleType,
  Settings,
  type XYBrushEvent,
} from '@elastic/charts';
import { EuiResizeObserver } from '@elastic/eui';
import React, { type ReactNode, useMemo, useState } from 'react';
import type { Annotation } from '../../common/api';
import { useTimeFormat } from '../app/services';
import { useScope } from '../hooks/use_scope';
import { useRotaTheme } from '../theme/use_rota_theme';
import { ChartAnnotations } from './chart_annotations';
import { publishCursor, useCursorChart } from './cursor';
import { useChartTheme } from './use_chart_theme';

export interface BarGroup {
  name: string;
  colour: string;
  /** One value a bucket; null leaves an honest gap. */
  values: (number | null)[];
}

interface TimeBarsProps {
  id: string;
  /** What the chart shows, for screen readers. */
  description: string;
  height: number;
  from: number;
  to: number;
  times: number[];
  groups: BarGroup[];
  annotations: Annotation[];
  /** Lines after this are still arriving: that end is shaded, so that a dip there is not read as one. */
  completeTo: number;
  /** The axis goes at least this far, so that a threshold is always in sight. */
  leastTop?: number;
  formatY(value: number): string;
  /** Other annotations, such as a threshold. */
  children?: ReactNode;
}

/** Stacked bars over time with events, one cursor for all charts, and a brush that sets the time range. */
export function TimeBars({
  id,
  description,
  height,
  from,
  to,
  times,
  groups,
  annotations,
  completeTo,
  leastTop,
  formatY,
  children,
}: TimeBarsProps) {
  const time = useTimeFormat();
  const { faint } = useRotaTheme();
  const { setScope } = useScope();
  const chart = useCursorChart();
  const [width, setWidth] = useState(0);
  const { baseTheme, theme } = useChartTheme(times.length, annotations.length > 0 ? 24 : 8);
  const rows = useMemo(
    () => groups.flatMap(({ name, values }) => times.map((t, i) => ({ t, name, n: values[i] ?? null }))),
    [groups, times],
  );
  const colours = useMemo(() => new Map(groups.map(({ name, colour }) => [name, colour])), [groups]);
  const onBrushEnd: BrushEndListener = (event) => {
    const { x } = event as XYBrushEvent;
    if (x) setScope({ from: new Date(x[0]).toISOString(), to: new Date(x[1]).toISOString(), refresh: 0 });
  };
  return (
    <EuiResizeObserver onResize={(size) => setWidth(size.width)}>
      {(ref) => (
        <div ref={ref} className="rotaChart" style={{ blockSize: height }}>
          <Chart ref={chart}>
            <Settings
              baseTheme={baseTheme}
              theme={theme}
              xDomain={{ min: from, max: to }}
              onBrushEnd={onBrushEnd}
              onPointerUpdate={publishCursor}
              externalPointerEvents={{ tooltip: { visible: false } }}
              ariaLabel={description}
              ariaUseDefaultSummary={false}
              locale="en-US"
            />
            <Axis
              id={`${id}-x`}
              position={Position.Bottom}
              tickFormat={time.axis(to - from)}
              timeAxisLayerCount={0}
              gridLine={{ visible: false }}
              ticks={Math.max(3, Math.floor(width / 140))}
            />
            <Axis
              id={`${id}-y`}
              domain={
                leastTop === undefined ? undefined : { min: 0, max: Math.max(leastTop, highest(groups, times.length)) }
              }
              position={Position.Left}
              tickFormat={(value) => formatY(Number(value))}
              ticks={4}
              gridLine={{ visible: true }}
            />
            <ChartAnnotations annotations={annotations} from={from} to={to} width={width} />
            {completeTo < to && (
              <RectAnnotation
                id={`${id}-arriving`}
                dataValues={[
                  { coordinates: { x0: completeTo, x1: to }, details: 'Lines of this time are still arriving.' },
                ]}
                style={{ fill: faint, opacity: 0.18, strokeWidth: 0 }}
                zIndex={1}
              />
            )}
            {children}
            <BarSeries
              id={id}
              data={rows}
              xScaleType={ScaleType.Time}
              yScaleType={ScaleType.Linear}
              xAccessor="t"
              yAccessors={['n']}
              splitSeriesAccessors={['name']}
              stackAccessors={['t']}
              timeZone={time.zone}
              enableHistogramMode
              minBarHeight={0}
              color={({ splitAccessors }) => colours.get(String(splitAccessors.get('name'))) ?? null}
              tickFormat={(value) => formatY(Number(value))}
              name={({ splitAccessors }) => String(splitAccessors.get('name'))}
            />
          </Chart>
        </div>
      )}
    </EuiResizeObserver>
  );
}

function highest(groups: readonly BarGroup[], length: number): number {
  let most = 0;
  for (let i = 0; i < length; i++) {
    most = Math.max(
      most,
      groups.reduce((sum, { values }) => sum + (values[i] ?? 0), 0),
    );
  }
  return most;
}
