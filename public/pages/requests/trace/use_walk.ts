import { useEffect } from 'react';
import type { RequestRow } from '../../../../common/api';

/** The neighbours of the open request in the list, by button or by J and K; Escape closes it. */
export function useWalk(
  rows: RequestRow[],
  row: RequestRow | undefined,
  onOpen: (row: RequestRow) => void,
  onClose: () => void,
) {
  const at = row ? rows.indexOf(row) : -1;
  const step = (by: number) => {
    const to = at < 0 ? undefined : rows[at + by];
    return to && (() => onOpen(to));
  };
  const previous = step(-1);
  const next = step(1);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { target, key } = event;
      const typing =
        target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (key === 'j') next?.();
      if (key === 'k') previous?.();
      // A flyout beside the page does not close by itself. What lies over it (a popover) takes the key first.
      if (key === 'Escape' && !event.defaultPrevented) onClose();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });
  return { position: at < 0 ? null : at, of: rows.length, previous, next };
}
