import React from 'react';
import type { DeliveryData } from '../../../common/api';
import { PageBody } from '../../components/page_body';
import { useRotaQuery } from '../../hooks/use_rota_query';
import { AccountVerdict } from './account_verdict';
import { DeadLettersPanel } from './dead_letters_panel';
import { FlowPanels } from './flow_panels';
import { RunsPanel } from './runs_panel';

export type DeliveryOverview = NonNullable<DeliveryData['overview']>;

/** Did everything that was written arrive? */
export function DeliveryPage() {
  const query = useRotaQuery('delivery', { parts: ['overview'] });
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
            <RunsPanel overview={overview} stale={query.isPreviousData} />
            <FlowPanels overview={overview} window={window} stale={query.isPreviousData} />
            <DeadLettersPanel overview={overview} stale={query.isPreviousData} />
          </>
        )
      }
    </PageBody>
  );
}
