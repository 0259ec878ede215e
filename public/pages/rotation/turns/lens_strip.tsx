import React, { useRef } from 'react';
import type { Annotation, RotationData, WindowInfo } from '../../../../common/api';
import { annotationStyle } from '../../../charts/annotation_style';
import { HatchPattern } from '../../../charts/hatch';
import { useWidth } from '../../../charts/use_width';
import { useTimeFormat } from '../../../hooks/use_time_format';
import { SUBJECTS } from '../../../test_subjects';
import { useRotaTheme } from '../../../theme/use_rota_theme';
import { type Lens, lensAt } from './lens';

type Overview = NonNullable<RotationData['overview']>;

const HEIGHT = 32;
const STEP_MS = 5000;
const PAGE_MS = 60_000;

/** The whole window, small, with the lens to drag (or to move by the arrow keys). */
export function LensStrip({
  overview,
  window,
  lens,
  onMove,
}: {
  overview: Overview;
  window: WindowInfo;
  lens: Lens;
  onMove(lens: Lens): void;
}) {
  const time = useTimeFormat();
  const theme = useRotaTheme();
  const [ref, width] = useWidth<HTMLDivElement>();
  const grab = useRef<number | null>(null);
  const span = window.to - window.from;
  const x = (t: number) => ((t - window.from) / span) * width;
  const timeAt = (event: React.PointerEvent) => {
    const box = ref.current!.getBoundingClientRect();
    return window.from + ((event.clientX - box.left) / Math.max(1, width)) * span;
  };
  const onPointerDown = (event: React.PointerEvent) => {
    const t = timeAt(event);
    const inside = t >= lens.from && t <= lens.to;
    grab.current = inside ? t - lens.from : (lens.to - lens.from) / 2;
    event.currentTarget.setPointerCapture(event.pointerId);
    if (!inside) onMove(lensAt(t - grab.current, window));
  };
  const onPointerMove = (event: React.PointerEvent) => {
    if (grab.current !== null) onMove(lensAt(timeAt(event) - grab.current, window));
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const to: Record<string, number> = {
      ArrowLeft: lens.from - STEP_MS,
      ArrowRight: lens.from + STEP_MS,
      PageUp: lens.from - PAGE_MS,
      PageDown: lens.from + PAGE_MS,
      Home: window.from,
      End: window.to,
    };
    const next = to[event.key];
    if (next === undefined) return;
    event.preventDefault();
    onMove(lensAt(next, window));
  };
  const left = x(lens.from);
  const lensWidth = Math.max(8, x(lens.to) - left);
  return (
    <div ref={ref} className="rotaLensStrip">
      <svg width={width} height={HEIGHT} aria-hidden focusable={false}>
        <defs>
          <HatchPattern id="rotaStripHatch" colour={theme.faint} />
        </defs>
        <rect width={width} height={HEIGHT} fill={theme.track} />
        <path d={areaPath(overview, window, x)} fill={theme.faint} opacity={theme.dark ? 0.5 : 0.4} />
        {overview.annotations.map((annotation) => (
          <StripEvent key={`${annotation.kind}${annotation.from}`} annotation={annotation} x={x} end={window.to} />
        ))}
      </svg>
      <div
        role="slider"
        tabIndex={0}
        className="rotaLens"
        aria-label="Lens over the window"
        aria-valuemin={window.from}
        aria-valuemax={window.to}
        aria-valuenow={lens.from}
        aria-valuetext={`${time.second(lens.from)} to ${time.second(lens.to)}`}
        style={{ insetInlineStart: left, inlineSize: lensWidth }}
        onKeyDown={onKeyDown}
        data-test-subj={SUBJECTS.turnsLens}
      />
      <div
        className="rotaLensCatch"
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={() => {
          grab.current = null;
        }}
      />
      <svg className="rotaLensFan" width={width} height={18} aria-hidden focusable={false}>
        <path
          d={`M${left} 0L0 18H${width}L${left + lensWidth} 0Z`}
          fill={theme.primary}
          opacity={theme.dark ? 0.14 : 0.07}
        />
        <path d={`M${left} 0L0 18M${left + lensWidth} 0L${width} 18`} stroke={theme.primary} opacity={0.55} />
      </svg>
    </div>
  );
}

function StripEvent({ annotation, x, end }: { annotation: Annotation; x(t: number): number; end: number }) {
  const theme = useRotaTheme();
  const { colour, fill } = annotationStyle(annotation.kind, theme);
  const left = x(annotation.from);
  const width = Math.max(1.5, x(Math.min(annotation.to ?? end, end)) - left);
  const out = annotation.kind === 'ejected' || annotation.kind === 'ejected_passive';
  if (annotation.kind === 'deploy' || annotation.kind === 'returned') {
    return <line x1={left} x2={left} y1={0} y2={HEIGHT} stroke={colour} strokeDasharray="3 2" strokeWidth={1.5} />;
  }
  if (annotation.kind === 'silent') {
    return <rect x={left} y={1} width={width} height={HEIGHT - 2} fill="none" stroke={colour} strokeDasharray="3 2" />;
  }
  return (
    <rect
      x={left}
      width={width}
      height={HEIGHT}
      fill={out ? 'url(#rotaStripHatch)' : fill}
      opacity={out ? 0.9 : 0.75}
    />
  );
}

/** Requests over the window, as steps. */
function areaPath({ series }: Overview, window: WindowInfo, x: (t: number) => number): string {
  const most = Math.max(1, ...series.total);
  const y = (n: number) => (HEIGHT - (n / most) * (HEIGHT - 6)).toFixed(1);
  const steps = series.times.map((t, i) => {
    const from = Math.max(t, window.from);
    const to = Math.min(t + window.interval_ms, window.to);
    return `L${x(from).toFixed(1)} ${y(series.total[i] ?? 0)}H${x(to).toFixed(1)}`;
  });
  return `M0 ${HEIGHT}${steps.join('')}V${HEIGHT}Z`;
}
