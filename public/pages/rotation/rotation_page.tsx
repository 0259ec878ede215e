import React, { useMemo } from 'react';
import type { RotationData } from '../../../common/api';
import { HostNames } from '../../components/host_name';
import { PageBody } from '../../components/page_body';
import { Verdict } from '../../components/verdict';
import { WhatIsKnown } from '../../components/what_is_known';
import { useRotaQuery } from '../../hooks/use_rota_query';
import { hostColours } from '../../theme/colours';
import { useRotaTheme } from '../../theme/use_rota_theme';
import { FlowPanel } from './flow_panel';
import { LastRequests } from './last_requests';
import { RequestsPerHost } from './requests_per_host';
import { RotationFigures } from './rotation_figures';
import { SharePanel } from './share_panel';
import { TurnsPanel } from './turns_panel';

type Overview = NonNullable<RotationData['overview']>;

/** Whose turn it was: who served, against what was due, and why it differs. */
export function RotationPage() {
  const query = useRotaQuery('rotation', { parts: ['overview'] });
  return (
    <PageBody query={query}>
      {({ overview, window }) =>
        overview && <Loaded overview={overview} window={window} stale={query.isPreviousData} />
      }
    </PageBody>
  );
}

function Loaded({ overview, window, stale }: { overview: Overview; window: RotationData['window']; stale: boolean }) {
  const colours = useHostColours(overview);
  // One host has no share to compare; its turns stay.
  const shared = overview.tiers.some(({ hosts }) => hosts.length > 1);
  const names = useMemo(() => [...colours.keys()], [colours]);
  return (
    <HostNames names={names}>
      <Verdict verdict={overview.verdict}>
        <RotationFigures figures={overview.figures} window={window} />
      </Verdict>
      <TurnsPanel overview={overview} window={window} colours={colours} />
      {shared && (
        <div className="rotaGrid rotaRotationGrid">
          <SharePanel overview={overview} colours={colours} stale={stale} />
          <FlowPanel flow={overview.flow} colours={colours} stale={stale} />
        </div>
      )}
      <RequestsPerHost overview={overview} window={window} colours={colours} stale={stale} />
      <WhatIsKnown notKnown={overview.not_known} joins={overview.joins} />
      <LastRequests />
    </HostNames>
  );
}

function useHostColours({ tiers, flow }: Overview): Map<string, string> {
  const { dark } = useRotaTheme();
  return useMemo(() => {
    const shares = tiers.flatMap(({ tier, hosts }) => hosts.map(({ host, frontend }) => ({ host, frontend, tier })));
    const nodes = flow.nodes.map(({ name, tier }) => ({ host: name, tier, frontend: null }));
    const known = new Set(shares.map(({ host }) => host));
    return hostColours([...shares, ...nodes.filter(({ host }) => !known.has(host))], dark);
  }, [tiers, flow, dark]);
}
