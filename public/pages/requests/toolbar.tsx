import { EuiButtonEmpty, EuiContextMenuItem, EuiContextMenuPanel, EuiLink, EuiPopover, EuiSwitch } from '@elastic/eui';
import React, { useState } from 'react';
import { duration } from '../../../common/format';
import { useServices } from '../../app/services';
import { formatCount } from '../../format/numbers';
import { useDiscover } from '../../hooks/use_discover';
import { useScope } from '../../hooks/use_scope';
import { useTimeFormat } from '../../hooks/use_time_format';
import { SUBJECTS } from '../../test_subjects';
import { type Exported, fetchExport, saveFile } from './export';
import { MOST_ROWS } from './row_list';
import type { RequestRows } from './use_request_rows';

interface ToolbarProps {
  list: RequestRows;
  live: boolean;
  /** The address asks for it, but the range ended. */
  refused: boolean;
  onLive(on: boolean): void;
  probes: boolean;
  onProbes(on: boolean): void;
  probesExcluded: number;
  columns: string[];
  onColumns(columns: string[]): void;
}

/** What is followed, whether it is alive, and what can be taken away. */
export function Toolbar({
  list,
  live,
  refused,
  onLive,
  probes,
  onProbes,
  probesExcluded,
  columns,
  onColumns,
}: ToolbarProps) {
  const time = useTimeFormat();
  const { scope, question } = useScope();
  const discover = useDiscover();
  const following = scope.kql === '' ? 'all requests' : scope.kql;
  return (
    <div className="rotaToolbar">
      <EuiSwitch
        compressed
        label={live ? 'Live' : 'Live tail'}
        checked={live}
        onChange={(event) => onLive(event.target.checked)}
        data-test-subj={SUBJECTS.live}
      />
      {live && (
        <span className="rotaFine" role="status">
          following <code className="rotaCode">{following}</code> · {formatCount(list.arrived)} new
          {list.skipped === 0
            ? ''
            : `, ${formatCount(list.skipped)} of them skipped: the list holds ${formatCount(MOST_ROWS)}`}
          {list.newest === null ? '' : ` · newest ${time.milli(list.newest)}`}
          {list.ahead > 0 &&
            ` · dated up to ${duration(list.ahead)} ahead of Kibana’s clock: the clock of a host is wrong`}
        </span>
      )}
      {refused && (
        <span className="rotaFine" role="status" data-test-subj={SUBJECTS.liveRefused}>
          The range ended {time.full(Date.parse(question.to))}: nothing new comes into it.{' '}
          <EuiLink onClick={() => onLive(true)}>Follow the last 15 minutes</EuiLink>
        </span>
      )}
      <span className="rotaToolbar__space" />
      <EuiSwitch
        compressed
        label={probes ? 'Probes shown' : `Show probes (${formatCount(probesExcluded)} left out)`}
        checked={probes}
        onChange={(event) => onProbes(event.target.checked)}
      />
      {columns.length > 0 && (
        <EuiButtonEmpty size="xs" iconType="cross" onClick={() => onColumns([])}>
          {columns.length === 1 ? '1 column added' : `${columns.length} columns added`}
        </EuiButtonEmpty>
      )}
      {discover !== null && (
        <EuiButtonEmpty size="xs" iconType="discoverApp" href={discover} data-test-subj={SUBJECTS.discover}>
          Open in Discover
        </EuiButtonEmpty>
      )}
      <ExportMenu columns={columns} probes={probes} />
    </div>
  );
}

function ExportMenu({ columns, probes }: { columns: string[]; probes: boolean }) {
  const { core, time } = useServices();
  const { question } = useScope();
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const run = (format: 'csv' | 'ndjson') => {
    setOpen(false);
    setBusy(true);
    const { toasts } = core.notifications;
    const csv = {
      separator: core.uiSettings.get('csv:separator', ','),
      quote_values: core.uiSettings.get('csv:quoteValues', true),
      date_format: time.pattern,
    };
    fetchExport(core.http, { ...question, format, columns, include_probes: probes, csv })
      .then((exported) => {
        saveFile(exported.file, `rota-requests.${format}`);
        const lacks = lackOf(exported);
        if (lacks === null) toasts.addSuccess(`Exported ${formatCount(exported.rows)} requests`);
        else toasts.addWarning(lacks);
      })
      .catch((error: Error) => toasts.addDanger(`The export failed: ${error.message}`))
      .finally(() => setBusy(false));
  };
  return (
    <EuiPopover
      isOpen={open}
      closePopover={() => setOpen(false)}
      panelPaddingSize="none"
      aria-label="Export"
      button={
        <EuiButtonEmpty
          size="xs"
          iconType="download"
          isLoading={busy}
          onClick={() => setOpen(!open)}
          data-test-subj={SUBJECTS.exportMenu}
        >
          CSV / NDJSON
        </EuiButtonEmpty>
      }
    >
      <EuiContextMenuPanel
        items={(['csv', 'ndjson'] as const).map((format) => (
          <EuiContextMenuItem key={format} icon="document" onClick={() => run(format)}>
            {format === 'csv' ? 'CSV (formulas made harmless)' : 'NDJSON (values unchanged)'}
          </EuiContextMenuItem>
        ))}
      />
    </EuiPopover>
  );
}

/** What a file does not hold, in words; null when it holds all. */
function lackOf({ rows, matching, lowerBound }: Exported): string | null {
  if (rows < matching) {
    const all = `${lowerBound ? 'at least ' : ''}${formatCount(matching)}`;
    return `The file holds the newest ${formatCount(rows)} of ${all} requests. Narrow the time range to get the others.`;
  }
  return lowerBound
    ? `The file holds ${formatCount(rows)} requests, but more match than can be found by their inner lines. Narrow the time range.`
    : null;
}
