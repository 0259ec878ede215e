import { EuiBadge, EuiContextMenuItem, EuiContextMenuPanel, EuiFlexGroup, EuiFlexItem, EuiPopover } from '@elastic/eui';
import React, { useState } from 'react';
import type { KibanaFilter } from '../../public/kibana/contract';

interface PillsProps {
  filters: KibanaFilter[];
  onChange(filters: KibanaFilter[]): void;
}

/** Kibana's filter pills with their states and test subjects; only its editor is missing. */
export function Pills({ filters, onChange }: PillsProps) {
  if (filters.length === 0) return null;
  return (
    <EuiFlexGroup gutterSize="xs" responsive={false} wrap style={{ marginBlockStart: 8 }}>
      {filters.map((filter, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two pills may be the same
        <EuiFlexItem grow={false} key={i}>
          <PillMenu
            filter={filter}
            onChange={(next) =>
              onChange(filters.flatMap((other) => (other === filter ? (next ? [next] : []) : [other])))
            }
          />
        </EuiFlexItem>
      ))}
    </EuiFlexGroup>
  );
}

function PillMenu({ filter, onChange }: { filter: KibanaFilter; onChange(filter: KibanaFilter | null): void }) {
  const [open, setOpen] = useState(false);
  const { meta, $state } = filter;
  const pinned = $state?.store === 'globalState';
  const become = (next: KibanaFilter | null) => () => {
    setOpen(false);
    onChange(next);
  };
  const items = [
    [
      'pinFilter',
      pinned ? 'Unpin' : 'Pin across all apps',
      { ...filter, $state: { store: pinned ? 'appState' : 'globalState' } },
    ],
    [
      'negateFilter',
      meta.negate ? 'Include results' : 'Exclude results',
      { ...filter, meta: { ...meta, negate: !meta.negate } },
    ],
    [
      'disableFilter',
      meta.disabled ? 'Re-enable' : 'Temporarily disable',
      { ...filter, meta: { ...meta, disabled: !meta.disabled } },
    ],
    ['deleteFilter', 'Delete', null],
  ] as const;
  const subjects = [
    'filter',
    `filter-key-${meta.key}`,
    `filter-${meta.disabled ? 'disabled' : 'enabled'}`,
    `filter-${pinned ? 'pinned' : 'unpinned'}`,
    ...(meta.negate ? ['filter-negated'] : []),
  ];
  return (
    <EuiPopover
      isOpen={open}
      closePopover={() => setOpen(false)}
      panelPaddingSize="none"
      button={
        <EuiBadge
          color="hollow"
          iconType={pinned ? 'pinFilled' : undefined}
          onClick={() => setOpen(!open)}
          onClickAriaLabel={`Filter actions: ${wordsOf(filter)}`}
          style={meta.disabled ? { opacity: 0.6, textDecoration: 'line-through' } : undefined}
          data-test-subj={subjects.join(' ')}
        >
          {wordsOf(filter)}
        </EuiBadge>
      }
    >
      <EuiContextMenuPanel
        items={items.map(([subject, words, next]) => (
          <EuiContextMenuItem key={subject} onClick={become(next)} data-test-subj={subject}>
            {words}
          </EuiContextMenuItem>
        ))}
      />
    </EuiPopover>
  );
}

function wordsOf({ meta, query }: KibanaFilter): string {
  const not = meta.negate ? 'NOT ' : '';
  if (meta.alias) return not + meta.alias;
  return `${not}${meta.type === 'custom' ? JSON.stringify(query) : `${meta.key}: ${valueWords(meta)}`}`;
}

function valueWords({ type, params }: KibanaFilter['meta']): string {
  if (type === 'exists') return 'exists';
  if (type === 'phrases') return `is one of ${(params as unknown[]).join(', ')}`;
  if (type !== 'range') return String((params as { query?: unknown } | undefined)?.query ?? '');
  const { gte, gt, lt, lte } = params as Record<string, unknown>;
  return `${gte ?? gt ?? '-∞'} to ${lt ?? lte ?? '∞'}`;
}
