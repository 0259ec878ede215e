import { BarSeries, type ElementClickListener, ScaleType, type XYChartElementEvent } from '@elastic/charts';
import React, { useMemo } from 'react';
import { useGoTo } from '../hooks/use_target';
import { useTimeFormat } from '../hooks/use_time_format';
import { TimeChart, type TimeChartProps } from './time_chart';
import { useBarTarget } from './use_bar_target';

export interface BarGroup {
  name: string;
  colour: string;
  /** One value a bucket; null leaves an honest gap. */
  values: (number | null)[];
  /** KQL of the requests that the group counts; undefined: only the time tells them. */
  kql?: string;
}

export interface TimeBarsProps extends TimeChartProps {
  groups: BarGroup[];
  /** The axis goes at least this far, so that a threshold is always in sight. */
  leastTop?: number;
}

/** Stacked bars over time. A click on a part of a bar leads to its requests. */
export function TimeBars({ groups, leastTop, ...frame }: TimeBarsProps) {
  const { id, times, formatY } = frame;
  const time = useTimeFormat();
  const rows = useMemo(
    () => groups.flatMap(({ name, values }) => times.map((t, i) => ({ t, name, n: values[i] ?? null }))),
    [groups, times],
  );
  const goTo = useGoTo();
  const targetOf = useBarTarget(frame);
  const onElementClick: ElementClickListener = ([element]) => {
    const { t, name } = ((element as XYChartElementEvent)[0].datum ?? {}) as { t?: number; name?: string };
    if (t !== undefined) goTo(targetOf(times.indexOf(t), groups.find((group) => group.name === name)?.kql));
  };
  const colours = useMemo(() => new Map(groups.map(({ name, colour }) => [name, colour])), [groups]);
  return (
    <TimeChart
      {...frame}
      yTicks={4}
      onElementClick={onElementClick}
      yDomain={leastTop === undefined ? undefined : { min: 0, max: Math.max(leastTop, highest(groups, times.length)) }}
      series={() => (
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
      )}
    />
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
