import {
  Axis,
  type BrushEndListener,
  Chart,
  type ElementClickListener,
  Position,
  RectAnnotation,
  Settings,
  type XYBrushEvent,
} from '@elastic/charts';
import { EuiResizeObserver } from '@elastic/eui';
import React, { type ReactNode, useState } from 'react';
import type { Annotation } from '../../common/api';
import { useScope } from '../hooks/use_scope';
import { useTimeFormat } from '../hooks/use_time_format';
import { useRotaTheme } from '../theme/use_rota_theme';
import { ChartAnnotations } from './chart_annotations';
import { publishCursor, useCursorChart } from './cursor';
import { isTold } from './drawn';
import { useChartTheme } from './use_chart_theme';

/** What every chart over time takes. Times are ms since 1970. */
export interface TimeChartProps {
  id: string;
  /** What the chart shows, for screen readers. */
  description: string;
  height: number;
  from: number;
  to: number;
  times: number[];
  /** Deploys and pool events. */
  annotations: Annotation[];
  /** Lines after this are still arriving: that end is shaded, so that a dip there is not read as one. */
  completeTo: number;
  formatY(value: number): string;
  /** Times to shade, such as an outage. */
  shades?: { from: number; to: number; label: string }[];
  /** Events as lines without words: for a low chart under another on the same axis. */
  bare?: boolean;
  /** Other annotations, such as a threshold. Called at every render, see `series`. */
  marks?: () => ReactNode;
}

interface FrameProps extends TimeChartProps {
  /**
   * The series. A function, so that its elements are new at every render: elastic-charts forgets each spec that does not
   * render again together with the chart, and React leaves out children that stayed the same.
   */
  series: () => ReactNode;
  yTicks: number;
  /** A click on a bar or point. */
  onElementClick?: ElementClickListener;
  /** Where the y axis ends; by the data when left out. */
  yDomain?: { min: number; max: number };
}

const ROOM_FOR_MARKERS = 24;

/** The frame of all time charts: axes, events, one cursor for the page, a brush that sets the time range. */
export function TimeChart({ id, description, height, from, to, times, formatY, series, ...rest }: FrameProps) {
  const { annotations, bare = false, completeTo, marks, onElementClick, shades = [], yTicks, yDomain } = rest;
  const time = useTimeFormat();
  const { faint, danger, dark } = useRotaTheme();
  const { setScope } = useScope();
  const chart = useCursorChart();
  const [width, setWidth] = useState(0);
  const { baseTheme, theme } = useChartTheme(times.length, annotations.length > 0 && !bare ? ROOM_FOR_MARKERS : 8);
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
              onElementClick={onElementClick}
              onPointerUpdate={publishCursor}
              debugState={isTold()}
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
              domain={yDomain}
              position={Position.Left}
              tickFormat={(value) => formatY(Number(value))}
              ticks={yTicks}
              gridLine={{ visible: true }}
            />
            <ChartAnnotations annotations={annotations} from={from} to={to} width={width} bare={bare} />
            <Spans
              id={`${id}-shades`}
              spans={clip(shades, from, to)}
              fill={danger}
              opacity={dark ? 0.25 : 0.12}
              behind
            />
            <Spans
              id={`${id}-arriving`}
              spans={completeTo < to ? [{ from: completeTo, to, label: 'Lines of this time are still arriving.' }] : []}
              fill={faint}
              opacity={0.18}
            />
            {marks?.()}
            {series()}
          </Chart>
        </div>
      )}
    </EuiResizeObserver>
  );
}

interface SpansProps {
  id: string;
  spans: NonNullable<TimeChartProps['shades']>;
  fill: string;
  opacity: number;
  behind?: boolean;
}

function Spans({ id, spans, fill, opacity, behind }: SpansProps) {
  if (spans.length === 0) return null;
  return (
    <RectAnnotation
      id={id}
      dataValues={spans.map(({ from, to, label }) => ({ coordinates: { x0: from, x1: to }, details: label }))}
      style={{ fill, opacity, strokeWidth: 0 }}
      zIndex={behind ? -1 : 1}
    />
  );
}

function clip(spans: SpansProps['spans'], from: number, to: number): SpansProps['spans'] {
  return spans
    .map((span) => ({ ...span, from: Math.max(from, span.from), to: Math.min(to, span.to) }))
    .filter((span) => span.from < span.to);
}
