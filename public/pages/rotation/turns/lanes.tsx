import React, { useMemo } from 'react';
import type { Turn, Turns } from '../../../../common/api';
import { list } from '../../../../common/format';
import { HatchPattern } from '../../../charts/hatch';
import { useWidth } from '../../../charts/use_width';
import { HostName } from '../../../components/host_name';
import { formatCount, formatPercent, formatSpan } from '../../../format/numbers';
import { timeTicks } from '../../../format/time';
import { usePageParam } from '../../../hooks/use_scope';
import { useTimeFormat } from '../../../hooks/use_time_format';
import { useRotaTheme } from '../../../theme/use_rota_theme';
import { isShort, openLanes } from './fold';
import { Lane } from './lane';

/** Who served, request by request: a lane a webapp, grouped by frontend. */
export function Lanes({ turns, colours }: { turns: Turns; colours: Map<string, string> }) {
  const theme = useRotaTheme();
  const time = useTimeFormat();
  const [ref, width] = useWidth<HTMLDivElement>();
  const byHost = useMemo(() => groupByHost(turns.marks), [turns.marks]);
  const [shown, setShown] = usePageParam('lanes');
  const open = shown === 'all' ? turns.lanes : openLanes(turns);
  const groups = groupByFrontend(open);
  const height = open.length > 12 ? 14 : 26;
  const x = (t: number) => ((t - turns.from) / (turns.to - turns.from)) * width;
  const ticks = timeTicks(turns.from, turns.to, Math.max(3, width / 130), time.zone);
  return (
    <div className="rotaLanes">
      <svg width={0} height={0} aria-hidden focusable={false} style={{ position: 'absolute' }}>
        <defs>
          <HatchPattern id="rotaLaneHatch" colour={theme.faint} ground={theme.track} />
        </defs>
      </svg>
      <div className="rotaLanes__row rotaLanes__row--head">
        <span />
        <span />
        <div ref={ref} />
        <span>Turns</span>
        <span>Share</span>
        <span>Out of pool</span>
      </div>
      {groups.map(({ frontend, lanes }) => (
        <div key={frontend ?? ''} className="rotaLanes__group">
          {lanes.map((lane, i) => (
            <div key={lane.host} className="rotaLanes__row">
              <span
                className="rotaLanes__frontend"
                style={{ borderColor: (frontend && colours.get(frontend)) || 'transparent' }}
              >
                {i === 0 && <HostName name={frontend ?? ''} />}
              </span>
              <span className="rotaLanes__host">
                <HostName name={lane.host} />
              </span>
              <Lane
                host={lane.host}
                marks={byHost.get(lane.host) ?? []}
                out={turns.out_of_pool.filter(({ host }) => host === lane.host || host === frontend)}
                from={turns.from}
                to={turns.to}
                width={width}
                height={height}
              />
              <span>{formatCount(lane.turns)}</span>
              <span className={isShort(lane, turns.lanes) ? 'rotaShare__mark' : undefined}>
                {formatPercent(lane.share)}
              </span>
              <span className="rotaFine">{formatSpan(lane.out_of_pool_ms)}</span>
            </div>
          ))}
        </div>
      ))}
      {open.length < turns.lanes.length && (
        <button type="button" className="rotaLinkButton" onClick={() => setShown('all')}>
          Show all {turns.lanes.length} lanes (the {open.length} with most to tell are shown)
        </button>
      )}
      <div className="rotaLanes__row rotaLanes__row--axis">
        <span />
        <span />
        <svg width={width} height={16} aria-hidden focusable={false}>
          {ticks.map((t) => (
            <text key={t} x={x(t)} y={12} textAnchor={anchorOf(x(t), width)} fill={theme.subdued} fontSize={11}>
              {time.second(t)}
            </text>
          ))}
        </svg>
      </div>
      {turns.shared.map(({ place, hosts }) => (
        <p key={place} className="rotaFine">
          Behind {place} stand {hosts.length > 3 ? `${hosts.length} hosts` : list(hosts)}: no line says which of them
          took a turn. Their shares below are counted from their own lines.
        </p>
      ))}
    </div>
  );
}

function anchorOf(x: number, width: number): 'start' | 'middle' | 'end' {
  return x < 24 ? 'start' : x > width - 24 ? 'end' : 'middle';
}

function groupByHost(marks: readonly Turn[]): Map<string, Turn[]> {
  const groups = new Map<string, Turn[]>();
  for (const mark of marks) {
    const list = groups.get(mark.host) ?? [];
    groups.set(mark.host, list);
    list.push(mark);
  }
  for (const list of groups.values()) list.sort((a, b) => a.t - b.t);
  return groups;
}

function groupByFrontend(lanes: Turns['lanes']): { frontend: string | null; lanes: Turns['lanes'] }[] {
  const frontends = [...new Set(lanes.map(({ frontend }) => frontend))];
  return frontends.map((frontend) => ({ frontend, lanes: lanes.filter((lane) => lane.frontend === frontend) }));
}
