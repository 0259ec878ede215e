import { EuiButtonGroup, EuiSwitch } from '@elastic/eui';
import React, { useEffect, useState } from 'react';
import type { RotationData, Turns, WindowInfo } from '../../../common/api';
import type { TableData } from '../../components/data_table';
import { Legend } from '../../components/legend';
import { Panel } from '../../components/panel';
import { LoadingBlock } from '../../components/states';
import { formatCount, formatMs, formatRate } from '../../format/numbers';
import type { TimeFormat } from '../../format/time';
import { usePageParam, useScope } from '../../hooks/use_scope';
import { useTimeFormat } from '../../hooks/use_time_format';
import { SUBJECTS } from '../../test_subjects';
import { STATUS_LABELS } from '../../theme/colours';
import { useRotaTheme } from '../../theme/use_rota_theme';
import { InOrder } from './turns/in_order';
import { Lanes } from './turns/lanes';
import { LENS_MS, type Lens, lastLens, lensAt, lensEvents, lensOn } from './turns/lens';
import { LensStrip } from './turns/lens_strip';
import { useTurns } from './turns/use_turns';

type Overview = NonNullable<RotationData['overview']>;

/** "In order" begins a little before the event. */
const ORDER_LEAD_MS = 800;

interface TurnsPanelProps {
  overview: Overview;
  window: WindowInfo;
  colours: Map<string, string>;
}

/** Who served, request by request: the whole window, a lens over a minute of it, and the same requests in order. */
export function TurnsPanel({ overview, window, colours }: TurnsPanelProps) {
  const time = useTimeFormat();
  const { live, setLive, canBeLive } = useLive();
  const { lens, chosen, setLens } = useLens(window);
  const events = lensEvents(overview.annotations, window, 3);
  const selected = events.find((event) => chosen && lensOn(event, window).from === lens.from);
  const query = useTurns(lens, live, selected ? selected.from - ORDER_LEAD_MS : null, chosen);
  const turns = query.data?.data.turns;
  const pick = (id: string) => {
    const event = events.find(({ from }) => String(from) === id);
    setLens(event ? lensOn(event, window) : null);
  };
  return (
    <Panel
      id="turns"
      title="Turns"
      question={turns ? `Who served, request by request? ${samplingText(turns)}` : 'Who served, request by request?'}
      legend={<StatusLegend />}
      actions={
        <div className="rotaRow">
          {canBeLive && (
            <EuiSwitch
              compressed
              label="Live"
              checked={live}
              onChange={() => setLive(!live)}
              data-test-subj={SUBJECTS.live}
            />
          )}
          <EuiButtonGroup
            buttonSize="compressed"
            legend="What the lens shows"
            isDisabled={live}
            idSelected={selected ? String(selected.from) : chosen ? '' : 'last'}
            onChange={pick}
            options={[
              { id: 'last', label: 'Last 60 s' },
              ...events.map(({ from, label }) => ({ id: String(from), label: `${label}, ${time.minute(from)}` })),
            ]}
          />
        </div>
      }
      table={turns ? () => turnsTable(turns, time) : undefined}
      stale={query.isPreviousData && !live}
    >
      <div data-test-subj={SUBJECTS.turns}>
        {!live && (
          <div className="rotaLanes rotaLanes--strip">
            <div className="rotaLanes__row">
              <span className="rotaLanes__window">
                <strong>Whole window</strong>
                <br />
                drag the lens
              </span>
              <LensStrip overview={overview} window={window} lens={lens} onMove={setLens} />
            </div>
          </div>
        )}
        {query.error && !turns && <p className="rotaFine">{query.error.message}</p>}
        {turns ? <Lanes turns={turns} colours={colours} /> : !query.error && <LoadingBlock height={160} />}
        {turns && <InOrder turns={turns} />}
      </div>
    </Panel>
  );
}

function StatusLegend() {
  const { status } = useRotaTheme();
  return (
    <Legend
      items={[
        ...(['s2xx', 's3xx', 's4xx', 's5xx'] as const).map((name) => ({
          label: STATUS_LABELS[name],
          colour: status[name],
        })),
        { label: 'Out of pool', sign: 'hatch' },
      ]}
    />
  );
}

/** The lens of the URL; while it is dragged only here, and in the URL when it rests. */
function useLens(window: WindowInfo): { lens: Lens; chosen: boolean; setLens(lens: Lens | null): void } {
  const [param, setParam] = usePageParam('lens');
  const [dragged, setDragged] = useState<Lens | null>(null);
  useEffect(() => {
    if (!dragged) return;
    const timer = setTimeout(() => {
      setParam(new Date(dragged.from).toISOString());
      setDragged(null);
    }, 120);
    return () => clearTimeout(timer);
  }, [dragged, setParam]);
  const from = param === null ? Number.NaN : Date.parse(param);
  const chosen = dragged !== null || (!Number.isNaN(from) && from < window.to && from + LENS_MS > window.from);
  return {
    lens: dragged ?? (chosen ? lensAt(from, window) : lastLens(window)),
    chosen,
    setLens: (lens) => (lens ? setDragged(lens) : setParam(null)),
  };
}

/** Live needs a range that ends now. */
function useLive() {
  const { endsNow: canBeLive } = useScope();
  const [param, setParam] = usePageParam('live');
  return { canBeLive, live: canBeLive && param === '1', setLive: (on: boolean) => setParam(on ? '1' : null) };
}

function samplingText({ one_in, every_5xx, requests }: Turns): string {
  const errors = every_5xx ? 'Every 5XX' : 'The first 5XX';
  const rest = one_in > 1 ? `1 in ${formatRate(one_in)} of the rest` : 'all of the rest';
  return `${errors}, ${rest}; ${formatCount(requests)} requests`;
}

function turnsTable(turns: Turns, time: TimeFormat): TableData {
  return {
    caption: 'Turns under the lens',
    columns: [
      { name: 'Time' },
      { name: 'Host' },
      { name: 'Frontend' },
      { name: 'Status', numeric: true },
      { name: 'Duration', numeric: true },
      { name: 'Attempt' },
      { name: 'Request' },
    ],
    rows: [...turns.marks]
      .sort((a, b) => b.t - a.t)
      .slice(0, 500)
      .map(({ t, host, frontend, status, ms, attempt, attempts, request_id }) => [
        time.milli(t),
        host,
        frontend ?? '–',
        status ?? '–',
        formatMs(ms),
        `${attempt} of ${attempts}`,
        request_id ?? '–',
      ]),
  };
}
