import { EuiFieldSearch, EuiToken } from '@elastic/eui';
import React, { useState } from 'react';
import type { FieldInfo } from '../../../common/api/fields';
import { formatCount } from '../../format/numbers';
import { useRotaQuery } from '../../hooks/use_rota_query';
import { SUBJECTS } from '../../test_subjects';
import { FieldPopover } from './field_popover';

const TOKENS: Record<string, string> = {
  keyword: 'tokenKeyword',
  text: 'tokenString',
  match_only_text: 'tokenString',
  wildcard: 'tokenKeyword',
  long: 'tokenNumber',
  integer: 'tokenNumber',
  short: 'tokenNumber',
  double: 'tokenNumber',
  float: 'tokenNumber',
  date: 'tokenDate',
  ip: 'tokenIP',
  boolean: 'tokenBoolean',
  nested: 'tokenNested',
  flattened: 'tokenObject',
  geo_point: 'tokenGeo',
};

const FIRST = 40;

interface FieldListProps {
  columns: string[];
  onColumns(columns: string[]): void;
  onBreakDown(field: string): void;
}

/** What can be asked: every field with its type and how many of the matching requests carry it. */
export function FieldList({ columns, onColumns, onBreakDown }: FieldListProps) {
  const [search, setSearch] = useState('');
  const [all, setAll] = useState(false);
  const { data, error } = useRotaQuery('fields', { parts: ['list'] });
  const list = data?.data.list;
  const text = search.trim().toLowerCase();
  const matching = (list?.fields ?? []).filter(({ name }) => name.toLowerCase().includes(text));
  const carried = matching.filter(({ coverage }) => coverage !== 0);
  const shown = all || text ? carried : carried.slice(0, FIRST);
  const toggle = (name: string) =>
    onColumns(columns.includes(name) ? columns.filter((other) => other !== name) : [...columns, name]);
  return (
    <aside className="rotaFields" aria-label="Fields" data-test-subj={SUBJECTS.fieldList}>
      <EuiFieldSearch
        compressed
        fullWidth
        placeholder="Search fields"
        aria-label="Search fields"
        value={search}
        onChange={(event) => setSearch(event.target.value)}
        isClearable
      />
      {error && !list && <p className="rotaFine">{error.message}</p>}
      <h2 className="rotaFields__head">
        Fields <span className="rotaFine">{list ? formatCount(carried.length) : ''} · in matching requests</span>
      </h2>
      <ul className="rotaFields__list">
        {shown.map((field) => (
          <li key={field.name}>
            <FieldPopover
              field={field}
              added={columns.includes(field.name)}
              onColumn={() => toggle(field.name)}
              onBreakDown={() => onBreakDown(field.name)}
            >
              <FieldRow field={field} added={columns.includes(field.name)} />
            </FieldPopover>
          </li>
        ))}
      </ul>
      {!all && !text && carried.length > FIRST && (
        <button type="button" className="rotaLinkButton" onClick={() => setAll(true)}>
          {formatCount(carried.length - FIRST)} more
        </button>
      )}
      {list && list.empty.length > 0 && (
        <details className="rotaFine">
          <summary>Empty in this range {formatCount(list.empty.length)}</summary>
          <ul className="rotaPlainList">
            {list.empty.slice(0, 200).map((name) => (
              <li key={name}>{name}</li>
            ))}
          </ul>
        </details>
      )}
    </aside>
  );
}

function FieldRow({ field, added }: { field: FieldInfo; added: boolean }) {
  const { name, type, coverage } = field;
  return (
    <span className="rotaFields__row">
      <EuiToken iconType={TOKENS[type] ?? 'tokenField'} size="s" title={type} />
      <span className={`rotaFields__name${added ? ' rotaFields__name--added' : ''}`} title={name}>
        {name}
      </span>
      {/* Only the exceptions draw the eye: what every request carries needs no bar. */}
      {coverage !== null && coverage < 1 && (
        <>
          <span className="rotaFields__bar" aria-hidden>
            <span style={{ inlineSize: `${coverage * 100}%` }} />
          </span>
          <span className="rotaFine">
            {coverage < 0.001 ? '<0.1 %' : `${(coverage * 100).toFixed(coverage < 0.1 ? 1 : 0)} %`}
          </span>
        </>
      )}
    </span>
  );
}
