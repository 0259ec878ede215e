import React from 'react';
import type { Annotation, WindowInfo } from '../../../common/api';
import { useTimeFormat } from '../../app/services';
import { type Line, TimeLines } from '../../charts/time_lines';
import { Legend } from '../../components/legend';
import { Panel } from '../../components/panel';
import { formatSpan } from '../../format/numbers';

/** What all charts of the page share: one time axis, its events, and the outages shaded in all of them. */
export interface FlowFrame {
  window: WindowInfo;
  times: number[];
  annotations: Annotation[];
  shades: { from: number; to: number; label: string }[];
  stale: boolean;
}

export interface NamedLine extends Line {
  /** The figure beside its name. */
  figure: string;
}

interface SeriesPanelProps {
  id: string;
  title: string;
  frame: FlowFrame;
  lines: NamedLine[];
  format(value: number): string;
  /** What stands here when no line has a value. */
  empty: string;
  /** Heights of charts one above the other, with the number of lines in each: two units want two axes. */
  charts: { height: number; lines: number; description: string }[];
}

/** Lines over time in one panel, with their table. */
export function SeriesPanel({ id, title, frame, lines, format, empty, charts }: SeriesPanelProps) {
  const time = useTimeFormat();
  const { window, times, annotations, shades, stale } = frame;
  const known = lines.some(({ values }) => values.some((value) => value !== null));
  const table = () => ({
    caption: `${title} over time`,
    columns: [{ name: 'Time' }, ...lines.map(({ name }) => ({ name, numeric: true }))],
    rows: times.map((t, i) => [time.full(t), ...lines.map(({ values }) => tell(values[i], format))]),
  });
  let first = 0;
  const placed = charts.map((chart) => {
    const own = lines.slice(first, first + chart.lines);
    first += chart.lines;
    return { ...chart, own };
  });
  return (
    <Panel
      id={id}
      title={title}
      question={`${formatSpan(window.interval_ms)} a point`}
      legend={
        known ? (
          <Legend items={lines.map(({ name, figure, colour }) => ({ label: `${name} ${figure}`, colour }))} />
        ) : undefined
      }
      table={known ? table : undefined}
      stale={stale}
    >
      {!known && <p className="rotaFine">{empty}</p>}
      {known &&
        placed.map(({ height, description, own }, i) => (
          <TimeLines
            key={description}
            id={`${id}${i}`}
            description={description}
            height={height}
            from={window.from}
            to={window.to}
            completeTo={window.complete_to}
            times={times}
            annotations={annotations}
            bare={i > 0}
            shades={shades}
            lines={own}
            formatY={format}
          />
        ))}
    </Panel>
  );
}

/** A value, or a dash where there is none. */
export function tell(value: number | null | undefined, format: (n: number) => string): string {
  return value === null || value === undefined ? '–' : format(value);
}
