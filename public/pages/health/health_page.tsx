import { EuiCallOut, EuiLink } from '@elastic/eui';
import React, { useMemo } from 'react';
import type { HealthData } from '../../../common/api';
import { HostNames } from '../../components/host_name';
import { PageBody } from '../../components/page_body';
import { Verdict } from '../../components/verdict';
import { WhatIsKnown } from '../../components/what_is_known';
import { useRotaQuery } from '../../hooks/use_rota_query';
import { usePageParam } from '../../hooks/use_scope';
import { hostColours } from '../../theme/colours';
import { useRotaTheme } from '../../theme/use_rota_theme';
import { BudgetPanel } from './budget_panel';
import { EventPanels } from './event/event_panel';
import { EventsPanel } from './events_panel';
import { HealthFigures } from './health_figures';
import { RatePanel, StatusPanel } from './rate_panels';
import { RoutesPanel } from './routes_panel';
import { SlowestPanel } from './slowest_panel';
import { StatePanel } from './state_panel';

type Overview = NonNullable<HealthData['overview']>;

/** Who fell, what it cost, and why. */
export function HealthPage() {
  const query = useRotaQuery('health', {});
  return (
    <PageBody query={query}>
      {(data) => data.overview && <Loaded data={data} overview={data.overview} stale={query.isPreviousData} />}
    </PageBody>
  );
}

function Loaded({ data, overview, stale }: { data: HealthData; overview: Overview; stale: boolean }) {
  const { window, annotations } = data;
  const colours = useColours(overview);
  const [param, setParam] = usePageParam('event');
  // Until one is chosen: the gravest.
  const chosen = overview.events.find(({ id }) => id === param) ?? gravest(overview.events);
  const names = useMemo(() => [...colours.keys()], [colours]);
  return (
    <HostNames names={names}>
      <Verdict verdict={overview.verdict}>
        <HealthFigures figures={overview.figures} />
      </Verdict>
      <div className="rotaGrid rotaHealthGrid">
        <div className="rotaGrid">
          <StatePanel
            overview={overview}
            window={window}
            chosen={chosen?.id ?? null}
            onChoose={setParam}
            stale={stale}
          />
          {param !== null && chosen?.id !== param && (
            <EuiCallOut size="s" iconType="clock" title="The event that the address names is not in this range.">
              <EuiLink onClick={() => setParam(null)}>Take it out of the address</EuiLink>
            </EuiCallOut>
          )}
          <EventsPanel events={overview.events} chosen={chosen?.id ?? null} onChoose={setParam} stale={stale} />
          {chosen && chosen.hosts.length > 0 && <EventPanels event={chosen} windowEnd={window.to} />}
          <WhatIsKnown notKnown={overview.not_known} joins={overview.joins} quiet={overview.quiet} />
        </div>
        <div className="rotaGrid">
          <BudgetPanel budget={overview.budget} events={overview.events} stale={stale} />
          <RatePanel overview={overview} window={window} annotations={annotations} stale={stale} />
          <StatusPanel overview={overview} window={window} annotations={annotations} stale={stale} />
          <RoutesPanel routes={overview.routes} cut={overview.routes_cut} stale={stale} />
          <SlowestPanel hosts={overview.hosts} colours={colours} stale={stale} />
        </div>
      </div>
    </HostNames>
  );
}

const WEIGHT: Record<Overview['events'][number]['kind'], number> = {
  outage: 8,
  all_silent: 7,
  ejected: 6,
  burst: 5,
  ejected_passive: 4,
  silent: 3,
  returned: 2,
  clock: 1,
  drained: 1,
  deploy: 0,
};

function gravest(events: Overview['events']): Overview['events'][number] | null {
  const sorted = [...events].sort((a, b) => WEIGHT[b.kind] - WEIGHT[a.kind] || b.users_hurt - a.users_hurt);
  return sorted[0] ?? null;
}

function useColours({ lanes }: Overview): Map<string, string> {
  const { dark } = useRotaTheme();
  return useMemo(() => hostColours(lanes, dark), [lanes, dark]);
}
