import React from 'react';
import type { Annotation, RotationData, WindowInfo } from '../../../common/api';
import { annotationStyle, placeAnnotations } from '../../charts/annotation_style';
import { useWidth } from '../../charts/use_width';
import { cutNames } from '../../format/names';
import { timeTicks } from '../../format/time';
import { useTimeFormat } from '../../hooks/use_time_format';
import { useRotaTheme } from '../../theme/use_rota_theme';
import { bucketsPerCell, byUnevenness, cellsOf, RATIO_STEPS, ratioStep } from './ratio_steps';

type SeriesHost = NonNullable<RotationData['overview']>['series']['hosts'][number];

const ROW = 13;
const NAMES = 118;
const MOST_ROWS = 40;
const MOST_LETTERS = 18;
/** Room above the rows for what the annotations say. */
const HEAD = 22;

/** Many hosts: a stack of forty colours tells nothing, so each host has a row, coloured by what it got ÷ what was due. */
export function RatioMap({
  hosts,
  times,
  annotations,
  window,
}: {
  hosts: SeriesHost[];
  times: number[];
  annotations: Annotation[];
  window: WindowInfo;
}) {
  const theme = useRotaTheme();
  const time = useTimeFormat();
  const [ref, width] = useWidth<HTMLDivElement>();
  const buckets = bucketsPerCell(hosts);
  const rows = byUnevenness(hosts, buckets).slice(0, MOST_ROWS);
  const names = cutNames(
    rows.map(({ host }) => host),
    MOST_LETTERS,
  );
  const span = window.to - window.from;
  const x = (t: number) => NAMES + ((t - window.from) / span) * (width - NAMES);
  const bucket = Math.max(1, (window.interval_ms / span) * (width - NAMES));
  const paths = RATIO_STEPS.map(() => [] as string[]);
  const few: string[] = [];
  rows.forEach((host, row) => {
    for (const cell of cellsOf(host, buckets)) {
      const path = cell.ratio === null ? few : paths[ratioStep(cell.ratio)]!;
      const wide = (bucket * cell.buckets).toFixed(1);
      path.push(`M${x(times[cell.from]!).toFixed(1)} ${row * ROW + 1}h${wide}v${ROW - 2}h-${wide}z`);
    }
  });
  const height = rows.length * ROW;
  const marks = placeAnnotations(annotations, window.from, window.to, width - NAMES);
  return (
    <div ref={ref}>
      {width > 0 && (
        <svg
          width={width}
          height={height + HEAD + 18}
          viewBox={`0 ${-HEAD} ${width} ${height + HEAD + 18}`}
          role="img"
          aria-label="Got divided by due for each host over time; the table behind it has the requests"
        >
          <path d={few.join('')} fill="none" stroke={theme.border} strokeDasharray="2 2" />
          {paths.map((parts, step) => (
            <path
              key={RATIO_STEPS[step]!.label}
              d={parts.join('')}
              fill={theme.dark ? RATIO_STEPS[step]!.dark : RATIO_STEPS[step]!.light}
            />
          ))}
          {marks.map((mark) => {
            const { colour, dashed } = annotationStyle(mark.kind, theme);
            const at = x(Math.max(mark.from, window.from));
            const said = mark.marker === 'label' ? mark.label : mark.numbers;
            return (
              <g key={`${mark.kind}-${mark.from}-${mark.hosts.join()}`}>
                <title>{mark.label}</title>
                {mark.kind !== 'gap' && (
                  <line
                    x1={at}
                    x2={at}
                    y1={-4}
                    y2={height}
                    stroke={colour}
                    strokeWidth={1.5}
                    strokeDasharray={dashed ? '4 3' : undefined}
                  />
                )}
                {mark.marker !== 'line' && (
                  <text x={at} y={-8} fontSize={11} fontWeight={700} textAnchor={anchorOf(said)} fill={colour}>
                    {said}
                  </text>
                )}
              </g>
            );
          })}
          {rows.map(({ host }, row) => (
            <text key={host} x={NAMES - 8} y={row * ROW + 10} fontSize={11} textAnchor="end" fill={theme.text}>
              {names.get(host)}
              {names.get(host) !== host && <title>{host}</title>}
            </text>
          ))}
          {timeTicks(window.from, window.to, Math.max(3, width / 140), time.zone).map((t) => (
            <text
              key={t}
              x={x(t)}
              y={height + 14}
              fontSize={11}
              textAnchor={x(t) > width - 18 ? 'end' : 'middle'}
              fill={theme.subdued}
            >
              {time.axis(span)(t)}
            </text>
          ))}
        </svg>
      )}
    </div>
  );
}

/** "4–8" begins over the line of 4, as on the other charts. */
function anchorOf(said: string): 'start' | 'middle' {
  return /^\d+–\d+$/.test(said) ? 'start' : 'middle';
}
