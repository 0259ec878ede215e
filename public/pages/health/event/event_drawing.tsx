import React from 'react';
import type { EventDetail } from '../../../../common/api';
import { HatchPattern } from '../../../charts/hatch';
import { useWidth } from '../../../charts/use_width';
import { formatRate, formatSpan } from '../../../format/numbers';
import { timeTicks } from '../../../format/time';
import { useTimeFormat } from '../../../hooks/use_time_format';
import { type RotaTheme, useRotaTheme } from '../../../theme/use_rota_theme';
import { BASE, barsOf, HEIGHT, LEFT, type PlacedMark, PROBES, placeMarks, TOP } from './geometry';
import { hostsOf } from './hosts';

/** Requests/s with 5XX in front, the probes below, the detection gap as a measured arrow. */
export function EventDrawing({ detail }: { detail: EventDetail }) {
  const theme = useRotaTheme();
  const time = useTimeFormat();
  const [ref, width] = useWidth<HTMLDivElement>();
  const x = (t: number) => LEFT + ((t - detail.from) / (detail.to - detail.from)) * (width - LEFT - 4);
  const { bars, top } = barsOf(detail, x);
  const marks = placeMarks(
    detail.marks.map(({ t, kind, label }) => ({ t, kind, text: `${label} · ${time.second(t)}` })),
    x,
    width,
  );
  return (
    <div ref={ref}>
      {width > 0 && (
        <svg width={width} height={HEIGHT} role="img" aria-label={labelOf(detail)}>
          <defs>
            <HatchPattern id="rotaEventHatch" colour={theme.border} />
          </defs>
          <YAxis top={top} width={width} theme={theme} />
          {detail.out_of_pool.map(({ from, to }) => (
            <OutOfPool
              key={from}
              from={x(Math.max(from, detail.from))}
              to={x(Math.min(to ?? detail.to, detail.to))}
              ms={(to ?? detail.to) - from}
              what={detail.marks.some(({ kind }) => kind === 'drained') ? 'drained' : 'out of pool'}
            />
          ))}
          {detail.gap && (
            <rect
              x={x(detail.gap.from)}
              y={TOP}
              width={Math.max(1, x(detail.gap.to) - x(detail.gap.from))}
              height={PROBES - TOP + 8}
              fill={theme.status.s5xx}
              opacity={theme.dark ? 0.18 : 0.11}
            />
          )}
          {bars.map((bar) => (
            <g key={bar.x}>
              <rect
                x={bar.x}
                y={BASE - bar.good}
                width={bar.width}
                height={bar.good}
                fill={theme.status.s2xx}
                opacity={theme.dark ? 0.6 : 0.5}
              />
              <rect x={bar.x} y={BASE - bar.failed} width={bar.width} height={bar.failed} fill={theme.status.s5xx} />
            </g>
          ))}
          {marks.map((mark) => (
            <Mark key={`${mark.kind}${mark.t}`} mark={mark} />
          ))}
          {detail.gap && <Gap from={x(detail.gap.from)} to={x(detail.gap.to)} ms={detail.gap.to - detail.gap.from} />}
          <Probes detail={detail} x={x} />
          {timeTicks(detail.from, detail.to, Math.max(3, width / 110), time.zone).map((t) => (
            <text
              key={t}
              x={x(t)}
              y={HEIGHT - 4}
              fontSize={11}
              fill={theme.subdued}
              textAnchor={x(t) > width - 30 ? 'end' : 'middle'}
            >
              {time.second(t)}
            </text>
          ))}
        </svg>
      )}
    </div>
  );
}

function YAxis({ top, width, theme }: { top: number; width: number; theme: RotaTheme }) {
  return (
    <g fontSize={11} fill={theme.subdued}>
      {[0, 0.5, 1].map((part) => {
        const y = BASE - (BASE - TOP - 14) * part;
        return (
          <g key={part}>
            <line x1={LEFT} x2={width} y1={y} y2={y} stroke={theme.border} />
            <text x={LEFT - 6} y={y + 4} textAnchor="end">
              {formatRate(top * part)}
            </text>
          </g>
        );
      })}
      <text x={0} y={TOP - 2}>
        Requests/s
      </text>
    </g>
  );
}

function OutOfPool({ from, to, ms, what }: { from: number; to: number; ms: number; what: string }) {
  const theme = useRotaTheme();
  const width = Math.max(1, to - from);
  const text = `${what} ${formatSpan(ms)}`;
  return (
    <g>
      <rect x={from} y={TOP + 14} width={width} height={BASE - TOP - 14} fill="url(#rotaEventHatch)" />
      {width > text.length * 6 && (
        <text
          x={from + width / 2}
          y={(TOP + BASE) / 2 + 8}
          fontSize={12}
          textAnchor="middle"
          fill={theme.text}
          className="rotaHalo"
        >
          {text}
        </text>
      )}
    </g>
  );
}

function Mark({ mark }: { mark: PlacedMark }) {
  const theme = useRotaTheme();
  const colour = {
    first_failure: theme.dangerText,
    ejected: theme.dangerText,
    drained: theme.subdued,
    recovered: theme.subdued,
    returned: theme.successText,
    began: theme.dangerText,
    ended: theme.successText,
  }[mark.kind];
  const y = 10 + mark.row * 13;
  return (
    <g>
      <line
        x1={mark.x}
        x2={mark.x}
        y1={y + 3}
        y2={PROBES + 8}
        stroke={colour}
        strokeWidth={1.5}
        strokeDasharray={mark.kind === 'recovered' ? '3 3' : undefined}
      />
      <text
        x={mark.anchor === 'end' ? mark.x + 2 : mark.x - 2}
        y={y}
        fontSize={11}
        fill={colour}
        textAnchor={mark.anchor}
        className="rotaHalo"
      >
        {mark.text}
      </text>
    </g>
  );
}

function Gap({ from, to, ms }: { from: number; to: number; ms: number }) {
  const { dangerText } = useRotaTheme();
  const y = TOP + 6;
  const text = `gap ${formatSpan(ms)}`;
  return (
    <g stroke={dangerText} fill={dangerText}>
      <path
        d={`M${from + 1} ${y}H${to - 1}M${from + 6} ${y - 3}L${from + 1} ${y}l5 3M${to - 6} ${y - 3}L${to - 1} ${y}l-5 3`}
        fill="none"
        strokeWidth={1.2}
      />
      {to - from > 54 && (
        <text
          x={(from + to) / 2}
          y={y - 5}
          fontSize={11}
          fontWeight={700}
          textAnchor="middle"
          className="rotaHalo"
          stroke="none"
        >
          {text}
        </text>
      )}
    </g>
  );
}

function Probes({ detail, x }: { detail: EventDetail; x(t: number): number }) {
  const theme = useRotaTheme();
  if (detail.probes.length === 0) return null;
  const bad = theme.dark ? theme.status.s4xx : '#8f7a1c';
  return (
    <g fontSize={11} fill={theme.subdued}>
      <text x={0} y={PROBES + 4}>
        Probes
      </text>
      {detail.probes.map(({ t, ok, count }) => (
        <g key={t} transform={`translate(${x(t)} ${PROBES})`}>
          {ok ? (
            <circle r={3.5} fill={theme.status.s2xx} />
          ) : (
            <path d="M-3.5 -3.5L3.5 3.5M3.5 -3.5L-3.5 3.5" stroke={bad} strokeWidth={2} />
          )}
          {count !== null && (
            <text y={16} textAnchor="middle" fontWeight={700} fill={theme.text}>
              {count}
            </text>
          )}
        </g>
      ))}
    </g>
  );
}

function labelOf({ hosts, good, failed, gap, probes }: EventDetail): string {
  const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);
  const bad = probes.filter(({ ok }) => !ok).length;
  const text = [
    `${hostsOf(hosts)}: ${sum(good)} good answers, ${sum(failed)} with 5XX`,
    `${bad} of ${probes.length} probes failed`,
  ];
  if (gap) text.push(`detection gap ${formatSpan(gap.to - gap.from)}`);
  return `${text.join('; ')}. The table behind it has every step.`;
}
