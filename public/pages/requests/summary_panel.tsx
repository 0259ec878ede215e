import { EuiButtonEmpty } from '@elastic/eui';
import React from 'react';
import type { RequestsData, WindowInfo } from '../../../common/api';
import { TimeBars } from '../../charts/time_bars';
import { useBarTarget } from '../../charts/use_bar_target';
import { Legend } from '../../components/legend';
import { Panel } from '../../components/panel';
import { Sentence } from '../../components/sentence';
import { formatCount, formatSpan } from '../../format/numbers';
import { useAnnotations } from '../../hooks/use_annotations';
import { useTimeFormat } from '../../hooks/use_time_format';
import { STATUS_LABELS } from '../../theme/colours';
import { useRotaTheme } from '../../theme/use_rota_theme';
import { STATUS_KQL } from '../status_kql';

type Summary = NonNullable<RequestsData['summary']>;

interface SummaryProps {
  summary: Summary;
  window: WindowInfo;
  breakDown: string | null;
  onBreakDown(field: string | null): void;
  stale: boolean;
}

const HEIGHT = 136;
const OTHERS = ['#6092c0', '#9170b8', '#54b399', '#d6bf57', '#ca8eae', '#b9a888'];

/** How many met a 5XX, how many a retry covered, and when it began. */
export function SummaryPanel({ summary, window, breakDown, onBreakDown, stale }: SummaryProps) {
  const theme = useRotaTheme();
  const time = useTimeFormat();
  const annotations = useAnnotations();
  const { histogram } = summary;
  const barTarget = useBarTarget({ ...window, times: histogram.times });
  const seconds = window.interval_ms / 1000;
  const groups = errorsFirst(histogram.groups)
    .filter(({ total }) => total > 0)
    .map(({ key, total, counts }, i) => {
      // Unless broken down by a field, the groups are status classes: "2xx" … and "other".
      const status = breakDown === null ? ((key === 'other' ? key : `s${key}`) as keyof typeof STATUS_LABELS) : null;
      const colour = status ? theme.status[status] : OTHERS[i % OTHERS.length]!;
      const kql = status ? STATUS_KQL[status] : undefined;
      return { name: status ? STATUS_LABELS[status] : key, colour, total, counts, kql };
    });
  return (
    <Panel
      id="requests"
      title={summary.headline}
      question={<Sentence text={summary.detail} />}
      legend={
        <Legend items={groups.map(({ name, colour, total }) => ({ label: `${name} ${formatCount(total)}`, colour }))} />
      }
      actions={
        breakDown === null ? undefined : (
          <EuiButtonEmpty size="xs" iconType="cross" onClick={() => onBreakDown(null)}>
            By {breakDown}
          </EuiButtonEmpty>
        )
      }
      table={() => ({
        caption: 'Requests over time',
        target: (row) => barTarget(row),
        columns: [{ name: 'Time' }, ...groups.map(({ name }) => ({ name, numeric: true }))],
        rows: histogram.times.map((t, i) => [time.full(t), ...groups.map(({ counts }) => formatCount(counts[i] ?? 0))]),
      })}
      stale={stale}
    >
      <TimeBars
        id="requests"
        description={`Requests over time by ${breakDown ?? 'the status that the client got'}, ${formatSpan(window.interval_ms)} bars`}
        height={HEIGHT}
        from={window.from}
        to={window.to}
        completeTo={window.complete_to}
        times={histogram.times}
        groups={groups.map(({ name, colour, counts, kql }) => ({ name, colour, values: counts, kql }))}
        annotations={annotations}
        formatY={formatCount}
      />
      <p className="rotaFine">
        Counted at the {summary.counted_at}; {formatSpan(seconds * 1000)} a bar
        {summary.lower_bound ? '; more matched than can be joined, so counts are lower bounds' : ''}
      </p>
    </Panel>
  );
}

/** 5XX at the base of the stack, where its height can be compared. */
function errorsFirst(groups: Summary['histogram']['groups']): Summary['histogram']['groups'] {
  return [...groups].sort((a, b) => Number(b.key === '5xx') - Number(a.key === '5xx'));
}
