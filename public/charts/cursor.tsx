import type { Chart, PointerEvent } from '@elastic/charts';
import { useEffect, useRef } from 'react';
import { Subject } from 'rxjs';
import { tellPointer } from './drawn';

/** One cursor for all time charts of the page: what one chart's pointer is over, the others show too. */
const cursor$ = new Subject<PointerEvent>();

export function publishCursor(event: PointerEvent): void {
  cursor$.next(event);
  tellPointer(event);
}

/** A ref for a chart that follows the page's cursor. */
export function useCursorChart(): React.RefObject<Chart> {
  const ref = useRef<Chart>(null);
  useEffect(() => {
    const subscription = cursor$.subscribe((event) => ref.current?.dispatchExternalPointerEvent(event));
    return () => subscription.unsubscribe();
  }, []);
  return ref;
}
