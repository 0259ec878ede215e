import React from 'react';
import { isFieldName, MOST_COLUMNS, type RequestRow } from '../../../common/api';
import { useServices } from '../../app/services';
import { PageBody } from '../../components/page_body';
import { EmptyPrompt } from '../../components/states';
import { useRotaQuery } from '../../hooks/use_rota_query';
import { usePageParam, useScope } from '../../hooks/use_scope';
import { useTimeFormat } from '../../hooks/use_time_format';
import { FieldList } from './field_list';
import { rowKey } from './row_list';
import { isNewestFirst, NEWEST_FIRST, useRowSort } from './row_sort';
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
  const [at, setAt] = usePageParam('at');
  const [liveParam, setLive] = usePageParam('live');
  const named = [...new Set(columnsParam?.split(',').filter(isFieldName) ?? [])];
  const columns = named.slice(0, MOST_COLUMNS);
  const { endsNow, setScope, question } = useScope();
  const { core } = useServices();
  const time = useTimeFormat();
  const [sort, setSort] = useRowSort();
  const live = liveParam === '1' && endsNow && isNewestFirst(sort);
  const follow = (on: boolean) => {
    setLive(on ? '1' : null);
    if (on) setSort(NEWEST_FIRST);
    if (!on || endsNow) return;
    // What is written now is in no past range.
    setScope({ from: 'now-15m', to: 'now' });
    core.notifications.toasts.addWarning(
      `The live tail left the range that ended ${time.full(Date.parse(question.to))}: it follows the last 15 minutes.`,
    );
  };
  const probes = probesParam === 'true';
  const setColumns = (next: string[]) => setColumnsParam(next.length > 0 ? next.join(',') : null);
  const summary = useRotaQuery('requests', {
    parts: ['summary'],
    include_probes: probes,
    ...(breakDown === null ? {} : { break_down: breakDown }),
  });
  const list = useRequestRows({ columns, probes, live, sort });
  const open = (row: RequestRow | null) => {
    setRequest(row?.request_id ?? null);
    setLine(row && row.request_id === null ? rowKey(row) : null);
    setAt(row && new Date(row.t).toISOString());
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
              refused={liveParam === '1' && !endsNow}
              onLive={follow}
              probes={probes}
              onProbes={(on) => setProbes(on ? 'true' : null)}
              probesExcluded={data.summary?.probes_excluded ?? 0}
              columns={columns}
              onColumns={setColumns}
            />
            {named.length > columns.length && (
              <p className="rotaFine">
                The address names {named.length} columns; the first {MOST_COLUMNS} are shown.
              </p>
            )}
            {list.error && <p className="rotaFine rotaShare__mark">{list.error.message}</p>}
            {data.state !== 'ok' && list.rows.length === 0 ? (
              <EmptyPrompt state={data.state} lastAt={data.last_request_at} />
            ) : (
              <RowsTable
                list={list}
                columns={columns}
                sort={sort}
                onSort={setSort}
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
              at={at}
              rows={list.rows}
              onOpen={open}
              onClose={() => open(null)}
            />
          )}
        </div>
      )}
    </PageBody>
  );
}
