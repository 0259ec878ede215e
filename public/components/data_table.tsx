import { EuiLink } from '@elastic/eui';
import React from 'react';
import type { Target } from '../../common/api';
import { useTarget } from '../hooks/use_target';

export interface TableData {
  /** What the table shows, for those who cannot see its place. */
  caption: string;
  columns: { name: string; numeric?: boolean }[];
  rows: (string | number)[][];
  /** Where the first cell of a row leads. */
  target?: (row: number) => Target;
}

/** The numbers behind a chart, to read, to select, to hear. */
export function DataTable({ table, testSubject }: { table: TableData; testSubject: string }) {
  const target = useTarget();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="rotaDataTable" aria-label={table.caption} tabIndex={0} data-test-subj={testSubject}>
      <table>
        <caption className="euiScreenReaderOnly">{table.caption}</caption>
        <thead>
          <tr>
            {table.columns.map(({ name, numeric }) => (
              <th key={name} scope="col" className={numeric ? 'rotaNumeric' : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity of their own
            <tr key={i}>
              {row.map((cell, column) => {
                const { name, numeric } = table.columns[column]!;
                return column === 0 ? (
                  <th key={name} scope="row">
                    {table.target ? <EuiLink {...target(table.target(i))}>{cell}</EuiLink> : cell}
                  </th>
                ) : (
                  <td key={name} className={numeric ? 'rotaNumeric' : undefined}>
                    {cell}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
