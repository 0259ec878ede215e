import { EuiButtonIcon, EuiFilterButton, EuiFilterGroup, EuiTablePagination } from '@elastic/eui';
import React from 'react';
import type { DeliveryOverview, Run } from '../../../common/api';
import { Legend } from '../../components/legend';
import { Panel } from '../../components/panel';
import { formatCount, formatMs, plural } from '../../format/numbers';
import { useRotaQuery } from '../../hooks/use_rota_query';
import { usePageParam } from '../../hooks/use_scope';
import { useTimeFormat } from '../../hooks/use_time_format';
import { SUBJECTS } from '../../test_subjects';
import { useRotaTheme } from '../../theme/use_rota_theme';
import { RunDetail } from './run_detail';
import { labelOf, RUN_STATE_ORDER, RUN_STATES, type RunState, RunStateSign } from './run_state';
import { RunStrip } from './run_strip';

const COLUMNS = [
  'State',
  'Host',
  'Service',
  'Run',
  'Started',
  'Sent',
  'Indexed',
  'Number 1 → highest',
  'Missing',
  'Refused',
  'Drops by cause',
  'Lag p50',
  'Lag p95',
] as const;
const NUMERIC = new Set<string>(['Sent', 'Indexed', 'Refused', 'Lag p50', 'Lag p95']);
const PAGE_SIZES = [10, 25, 50];

/** One row a process run, worst first. */
export function RunsPanel({ overview, stale }: { overview: DeliveryOverview; stale: boolean }) {
  const theme = useRotaTheme();
  const { only, page, size, choose, setPage, setSize } = useRows();
  const [open, setOpen] = usePageParam('run');
  const matching = overview.runs.filter((run) => only === null || run.state === only);
  const pages = Math.max(1, Math.ceil(matching.length / size));
  const others = (only === null ? overview.counts.runs : overview.counts[only]) - matching.length;
  const unlisted = open !== null && !matching.some(({ id }) => id === open);
  const shown = matching.slice(Math.min(page, pages - 1) * size, (Math.min(page, pages - 1) + 1) * size);
  return (
    <Panel
      id="runs"
      title="Process runs"
      question="One row for each logger of a process, worst first. nginx and HAProxy lines carry no sequence and are not judged here"
      legend={
        <Legend
          items={[
            { label: 'missing', colour: theme.status.s5xx },
            { label: 'declared drop', colour: theme.status.s4xx },
            { label: 'dead letter', colour: '#9170b8' },
          ]}
        />
      }
      actions={<StateFilter overview={overview} only={only} onChoose={choose} />}
      stale={stale}
    >
      {shown.length === 0 && !unlisted ? (
        <p className="rotaFine">No run of the SDK wrote in this window.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <section className="rotaScroll" aria-label="Rows of the process runs" tabIndex={0}>
          <table className="rotaTable rotaTable--rows rotaRuns" data-test-subj={SUBJECTS.runs}>
            <thead>
              <tr>
                {COLUMNS.map((name) => (
                  <th key={name} scope="col" className={NUMERIC.has(name) ? 'rotaNumeric' : undefined}>
                    {name}
                  </th>
                ))}
                <th scope="col">
                  <span className="euiScreenReaderOnly">Open</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {unlisted && <UnlistedRow id={open} onOpen={setOpen} />}
              {shown.map((run) => (
                <RunRow key={run.id} run={run} open={open === run.id} onOpen={setOpen} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {others > 0 && (
        <p className="rotaFine" data-test-subj={SUBJECTS.otherRuns}>
          and {plural(others, 'other')}, none of them worse: all are counted above, the {formatCount(matching.length)}{' '}
          worst are listed. A shorter time range lists the others.
        </p>
      )}
      {matching.length > PAGE_SIZES[0]! && (
        <EuiTablePagination
          pageCount={pages}
          activePage={Math.min(page, pages - 1)}
          onChangePage={setPage}
          itemsPerPage={size}
          itemsPerPageOptions={PAGE_SIZES}
          onChangeItemsPerPage={setSize}
        />
      )}
    </Panel>
  );
}

/** Which rows are shown is in the address; anything in it that cannot be is as if it were not there. */
function useRows() {
  const [state, setState] = usePageParam('run_state');
  const [pageParam, setPageParam] = usePageParam('runs_page');
  const [sizeParam, setSizeParam] = usePageParam('runs_size');
  const only = RUN_STATE_ORDER.find((one) => one === state) ?? null;
  const page = Math.max(0, Math.trunc(Number(pageParam ?? 1) - 1) || 0);
  const size = PAGE_SIZES.find((one) => String(one) === sizeParam) ?? PAGE_SIZES[0]!;
  return {
    only,
    page,
    size,
    choose: (chosen: RunState) => {
      setState(only === chosen ? null : chosen);
      setPageParam(null);
    },
    setPage: (next: number) => setPageParam(next === 0 ? null : String(next + 1)),
    setSize: (next: number) => {
      setSizeParam(next === PAGE_SIZES[0] ? null : String(next));
      setPageParam(null);
    },
  };
}

function StateFilter({
  overview: { counts },
  only,
  onChoose,
}: {
  overview: DeliveryOverview;
  only: RunState | null;
  onChoose(state: RunState): void;
}) {
  return (
    <EuiFilterGroup compressed>
      {RUN_STATE_ORDER.map((state) => (
        <EuiFilterButton
          key={state}
          numFilters={counts[state]}
          hasActiveFilters={only === state}
          isDisabled={counts[state] === 0}
          onClick={() => onChoose(state)}
          withNext={state !== 'proven'}
        >
          {RUN_STATES[state].label}
        </EuiFilterButton>
      ))}
    </EuiFilterGroup>
  );
}

/** A run that the address names and the list does not have. */
function UnlistedRow({ id, onOpen }: { id: string; onOpen(id: string | null): void }) {
  const { data } = useRotaQuery('delivery', { parts: ['run'], run: { id } });
  const run = data?.data.run?.run;
  return run?.id === id ? <RunRow run={run} open onOpen={onOpen} /> : null;
}

function RunRow({ run, open, onOpen }: { run: Run; open: boolean; onOpen(id: string | null): void }) {
  const time = useTimeFormat();
  return (
    <>
      <tr data-test-subj={SUBJECTS.run(run.id)}>
        <td className="rotaRuns__state" title={RUN_STATES[run.state].meaning}>
          <RunStateSign state={run.state} /> {labelOf(run)}
        </td>
        <td>{run.host ?? '–'}</td>
        <td>
          {run.service ?? '–'} <span className="rotaFine">{run.version}</span>
        </td>
        <td title={run.id}>
          <code className="rotaCode">{run.short_id}</code>
        </td>
        <td title={time.full(run.started)}>{time.second(run.started)}</td>
        <td className="rotaNumeric">
          {run.sent_is_lower_bound ? '≥ ' : ''}
          {formatCount(run.sent)}
        </td>
        <td className="rotaNumeric">{formatCount(run.indexed)}</td>
        <td>
          <RunStrip run={run} />
        </td>
        <td className={run.missing > 0 ? 'rotaShare__mark' : 'rotaFine'}>{missingText(run)}</td>
        <td className="rotaNumeric rotaFine">
          {run.duplicates_refused === null ? '–' : formatCount(run.duplicates_refused)}
        </td>
        <td>{dropText(run)}</td>
        <td className="rotaNumeric">{formatMs(run.lag_p50_ms)}</td>
        <td className="rotaNumeric">{formatMs(run.lag_p95_ms)}</td>
        <td>
          <EuiButtonIcon
            size="xs"
            color="text"
            iconType={open ? 'arrowUp' : 'arrowDown'}
            aria-label={`${open ? 'Close' : 'Open'} run ${run.short_id} of ${run.host ?? 'an unknown host'}`}
            aria-expanded={open}
            onClick={() => onOpen(open ? null : run.id)}
          />
        </td>
      </tr>
      {open && (
        <tr className="rotaRuns__detail">
          <td colSpan={COLUMNS.length + 1}>
            <RunDetail run={run} />
          </td>
        </tr>
      )}
    </>
  );
}

const MOST_RANGES = 2;

function missingText(run: Run): string {
  const rest = [
    ...(run.unsearched > 0 ? [`${formatCount(run.unsearched)} absent, not known why`] : []),
    ...(run.in_flight > 0 ? [`${formatCount(run.in_flight)} on the way`] : []),
    ...(run.expired > 0 ? [`${formatCount(run.expired)} older than kept`] : []),
  ];
  if (run.missing > 0) return [missingNumbers(run), ...rest].join('; ');
  if (rest.length > 0) return rest.join('; ');
  return run.unproven_after === null ? '–' : `unknown after ${formatCount(run.unproven_after)}`;
}

function missingNumbers(run: Run): string {
  const ranges = run.missing_ranges
    .slice(0, MOST_RANGES)
    .map(({ first, last }) => (first === last ? formatCount(first) : `${formatCount(first)}–${formatCount(last)}`));
  if (ranges.length === 0) return `${formatCount(run.missing)}, not known which`;
  const more = run.missing_ranges.length > MOST_RANGES || run.missing_ranges_truncated ? ' …' : '';
  return `${formatCount(run.missing)}: ${ranges.join(', ')}${more}`;
}

function dropText(run: Run): string {
  const causes = run.drops.map(({ cause, count }) => `${cause.replace(/[-_]/g, ' ')} ${formatCount(count)}`);
  if (run.dead_letters > 0) causes.push(`dead letters ${formatCount(run.dead_letters)}`);
  return causes.length > 0 ? causes.join(', ') : '–';
}
