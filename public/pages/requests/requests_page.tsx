import React from 'react';
import { PageBody } from '../../components/page_body';
import { EmptyPrompt } from '../../components/states';
import { useRotaQuery } from '../../hooks/use_rota_query';
import { usePageParam } from '../../hooks/use_scope';
import { FieldList } from './field_list';
import { RowsTable } from './rows_table';
import { SummaryPanel } from './summary_panel';
import { Toolbar } from './toolbar';
import { TraceFlyout } from './trace/trace_flyout';
import { useRequestRows } from './use_request_rows';

/** Any request, found by what was logged of it, and from there to its trace. */
export function RequestsPage() {
  const [columnsParam, setColumnsParam] = usePageParam('columns');
  const [breakDown, setBreakDown] = usePageParam('break_down');
  const [probesParam, setProbes] = usePageParam('probes');
  const [request, setRequest] = usePageParam('request');
  const [line, setLine] = usePageParam('line');
  const [liveParam, setLive] = usePageParam('live');
  const columns = columnsParam?.split(',').filter(Boolean) ?? [];
  const live = liveParam === '1';
  const probes = probesParam === 'true';
  const setColumns = (next: string[]) => setColumnsParam(next.length > 0 ? next.join(',') : null);
  const summary = useRotaQuery('requests', {
    parts: ['summary'],
    include_probes: probes,
    ...(breakDown === null ? {} : { break_down: breakDown }),
  });
  const list = useRequestRows({ columns, probes, live });
  const open = (id: string | null, stock: string | null) => {
    setRequest(id);
    setLine(stock);
  };
  return (
    <PageBody query={summary} evenEmpty>
      {(data) => (
        <div className="rotaRequests">
          <FieldList columns={columns} onColumns={setColumns} onBreakDown={setBreakDown} />
          <div className="rotaRequests__main">
            {data.summary && data.state === 'ok' && (
              <SummaryPanel
                summary={data.summary}
                window={data.window}
                breakDown={breakDown}
                onBreakDown={setBreakDown}
                stale={summary.isPreviousData}
              />
            )}
            <Toolbar
              list={list}
              live={live}
              onLive={(on) => setLive(on ? '1' : null)}
              probes={probes}
              onProbes={(on) => setProbes(on ? 'true' : null)}
              probesExcluded={data.summary?.probes_excluded ?? 0}
              columns={columns}
              onColumns={setColumns}
            />
            {list.error && <p className="rotaFine rotaShare__mark">{list.error.message}</p>}
            {data.state !== 'ok' && list.rows.length === 0 ? (
              <EmptyPrompt state={data.state} lastAt={data.last_request_at} />
            ) : (
              <RowsTable
                list={list}
                columns={columns}
                matching={data.summary?.matching ?? null}
                chosen={request ?? line}
                onOpen={open}
              />
            )}
          </div>
          {(request !== null || line !== null) && (
            <TraceFlyout
              request={request}
              line={line}
              rows={list.rows}
              onOpen={open}
              onClose={() => open(null, null)}
            />
          )}
        </div>
      )}
    </PageBody>
  );
}
