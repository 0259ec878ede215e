import { Axis, Chart, LineSeries, Position, RectAnnotation, ScaleType, Settings } from '@elastic/charts';
import { EuiResizeObserver } from '@elastic/eui';
import React, { useState } from 'react';
import { useTimeFormat } from '../app/services';
import { useRotaTheme } from '../theme/use_rota_theme';
import { publishCursor, useCursorChart } from './cursor';
import { useChartTheme } from './use_chart_theme';

export interface Line {
  name: string;
  colour: string;
  /** One value a bucket; null leaves an honest gap. */
  values: (number | null)[];
}

interface TimeLinesProps {
  id: string;
  /** What the chart shows, for screen readers. */
  description: string;
  height: number;
  from: number;
  to: number;
  times: number[];
  lines: Line[];
  /** Times to shade, such as an outage. */
  shades: { from: number; to: number; label: string }[];
  formatY(value: number): string;
}

/** Lines over time, with the page's cursor and shaded spans. */
export function TimeLines({ id, description, height, from, to, times, lines, shades, formatY }: TimeLinesProps) {
  const time = useTimeFormat();
  const { danger, dark } = useRotaTheme();
  const chart = useCursorChart();
  const [width, setWidth] = useState(0);
  const { baseTheme, theme } = useChartTheme(times.length, 8);
  return (
    <EuiResizeObserver onResize={(size) => setWidth(size.width)}>
      {(ref) => (
        <div ref={ref} className="rotaChart" style={{ blockSize: height }}>
          <Chart ref={chart}>
            <Settings
              baseTheme={baseTheme}
              theme={theme}
              xDomain={{ min: from, max: to }}
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
              ticks={Math.max(3, Math.floor(width / 110))}
            />
            <Axis
              id={`${id}-y`}
              position={Position.Left}
              tickFormat={(value) => formatY(Number(value))}
              ticks={3}
              gridLine={{ visible: true }}
            />
            {shades.length > 0 && (
              <RectAnnotation
                id={`${id}-shades`}
                dataValues={shades.map((shade) => ({
                  coordinates: { x0: Math.max(from, shade.from), x1: Math.min(to, shade.to) },
                  details: shade.label,
                }))}
                style={{ fill: danger, opacity: dark ? 0.25 : 0.12, strokeWidth: 0 }}
                zIndex={-1}
              />
            )}
            {lines.map(({ name, colour, values }) => (
              <LineSeries
                key={name}
                id={`${id}-${name}`}
                name={name}
                data={times.map((t, i) => ({ t, n: values[i] ?? null }))}
                xScaleType={ScaleType.Time}
                yScaleType={ScaleType.Linear}
                xAccessor="t"
                yAccessors={['n']}
                timeZone={time.zone}
                color={colour}
                tickFormat={(value) => formatY(Number(value))}
                lineSeriesStyle={{
                  line: { strokeWidth: 1.5 },
                  point: { visible: values.filter((n) => n !== null).length < 3 },
                }}
              />
            ))}
          </Chart>
        </div>
      )}
    </EuiResizeObserver>
  );
}
