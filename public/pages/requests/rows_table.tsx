import { EuiButtonEmpty, EuiButtonIcon } from '@elastic/eui';
import React from 'react';
import type { RequestRow } from '../../../common/api';
import { Legend } from '../../components/legend';
import { LoadingBlock } from '../../components/states';
import { StatusBadge } from '../../components/status_badge';
import { formatCount, formatMs } from '../../format/numbers';
import { useTimeFormat } from '../../hooks/use_time_format';
import { SUBJECTS } from '../../test_subjects';
import { statusClass } from '../../theme/colours';
import { useRotaTheme } from '../../theme/use_rota_theme';
import { middleCut } from './middle_cut';
import { rowKey } from './row_list';
import { isNewestFirst, type RowSort, SortHead } from './row_sort';
import type { RequestRows } from './use_request_rows';

interface RowsProps {
  list: RequestRows;
  columns: string[];
  sort: RowSort;
  onSort(sort: RowSort): void;
  matching: number | null;
  /** The request id or the line that is open. */
  chosen: string | null;
  onOpen(row: RequestRow | null): void;
}

/** One row a request: what was asked, what the client got, and which attempts it took. */
export function RowsTable({ list, columns, sort, onSort, matching, chosen, onOpen }: RowsProps) {
  const theme = useRotaTheme();
  const slowest = Math.max(1, ...list.rows.map(({ duration_ms }) => duration_ms ?? 0));
  if (list.loading) return <LoadingBlock height={320} />;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="rotaScroll rotaRows" aria-label="Requests" tabIndex={0}>
        <table
          className={`rotaTable rotaTable--rows${list.stale ? ' rotaPanel__body--stale' : ''}`}
          data-test-subj={SUBJECTS.requestRows}
        >
          <thead>
            <tr>
              <th scope="col">
                <span className="euiScreenReaderOnly">Trace</span>
              </th>
              <SortHead field="@timestamp" sort={sort} onSort={onSort}>
                Time
              </SortHead>
              <SortHead field="http.response.status_code" sort={sort} onSort={onSort}>
                Status
              </SortHead>
              <th scope="col">Request</th>
              <SortHead field="event.duration" sort={sort} onSort={onSort}>
                Duration
              </SortHead>
              <SortHead field="host.name" sort={sort} onSort={onSort}>
                Host
              </SortHead>
              <th scope="col">Upstream attempts</th>
              {columns.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {list.rows.map((row) => (
              <Row
                key={rowKey(row)}
                row={row}
                columns={columns}
                slowest={slowest}
                fresh={list.fresh.has(rowKey(row))}
                open={chosen !== null && (chosen === row.request_id || chosen === rowKey(row))}
                onOpen={onOpen}
              />
            ))}
          </tbody>
        </table>
      </section>
      <div className="rotaRows__foot">
        <span className="rotaFine">
          {isNewestFirst(sort) ? 'Newest' : 'First'} {formatCount(list.rows.length)}
          {matching === null ? '' : ` of ${formatCount(Math.max(matching, list.rows.length))}`} loaded
        </span>
        {list.hasOlder && (
          <EuiButtonEmpty
            size="xs"
            onClick={list.loadOlder}
            isLoading={list.loadingOlder}
            data-test-subj={SUBJECTS.loadOlder}
          >
            Load older
          </EuiButtonEmpty>
        )}
        <span className="rotaToolbar__space" />
        <Legend
          items={[
            { label: 'failed attempts', colour: theme.status.s5xx },
            { label: 'rest of the duration', colour: theme.status.s3xx },
          ]}
        />
      </div>
    </>
  );
}

interface RowProps {
  row: RequestRow;
  columns: string[];
  slowest: number;
  fresh: boolean;
  open: boolean;
  onOpen: RowsProps['onOpen'];
}

function Row({ row, columns, slowest, fresh, open, onOpen }: RowProps) {
  const time = useTimeFormat();
  const when = time.milli(row.t);
  const state = open ? ' rotaRows__row--open' : fresh ? ' rotaRows__row--fresh' : '';
  return (
    <tr className={`rotaRows__row${state}`}>
      <td>
        <EuiButtonIcon
          size="xs"
          color="text"
          iconType={open ? 'minimize' : 'expand'}
          aria-label={`${open ? 'Close' : 'Open'} the request of ${when}`}
          aria-pressed={open}
          onClick={() => onOpen(open ? null : row)}
          data-test-subj={SUBJECTS.openRequest}
        />
      </td>
      <td title={time.full(row.t)}>{when}</td>
      <td>
        <StatusBadge status={row.status} />
      </td>
      <td className="rotaTable__path" title={`${row.method ?? ''} ${row.path ?? ''}`}>
        <span className="rotaFine">{row.method}</span> {row.path === null ? '–' : middleCut(row.path, 44)}
        {row.probe && <span className="rotaFine"> probe</span>}
      </td>
      <td>
        <Duration row={row} slowest={slowest} />
      </td>
      <td>{row.host ?? '–'}</td>
      <td>
        <Attempts attempts={row.attempts} />
      </td>
      {columns.map((name) => (
        <td key={name} title={String(row.columns[name] ?? '')}>
          {row.columns[name] === undefined || row.columns[name] === null
            ? '–'
            : middleCut(String(row.columns[name]), 40)}
        </td>
      ))}
    </tr>
  );
}

/** Time lost on failed attempts and the rest, one scale for all rows. */
function Duration({ row, slowest }: { row: RequestRow; slowest: number }) {
  if (row.duration_ms === null) return <span className="rotaFine">no answer logged yet</span>;
  const width = (ms: number) => `${Math.min(100, (ms / slowest) * 100)}%`;
  return (
    <span className="rotaDuration">
      <span className="rotaDuration__bar" aria-hidden>
        <span className="rotaDuration__failed" style={{ inlineSize: width(row.failed_ms) }} />
        <span
          className="rotaDuration__rest"
          style={{ inlineSize: width(Math.max(0, row.duration_ms - row.failed_ms)) }}
        />
      </span>
      {formatMs(row.duration_ms)}
    </span>
  );
}

const MOST_ATTEMPTS = 3;

function Attempts({ attempts }: { attempts: RequestRow['attempts'] }) {
  if (attempts.length === 0) return <span className="rotaFine">none</span>;
  const hidden = attempts.length > MOST_ATTEMPTS ? attempts.length - 2 : 0;
  const shown = hidden > 0 ? [attempts[0]!, attempts[attempts.length - 1]!] : attempts;
  return (
    <>
      {shown.map(({ n, host, status }, i) => (
        <React.Fragment key={n}>
          {i > 0 && <span className="rotaFine"> → {hidden > 0 ? `+${hidden} → ` : ''}</span>}
          {host} <span className={`rotaAttempt rotaAttempt--${statusClass(status)}`}>{status ?? '–'}</span>
        </React.Fragment>
      ))}
    </>
  );
}
