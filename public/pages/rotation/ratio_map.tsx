import React from 'react';
import type { RotationData, WindowInfo } from '../../../common/api';
import { useTimeFormat } from '../../app/services';
import { useWidth } from '../../charts/use_width';
import { timeTicks } from '../../format/time';
import { useRotaTheme } from '../../theme/use_rota_theme';
import { byUnevenness, RATIO_STEPS, ratioStep } from './ratio_steps';

type SeriesHost = NonNullable<RotationData['overview']>['series']['hosts'][number];

const ROW = 13;
const NAMES = 76;
const MOST_ROWS = 40;

/** Many hosts: a stack of forty colours tells nothing, so each host has a row, coloured by what it got ÷ what was due. */
export function RatioMap({ hosts, times, window }: { hosts: SeriesHost[]; times: number[]; window: WindowInfo }) {
  const theme = useRotaTheme();
  const time = useTimeFormat();
  const [ref, width] = useWidth<HTMLDivElement>();
  const rows = byUnevenness(hosts).slice(0, MOST_ROWS);
  const span = window.to - window.from;
  const x = (t: number) => NAMES + ((t - window.from) / span) * (width - NAMES);
  const cell = Math.max(1, (window.interval_ms / span) * (width - NAMES));
  const paths = RATIO_STEPS.map(() => [] as string[]);
  rows.forEach(({ ratio }, row) => {
    times.forEach((t, i) => {
      const value = ratio[i];
      if (value !== null && value !== undefined) {
        paths[ratioStep(value)]!.push(
          `M${x(t).toFixed(1)} ${row * ROW + 1}h${cell.toFixed(1)}v${ROW - 2}h-${cell.toFixed(1)}z`,
        );
      }
    });
  });
  const height = rows.length * ROW;
  return (
    <div ref={ref}>
      {width > 0 && (
        <svg
          width={width}
          height={height + 18}
          role="img"
          aria-label="Got divided by due for each host over time; the table behind it has the requests"
        >
          {paths.map((parts, step) => (
            <path
              key={RATIO_STEPS[step]!.label}
              d={parts.join('')}
              fill={theme.dark ? RATIO_STEPS[step]!.dark : RATIO_STEPS[step]!.light}
            />
          ))}
          {rows.map(({ host }, row) => (
            <text key={host} x={NAMES - 8} y={row * ROW + 10} fontSize={11} textAnchor="end" fill={theme.text}>
              {host}
            </text>
          ))}
          {timeTicks(window.from, window.to, Math.max(3, width / 140), time.zone).map((t) => (
            <text key={t} x={x(t)} y={height + 14} fontSize={11} textAnchor="middle" fill={theme.subdued}>
              {time.axis(span)(t)}
            </text>
          ))}
        </svg>
      )}
    </div>
  );
}
