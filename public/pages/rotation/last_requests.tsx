import { EuiLink } from '@elastic/eui';
import React from 'react';
import { Panel } from '../../components/panel';
import { LoadingBlock } from '../../components/states';
import { StatusBadge } from '../../components/status_badge';
import { formatMs } from '../../format/numbers';
import { useRotaQuery } from '../../hooks/use_rota_query';
import { useTarget } from '../../hooks/use_target';
import { useTimeFormat } from '../../hooks/use_time_format';
import { SUBJECTS } from '../../test_subjects';

const ROWS = 10;

/** The last requests in the window, newest first: from the picture to the single request. */
export function LastRequests() {
  const { data, error, isPreviousData } = useRotaQuery('requests', { parts: ['rows'], size: ROWS });
  const rows = data?.data.rows?.rows ?? [];
  return (
    <Panel id="lastRequests" title="Last requests" question="Who answered the newest ones?" stale={isPreviousData}>
      {error && !data && <p className="rotaFine">{error.message}</p>}
      {!error && !data && <LoadingBlock height={120} />}
      {data && rows.length === 0 && <p className="rotaFine">No request line in this window names a whole request.</p>}
      {rows.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <section className="rotaScroll" aria-label="Rows of the last requests" tabIndex={0}>
          <table className="rotaTable rotaTable--rows" data-test-subj={SUBJECTS.lastRequests}>
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">Status</th>
                <th scope="col">Request</th>
                <th scope="col">Host</th>
                <th scope="col">Attempts</th>
                <th scope="col" className="rotaNumeric">
                  Duration
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={`${row.index} ${row.id}`} row={row} />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Panel>
  );
}

type RowData = NonNullable<import('../../../common/api').RequestsData['rows']>['rows'][number];

function Row({ row }: { row: RowData }) {
  const time = useTimeFormat();
  const target = useTarget();
  const when = time.milli(row.t);
  return (
    <tr>
      <td>
        {row.request_id ? (
          <EuiLink {...target({ page: 'requests', request_id: row.request_id })}>{when}</EuiLink>
        ) : (
          when
        )}
      </td>
      <td>
        <StatusBadge status={row.status} />
      </td>
      <td className="rotaTable__path">
        <span className="rotaFine">{row.method}</span> {row.path}
      </td>
      <td>{row.host}</td>
      <td>{row.attempts.map(({ host, status }) => `${host} ${status ?? '–'}`).join(' → ')}</td>
      <td className="rotaNumeric">{formatMs(row.duration_ms)}</td>
    </tr>
  );
}
