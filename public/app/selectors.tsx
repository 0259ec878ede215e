import { EuiFilterButton, EuiFilterGroup, EuiPopover, EuiSelectable, type EuiSelectableOption } from '@elastic/eui';
import React, { useState } from 'react';
import { formatCount } from '../format/numbers';
import { useRotaQuery } from '../hooks/use_rota_query';
import { useScope } from '../hooks/use_scope';
import { SUBJECTS } from '../test_subjects';

type SelectorName = 'service' | 'pool' | 'environment';
type Option = { value: string; requests: number };

const LABELS: Record<SelectorName, string> = { service: 'Service', pool: 'Pool', environment: 'Environment' };

/** Service, pool and environment: what there is in the time range, each with its requests. */
export function Selectors() {
  const { data } = useRotaQuery('fields', {
    parts: ['selectors'],
    kql: '',
    filters: [],
    service: [],
    pool: [],
    environment: [],
  });
  const found = data?.data.selectors;
  const options: Record<SelectorName, Option[]> = {
    service: found?.services ?? [],
    pool: found?.pools ?? [],
    environment: found?.environments ?? [],
  };
  return (
    <EuiFilterGroup compressed className="rotaSelectors">
      {(Object.keys(LABELS) as SelectorName[]).map((name) => (
        <Selector key={name} name={name} options={options[name]} />
      ))}
    </EuiFilterGroup>
  );
}

function Selector({ name, options }: { name: SelectorName; options: Option[] }) {
  const { scope, setScope } = useScope();
  const [open, setOpen] = useState(false);
  const chosen = scope[name];
  const label = LABELS[name];
  // A chosen value that wrote nothing in this range must still be there to take away.
  const gone = chosen
    .filter((value) => !options.some((option) => option.value === value))
    .map((value) => ({ value, requests: 0 }));
  const rows: EuiSelectableOption[] = [...options, ...gone].map(({ value, requests }) => ({
    label: value,
    checked: chosen.includes(value) ? 'on' : undefined,
    append: <span className="rotaFine">{formatCount(requests)}</span>,
    'data-test-subj': SUBJECTS.selectorOption(name, value),
  }));
  return (
    <EuiPopover
      isOpen={open}
      closePopover={() => setOpen(false)}
      panelPaddingSize="none"
      aria-label={label}
      button={
        <EuiFilterButton
          iconType="arrowDown"
          isSelected={open}
          hasActiveFilters={chosen.length > 0}
          numActiveFilters={chosen.length > 1 ? chosen.length : undefined}
          onClick={() => setOpen(!open)}
          data-test-subj={SUBJECTS.selector(name)}
        >
          <span className="rotaSelector__label">{label}</span>{' '}
          {chosen.length === 0 ? 'All' : chosen.length === 1 ? chosen[0] : ''}
        </EuiFilterButton>
      }
    >
      <EuiSelectable
        aria-label={label}
        options={rows}
        searchable={rows.length > 8}
        emptyMessage={`Nothing in this range names ${name === 'environment' ? 'an' : 'a'} ${name}.`}
        onChange={(next) =>
          setScope({ [name]: next.filter(({ checked }) => checked === 'on').map((option) => option.label) })
        }
      >
        {(list, search) => (
          <div style={{ inlineSize: 300 }}>
            {search}
            {list}
          </div>
        )}
      </EuiSelectable>
    </EuiPopover>
  );
}
