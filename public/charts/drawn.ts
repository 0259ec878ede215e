import type { PointerEvent } from '@elastic/charts';

/**
 * A canvas tells nobody what is drawn on it. Browser tests set Kibana's own flag before the page loads: then charts write
 * their state into the DOM (elastic-charts' `data-ech-debug-state`), and the page what time is under the pointer.
 */
export function isTold(): boolean {
  return (globalThis as { _echDebugStateFlag?: boolean })._echDebugStateFlag === true;
}

/** `data-pointer-time` of the body: ms since 1970, the begin of the bar where there are bars; empty beside the charts. */
export function tellPointer(event: PointerEvent): void {
  if (isTold()) document.body.dataset['pointerTime'] = event.type === 'Over' ? String(event.x) : '';
}
