import {
  EuiFieldSearch,
  EuiFlexGroup,
  EuiFlexItem,
  EuiSuperDatePicker,
  type EuiSuperDatePickerProps,
} from '@elastic/eui';
import React, { useEffect, useState } from 'react';
import type { SearchBarProps, TimeRange } from '../../public/kibana/contract';
import { Pills } from './pills';

/** Kibana's search bar as far as the plugin uses it: a KQL line, pills, a time picker with refresh. */
export function SearchBar(props: SearchBarProps) {
  const { query, dateRangeFrom, dateRangeTo, onQuerySubmit, filters, onFiltersUpdated } = props;
  const [text, setText] = useState(query.query);
  useEffect(() => setText(query.query), [query.query]);

  const submit = (dateRange: TimeRange) => {
    const next = { query: text.trim(), language: 'kuery' };
    const same = next.query === query.query && dateRange.from === dateRangeFrom && dateRange.to === dateRangeTo;
    onQuerySubmit({ dateRange, query: next }, !same);
  };
  const range = { from: dateRangeFrom, to: dateRangeTo };
  const onTimeChange: EuiSuperDatePickerProps['onTimeChange'] = ({ start, end }) => submit({ from: start, to: end });
  return (
    <div style={{ paddingBlock: 8 }}>
      <EuiFlexGroup gutterSize="s" responsive={false} wrap>
        {props.showQueryInput !== false && (
          <EuiFlexItem style={{ minInlineSize: 280 }}>
            <EuiFieldSearch
              fullWidth
              compressed
              aria-label="Filter by KQL"
              data-test-subj={props.dataTestSubj ?? 'queryInput'}
              placeholder={props.placeholder ?? 'Filter your data using KQL syntax'}
              value={text}
              isClearable
              append="KQL"
              onChange={(event) => setText(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === 'Enter') submit(range);
              }}
            />
          </EuiFlexItem>
        )}
        {props.showDatePicker !== false && (
          <EuiFlexItem grow={false}>
            <EuiSuperDatePicker
              compressed
              width="auto"
              start={dateRangeFrom}
              end={dateRangeTo}
              isPaused={props.isRefreshPaused}
              refreshInterval={props.refreshInterval}
              isLoading={props.isLoading}
              onTimeChange={onTimeChange}
              onRefresh={() => submit(range)}
              onRefreshChange={({ isPaused, refreshInterval }) => props.onRefreshChange({ isPaused, refreshInterval })}
              updateButtonProps={{ iconOnly: true, fill: false }}
              data-test-subj="superDatePicker"
            />
          </EuiFlexItem>
        )}
      </EuiFlexGroup>
      {props.showFilterBar !== false && <Pills filters={filters} onChange={onFiltersUpdated} />}
    </div>
  );
}
