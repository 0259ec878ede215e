import React from 'react';
import type { HealthData, HealthEvent, WindowInfo } from '../../../common/api';
import { annotationStyle } from '../../charts/annotation_style';
import { HatchPattern } from '../../charts/hatch';
import { useWidth } from '../../charts/use_width';
import type { TableData } from '../../components/data_table';
import { HostName } from '../../components/host_name';
import { Legend } from '../../components/legend';
import { Panel } from '../../components/panel';
import { formatPercent, formatSpan, plural } from '../../format/numbers';
import { type TimeFormat, timeTicks } from '../../format/time';
import { usePageParam } from '../../hooks/use_scope';
import { useTimeFormat } from '../../hooks/use_time_format';
import { type RotaTheme, useRotaTheme } from '../../theme/use_rota_theme';
import { EventFlags } from './event_flags';
import { ProbeRow, StateLane } from './state_lane';
import { STATE_LABELS } from './states';

type Overview = NonNullable<HealthData['overview']>;

interface StatePanelProps {
  overview: Overview;
  window: WindowInfo;
  chosen: string | null;
  onChoose(id: string): void;
  stale: boolean;
}

/** With more hosts than this, webapps that served all the time are folded away. */
const FOLD_FROM = 14;

function hasStory({ segments }: Overview['lanes'][number]): boolean {
  return segments.some(({ state }) => state !== 'serving');
}

/** Who was serving, and who was not, when? A lane a host; under each frontend its probes. */
export function StatePanel({ overview, window, chosen, onChoose, stale }: StatePanelProps) {
  const theme = useRotaTheme();
  const time = useTimeFormat();
  const [ref, width] = useWidth<HTMLDivElement>();
  const x = (t: number) => ((t - window.from) / (window.to - window.from)) * width;
  const ticks = timeTicks(window.from, window.to, Math.max(3, width / 120), time.zone);
  const { lanes, tiers, events } = overview;
  const [shown, setShown] = usePageParam('hosts');
  const open =
    shown === 'all' || lanes.length <= FOLD_FROM
      ? lanes
      : lanes.filter((lane) => lane.tier !== 'webapp' || hasStory(lane));
  return (
    <Panel
      id="state"
      title="State of each host"
      question="Who was serving, and who was not, when?"
      legend={<StateLegend theme={theme} />}
      table={() => stateTable(lanes, time)}
      stale={stale}
    >
      <div className="rotaState">
        <svg width={0} height={0} aria-hidden focusable={false} style={{ position: 'absolute' }}>
          <defs>
            <HatchPattern id="rotaOutHatch" colour={theme.faint} ground={theme.panel} />
            <HatchPattern id="rotaProbeHatch" colour={theme.dark ? '#5c4a10' : '#7a6a2a'} ground={theme.status.s4xx} />
          </defs>
        </svg>
        <div className="rotaState__row rotaState__row--events">
          <span />
          <div ref={ref} className="rotaState__events">
            <EventFlags events={events} chosen={chosen} x={x} width={width} onChoose={onChoose} />
          </div>
          <span className="rotaFine">Time in pool</span>
        </div>
        {tiers.map((tier) => (
          <React.Fragment key={tier.tier}>
            <div className="rotaState__row rotaState__tier">
              <strong>{tier.label}</strong>
              <span className="rotaFine">{tier.rule}</span>
            </div>
            {open
              .filter((lane) => lane.tier === tier.tier)
              .map((lane) => (
                <React.Fragment key={lane.host}>
                  <div className="rotaState__row">
                    <span className="rotaState__host">
                      <HostName name={lane.host} />
                    </span>
                    <StateLane lane={lane} x={x} width={width} />
                    <span className={(lane.in_pool_share ?? 1) < 1 ? 'rotaState__less' : 'rotaFine'}>
                      {formatPercent(lane.in_pool_share)}
                    </span>
                  </div>
                  {lane.probes.length > 0 && <ProbeRow lane={lane} x={x} width={width} />}
                </React.Fragment>
              ))}
          </React.Fragment>
        ))}
        {open.length < lanes.length && (
          <button type="button" className="rotaLinkButton" onClick={() => setShown('all')}>
            {plural(lanes.length - open.length, 'webapp')} served all the time: show them, too
          </button>
        )}
        <div className="rotaState__row">
          <span />
          <svg width={width} height={16} aria-hidden focusable={false}>
            {ticks.map((t) => (
              <text
                key={t}
                x={x(t)}
                y={12}
                fontSize={11}
                fill={theme.subdued}
                textAnchor={x(t) < 20 ? 'start' : x(t) > width - 20 ? 'end' : 'middle'}
              >
                {time.axis(window.to - window.from)(t)}
              </text>
            ))}
          </svg>
          <span />
        </div>
        <EventLines events={events} window={window} />
      </div>
    </Panel>
  );
}

function StateLegend({ theme }: { theme: RotaTheme }) {
  return (
    <Legend
      items={[
        { label: 'Serving', colour: theme.serving },
        { label: 'Answering 5XX', colour: theme.status.s5xx },
        { label: 'Probes failing', colour: theme.status.s4xx },
        { label: 'Out of pool', sign: 'hatch' },
        { label: 'Silent', sign: 'dashed' },
      ]}
    />
  );
}

/** Hairlines from the flags through all lanes, laid over the same columns. */
function EventLines({ events, window }: { events: HealthEvent[]; window: WindowInfo }) {
  const theme = useRotaTheme();
  return (
    <div className="rotaState__row rotaState__lines" aria-hidden>
      <span />
      <div>
        {events
          .filter(({ since }) => since >= window.from && since <= window.to)
          .map((event) => (
            <span
              key={event.id}
              style={{
                insetInlineStart: `${((event.since - window.from) / (window.to - window.from)) * 100}%`,
                borderColor: annotationStyle(event.kind, theme).colour,
                borderInlineStartStyle: event.severity === 'danger' ? 'solid' : 'dashed',
              }}
            />
          ))}
      </div>
      <span />
    </div>
  );
}

function stateTable(lanes: Overview['lanes'], time: TimeFormat): TableData {
  return {
    caption: 'State of each host over time',
    columns: [
      { name: 'Host' },
      { name: 'Tier' },
      { name: 'State' },
      { name: 'From' },
      { name: 'To' },
      { name: 'Lasted', numeric: true },
      { name: 'Note' },
    ],
    rows: lanes.flatMap(({ host, tier, segments }) =>
      segments.map(({ state, from, to, note }) => [
        host,
        tier,
        STATE_LABELS[state],
        time.full(from),
        time.full(to),
        formatSpan(to - from),
        note ?? '',
      ]),
    ),
  };
}
