import { EuiButtonIcon, EuiPanel, EuiToolTip } from '@elastic/eui';
import React, { type ReactNode, useState } from 'react';
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
  const [asTable, setAsTable] = useState(false);
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
  const words = on ? 'Show as chart' : 'Show as table';
  return (
    <EuiToolTip content={words} anchorClassName="rotaPanel__switch">
      <EuiButtonIcon
        size="xs"
        color="text"
        display={on ? 'base' : 'empty'}
        iconType={on ? 'visBarVerticalStacked' : 'tableDensityNormal'}
        aria-label={`${title}: ${words.toLowerCase()}`}
        aria-pressed={on}
        onClick={() => onChange(!on)}
        data-test-subj={SUBJECTS.panelTableToggle(id)}
      />
    </EuiToolTip>
  );
}
