import { EuiButtonIcon, EuiLoadingSpinner, EuiPopover, EuiPopoverTitle } from '@elastic/eui';
import React, { type ReactNode, useState } from 'react';
import type { FieldInfo } from '../../../common/api/fields';
import { formatPercent } from '../../format/numbers';
import { useRotaQuery } from '../../hooks/use_rota_query';
import { useScope } from '../../hooks/use_scope';
import { SUBJECTS } from '../../test_subjects';
import { middleCut } from './middle_cut';

interface FieldPopoverProps {
  field: FieldInfo;
  added: boolean;
  onColumn(): void;
  onBreakDown(): void;
  children: ReactNode;
}

/** A field's top values where it matches, against all traffic, and what can be done with it. */
export function FieldPopover({ field, added, onColumn, onBreakDown, children }: FieldPopoverProps) {
  const [open, setOpen] = useState(false);
  return (
    <EuiPopover
      isOpen={open}
      closePopover={() => setOpen(false)}
      anchorPosition="rightUp"
      display="block"
      panelPaddingSize="s"
      aria-label={`Values of ${field.name}`}
      button={
        <button
          type="button"
          className="rotaFields__button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          data-test-subj={SUBJECTS.field(field.name)}
        >
          {children}
        </button>
      }
    >
      <EuiPopoverTitle paddingSize="s" className="rotaFieldValues__title">
        <span>{field.name}</span>
        <EuiButtonIcon
          size="xs"
          iconType={added ? 'minusInCircle' : 'plusInCircle'}
          aria-label={added ? `Remove the column ${field.name}` : `Add the column ${field.name}`}
          onClick={onColumn}
        />
        {field.aggregatable && field.nested === null && (
          <EuiButtonIcon
            size="xs"
            iconType="visBarVerticalStacked"
            aria-label={`Break the chart down by ${field.name}`}
            onClick={onBreakDown}
          />
        )}
      </EuiPopoverTitle>
      {open &&
        (field.aggregatable ? (
          <Values field={field} />
        ) : (
          <p className="rotaFine">Values of this type cannot be counted.</p>
        ))}
    </EuiPopover>
  );
}

function Values({ field: { name } }: { field: FieldInfo }) {
  const { scope, setScope } = useScope();
  const { data, error } = useRotaQuery('fields', { parts: ['values'], field: name, size: 5 });
  const values = data?.data.values;
  if (error && !data) return <p className="rotaFine">{error.message}</p>;
  if (!values || values.field !== name) return <EuiLoadingSpinner size="m" />;
  const filter = (op: 'is' | 'is_not', value: string) =>
    setScope({ filters: [...scope.filters, { field: name, op, value }] });
  return (
    <div className="rotaFieldValues" data-test-subj={SUBJECTS.fieldValues}>
      <p className="rotaFine">Top values: matching (bar) against all traffic (tick)</p>
      {values.values.length === 0 && <p>No value in the matching requests.</p>}
      <ul className="rotaPlainList">
        {values.values.map(({ value, share, share_of_all }) => (
          <li key={value} className="rotaFieldValues__row">
            <span className="rotaFieldValues__value" title={value}>
              <code className="rotaCode">{middleCut(value, 34)}</code>
            </span>
            <span className="rotaFine">
              {formatPercent(share)} vs {formatPercent(share_of_all)}
            </span>
            <span className="rotaFieldValues__bar" aria-hidden>
              <span className="rotaFieldValues__got" style={{ inlineSize: `${share * 100}%` }} />
              <span className="rotaFieldValues__all" style={{ insetInlineStart: `${share_of_all * 100}%` }} />
            </span>
            <EuiButtonIcon
              size="xs"
              iconType="plusInCircle"
              aria-label={`Only ${name} ${value}`}
              onClick={() => filter('is', value)}
            />
            <EuiButtonIcon
              size="xs"
              color="danger"
              iconType="minusInCircle"
              aria-label={`Without ${name} ${value}`}
              onClick={() => filter('is_not', value)}
            />
          </li>
        ))}
      </ul>
      {values.outlier && <p className="rotaFieldValues__outlier">{values.outlier}</p>}
    </div>
  );
}
