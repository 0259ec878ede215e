import { LineSeries, ScaleType } from '@elastic/charts';
import React from 'react';
import { useTimeFormat } from '../hooks/use_time_format';
import { TimeChart, type TimeChartProps } from './time_chart';

export interface Line {
  name: string;
  colour: string;
  /** One value a bucket; null leaves an honest gap. */
  values: (number | null)[];
}

/** Fewer points than this are drawn as points: a line needs two. */
const FEW = 3;

/** Lines over time. */
export function TimeLines({ lines, ...frame }: TimeChartProps & { lines: Line[] }) {
  const { id, times, formatY } = frame;
  const time = useTimeFormat();
  return (
    <TimeChart
      {...frame}
      yTicks={3}
      series={() =>
        lines.map(({ name, colour, values }) => (
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
              point: { visible: values.filter((n) => n !== null).length < FEW },
            }}
          />
        ))
      }
    />
  );
}
