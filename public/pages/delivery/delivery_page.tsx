import React from 'react';
import type { DeliveryOverview } from '../../../common/api';
import { PageBody } from '../../components/page_body';
import { useRotaQuery } from '../../hooks/use_rota_query';
import { usePageParam } from '../../hooks/use_scope';
import { AccountVerdict } from './account_verdict';
import { DeadLettersPanel } from './dead_letters_panel';
import { FlowPanels } from './flow_panels';
import { RUN_STATE_ORDER } from './run_state';
import { RunsPanel } from './runs_panel';

/** Did everything that was written arrive? */
export function DeliveryPage() {
  const query = useRotaQuery('delivery', { parts: ['overview'] });
  const listed = useListed(query.data?.data.overview ?? null);
  const envelope = query.data && {
    ...query.data,
    data: { ...query.data.data, last_request_at: query.data.data.last_line_at },
  };
  return (
    <PageBody query={{ data: envelope, error: query.error, refetch: query.refetch }}>
      {({ overview, window }) =>
        overview && (
          <>
            <AccountVerdict overview={overview} />
            <RunsPanel overview={listed ?? overview} stale={query.isPreviousData} />
            <FlowPanels overview={overview} window={window} stale={query.isPreviousData} />
            <DeadLettersPanel overview={overview} stale={query.isPreviousData} />
          </>
        )
      }
    </PageBody>
  );
}

/** An answer lists the worst of all runs: where a state is chosen and not all are listed, the worst of that state are asked for. */
function useListed(overview: DeliveryOverview | null): DeliveryOverview | null {
  const [chosen] = usePageParam('run_state');
  const run_state = RUN_STATE_ORDER.find((state) => state === chosen);
  const enabled = run_state !== undefined && (overview?.runs_truncated ?? false);
  const { data } = useRotaQuery('delivery', { parts: ['overview'], run_state }, { enabled });
  return enabled ? (data?.data.overview ?? null) : null;
}
