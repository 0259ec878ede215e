import React from 'react';
import type { Turns } from '../../../../common/api';
import { useWidth } from '../../../charts/use_width';
import { HostName } from '../../../components/host_name';
import { formatSpan } from '../../../format/numbers';
import { useTimeFormat } from '../../../hooks/use_time_format';
import { statusClass } from '../../../theme/colours';
import { useRotaTheme } from '../../../theme/use_rota_theme';
import { columnsOf } from './columns';

const ROW = 12;
/** With more lanes than this, only hosts that took one of these turns have a row. */
const ALL_ROWS = 24;

/** The same requests in order: one column a turn, one square an attempt, a line to the host that a retry went to. */
export function InOrder({ turns }: { turns: Turns }) {
  const theme = useRotaTheme();
  const time = useTimeFormat();
  const [ref, width] = useWidth<HTMLDivElement>();
  const { order } = turns;
  const columns = columnsOf(order.marks);
  const took = new Set(order.marks.map(({ host }) => host));
  const hosts = turns.lanes.map(({ host }) => host).filter((host) => turns.lanes.length <= ALL_ROWS || took.has(host));
  const step = Math.min(14, width / Math.max(1, columns.length));
  const y = (host: string) => hosts.indexOf(host) * ROW;
  if (columns.length === 0) return null;
  return (
    <div className="rotaLanes rotaInOrder">
      <p>
        <strong>In order</strong> One square a request, one column a turn: {columns.length} requests in{' '}
        {formatSpan(order.to - order.from)}, from {time.milli(order.from)}; a red line leads to a retry.
      </p>
      <div className="rotaLanes__row rotaInOrder__row">
        <span />
        <span className="rotaInOrder__hosts">
          {hosts.map((host) => (
            <span key={host} style={{ blockSize: ROW, lineHeight: `${ROW}px` }}>
              <HostName name={host} />
            </span>
          ))}
        </span>
        <div ref={ref}>
          <svg width={width} height={hosts.length * ROW} aria-hidden focusable={false}>
            {hosts.map((host) => (
              <rect key={host} y={y(host) + 1} width={width} height={ROW - 2} fill={theme.track} />
            ))}
            {columns.map((attempts, column) => {
              const left = column * step;
              const first = attempts[0]!;
              const last = attempts[attempts.length - 1]!;
              return (
                <g key={`${first.request_id}${first.t}`}>
                  {attempts.length > 1 && (
                    <path
                      d={`M${left + step / 2} ${y(first.host) + ROW / 2}V${y(last.host) + ROW / 2}`}
                      stroke={theme.status.s5xx}
                      strokeWidth={1.5}
                    />
                  )}
                  {attempts.map((attempt) => (
                    <rect
                      key={attempt.attempt}
                      x={left + 0.5}
                      y={y(attempt.host) + 2}
                      width={Math.max(2, step - 1)}
                      height={ROW - 4}
                      rx={1}
                      fill={theme.status[statusClass(attempt.status)]}
                    />
                  ))}
                </g>
              );
            })}
          </svg>
        </div>
      </div>
    </div>
  );
}
