import React, { useMemo, useState } from 'react';
import { useHistory } from 'react-router-dom';
import type { Turn, Turns } from '../../../../common/api';
import { formatMs } from '../../../format/numbers';
import { useTimeFormat } from '../../../hooks/use_time_format';
import { scopeOnly, writeParam } from '../../../state/url_state';
import { SUBJECTS } from '../../../test_subjects';
import { useRotaTheme } from '../../../theme/use_rota_theme';
import { markPaths, nearestMark } from './marks';

interface LaneProps {
  host: string;
  marks: Turn[];
  out: Turns['out_of_pool'];
  from: number;
  to: number;
  width: number;
  height: number;
}

/** One webapp's turns. The arrow keys walk from turn to turn, Enter opens the request. */
export function Lane({ host, marks, out, from, to, width, height }: LaneProps) {
  const theme = useRotaTheme();
  const [at, setAt] = useState(-1);
  const x = (t: number) => ((t - from) / (to - from)) * width;
  // biome-ignore lint/correctness/useExhaustiveDependencies: x follows from, to and width
  const paths = useMemo(() => markPaths(marks, x, height), [marks, from, to, width, height]);
  const open = useOpenRequest();
  const chosen = marks[at];
  const onPointerMove = (event: React.PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    setAt(nearestMark(marks, from + ((event.clientX - box.left) / Math.max(1, width)) * (to - from)));
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt(Math.min(marks.length - 1, Math.max(0, (at < 0 ? marks.length : at) + step)));
    } else if (event.key === 'Enter' && chosen) open(chosen);
  };
  return (
    <div className="rotaLane" data-test-subj={SUBJECTS.turnsLane(host)}>
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing that is walked by arrow keys is no button */}
      <div
        role="button"
        tabIndex={0}
        aria-label={`${host}: ${marks.length} turns${chosen ? `; ${labelOf(chosen)}` : ''}. Arrow keys walk through them, Enter opens the request.`}
        className="rotaLane__catch"
        onPointerMove={onPointerMove}
        onPointerLeave={() => setAt(-1)}
        onBlur={() => setAt(-1)}
        onClick={() => chosen && open(chosen)}
        onKeyDown={onKeyDown}
      >
        <svg width={width} height={height} aria-hidden focusable={false}>
          <rect width={width} height={height} fill={theme.track} />
          {out.map((span) => (
            <OutSpan key={`${span.host}${span.from}`} span={span} x={x} end={to} height={height} />
          ))}
          {paths.map(({ status, d, width: stroke }) => (
            <path key={status} d={d} stroke={theme.status[status]} strokeWidth={stroke} />
          ))}
          {chosen && <path d={`M${x(chosen.t)} 0V${height}`} stroke={theme.text} strokeWidth={2} />}
        </svg>
      </div>
      {chosen && <TurnTip turn={chosen} left={x(chosen.t)} width={width} />}
    </div>
  );
}

function OutSpan({
  span,
  x,
  end,
  height,
}: {
  span: Turns['out_of_pool'][number];
  x(t: number): number;
  end: number;
  height: number;
}) {
  const theme = useRotaTheme();
  const left = Math.max(0, x(span.from));
  const right = x(Math.min(span.to ?? end, end));
  const width = right - left;
  if (width <= 0) return null;
  const label = LABELS[span.kind];
  return (
    <g>
      <rect x={left} width={width} height={height} fill="url(#rotaLaneHatch)" stroke={theme.faint} strokeWidth={1} />
      {width > label.length * 6 + 22 && height > 16 && (
        <text x={left + 14} y={height / 2 + 4} fontSize={11} fill={theme.text} className="rotaHalo">
          {label}
        </text>
      )}
    </g>
  );
}

const LABELS: Record<Turns['out_of_pool'][number]['kind'], string> = {
  probe: 'out of pool · probes failed',
  passive: 'out of pool · passive',
  failed_try: 'tried again, failed',
  drain: 'drained',
  maintenance: 'in maintenance',
};

function TurnTip({ turn, left, width }: { turn: Turn; left: number; width: number }) {
  const time = useTimeFormat();
  const alignEnd = left > width - 260;
  return (
    <div
      className="rotaTip"
      style={alignEnd ? { insetInlineEnd: width - left } : { insetInlineStart: left }}
      role="presentation"
    >
      <strong>{time.milli(turn.t)}</strong> {labelOf(turn)}
      {turn.request_id && <span className="rotaFine"> · click for its trace</span>}
    </div>
  );
}

function labelOf({ status, ms, attempt, attempts }: Turn): string {
  const tries = attempts > 1 ? `, attempt ${attempt} of ${attempts}` : '';
  return `status ${status ?? 'none'}, ${formatMs(ms)}${tries}`;
}

function useOpenRequest(): (turn: Turn) => void {
  const history = useHistory();
  return ({ request_id }) => {
    if (!request_id) return;
    const search = writeParam(scopeOnly(history.location.search), 'request', request_id);
    history.push({ pathname: '/requests', search });
  };
}
