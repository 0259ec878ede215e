import React from 'react';
import type { Annotation, WindowInfo } from '../../../common/api';
import { type Line, TimeLines } from '../../charts/time_lines';
import { Legend } from '../../components/legend';
import { Panel } from '../../components/panel';
import { formatSpan } from '../../format/numbers';
import { useTimeFormat } from '../../hooks/use_time_format';

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
  /** Where its unit is another than the panel's. */
  format?: (value: number) => string;
}

interface SeriesPanelProps {
  id: string;
  title: string;
  /** What its numbers mean, where the title does not say it all. */
  note?: string;
  frame: FlowFrame;
  lines: NamedLine[];
  format(value: number): string;
  /** What stands here when no line has a value. */
  empty: string;
  /** Heights of charts one above the other, with the number of lines in each: two units want two axes. */
  charts: { height: number; lines: number; description: string; empty?: string }[];
}

/** Lines over time in one panel, with their table. */
export function SeriesPanel({ id, title, note, frame, lines, format, empty, charts }: SeriesPanelProps) {
  const time = useTimeFormat();
  const { window, times, annotations, shades, stale } = frame;
  const known = lines.some(isKnown);
  const table = () => ({
    caption: `${title} over time`,
    columns: [{ name: 'Time' }, ...lines.map(({ name }) => ({ name, numeric: true }))],
    rows: times.map((t, i) => [time.full(t), ...lines.map((line) => tell(line.values[i], line.format ?? format))]),
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
      question={`${note ? `${note}; ` : ''}${formatSpan(window.interval_ms)} a point`}
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
        placed.map(({ height, description, own, empty: none }, i) =>
          own.some(isKnown) ? (
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
              formatY={own[0]?.format ?? format}
            />
          ) : (
            none && (
              <p key={description} className="rotaFine">
                {none}
              </p>
            )
          ),
        )}
    </Panel>
  );
}

function isKnown({ values }: NamedLine): boolean {
  return values.some((value) => value !== null);
}

/** A value, or a dash where there is none. */
export function tell(value: number | null | undefined, format: (n: number) => string): string {
  return value === null || value === undefined ? '–' : format(value);
}
