import { EuiButtonIcon, EuiPanel, EuiToolTip } from '@elastic/eui';
import React, { type ReactNode } from 'react';
import { usePageParam } from '../hooks/use_scope';
import { SUBJECTS } from '../test_subjects';
import { DataTable, type TableData } from './data_table';

interface PanelProps {
  id: string;
  title: string;
  /** The one question that the panel answers. */
  question?: ReactNode;
  legend?: ReactNode;
  actions?: ReactNode;
  /** The numbers behind the chart; built only when asked for. */
  table?: () => TableData;
  /** The old answer is shown while a new one is on its way. */
  stale?: boolean;
  children: ReactNode;
}

/** A bordered panel with a heading, its question, and a switch to the table behind the chart. */
export function Panel({ id, title, question, legend, actions, table, stale, children }: PanelProps) {
  const [asTable, setAsTable] = useTableSwitch(id);
  return (
    <EuiPanel
      hasBorder
      hasShadow={false}
      paddingSize="m"
      grow={false}
      className="rotaPanel"
      data-test-subj={SUBJECTS.panel(id)}
      role="region"
      aria-labelledby={`rotaPanelTitle-${id}`}
    >
      <div className={table ? 'rotaPanel__head rotaPanel__head--switch' : 'rotaPanel__head'}>
        <div className="rotaPanel__title">
          <h2 id={`rotaPanelTitle-${id}`}>{title}</h2>
          {question && <p>{question}</p>}
        </div>
        {legend}
        {actions}
        {table && <TableSwitch id={id} title={title} on={asTable} onChange={setAsTable} />}
      </div>
      <div className={stale ? 'rotaPanel__body rotaPanel__body--stale' : 'rotaPanel__body'}>
        {asTable && table ? <DataTable table={table()} testSubject={SUBJECTS.panelTable(id)} /> : children}
      </div>
    </EuiPanel>
  );
}

/** Which panels show their table stands in the URL (`tables`), so that a link shows what its sender saw. */
function useTableSwitch(id: string): [boolean, (on: boolean) => void] {
  const [param, setParam] = usePageParam('tables');
  const shown = param?.split(',') ?? [];
  const set = (on: boolean) => setParam([...shown.filter((one) => one !== id), ...(on ? [id] : [])].join(','));
  return [shown.includes(id), set];
}

function TableSwitch({
  id,
  title,
  on,
  onChange,
}: {
  id: string;
  title: string;
  on: boolean;
  onChange(on: boolean): void;
}) {
  const text = on ? 'Show as chart' : 'Show as table';
  return (
    <EuiToolTip content={text} anchorClassName="rotaPanel__switch">
      <EuiButtonIcon
        size="xs"
        color="text"
        display={on ? 'base' : 'empty'}
        iconType={on ? 'visBarVerticalStacked' : 'tableDensityNormal'}
        aria-label={`${title}: ${text.toLowerCase()}`}
        aria-pressed={on}
        onClick={() => onChange(!on)}
        data-test-subj={SUBJECTS.panelTableToggle(id)}
      />
    </EuiToolTip>
  );
}
