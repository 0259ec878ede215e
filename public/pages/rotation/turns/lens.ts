import type { Annotation, WindowInfo } from '../../../../common/api';

/** The stretch of the window that is drawn request by request. Milliseconds. */
export interface Lens {
  from: number;
  to: number;
}

export const LENS_MS = 60_000;
const LEAD_MS = 9_000;

/** The window's last minute: what a page shows that was just opened. */
export function lastLens({ from, to }: WindowInfo): Lens {
  return { from: Math.max(from, to - LENS_MS), to };
}

/** Moves a lens to begin at `from`, kept inside the window. */
export function lensAt(from: number, window: WindowInfo): Lens {
  const length = Math.min(LENS_MS, window.to - window.from);
  const start = Math.min(Math.max(from, window.from), window.to - length);
  return { from: Math.round(start), to: Math.round(start + length) };
}

/** Shows an event with a little of what was before it. */
export function lensOn(annotation: Annotation, window: WindowInfo): Lens {
  return lensAt(annotation.from - LEAD_MS, window);
}

const WEIGHT: Partial<Record<Annotation['kind'], number>> = { ejected: 4, burst: 3, ejected_passive: 2, deploy: 1 };

/** The events worth a button of their own: the gravest, then the newest; at most `count`, oldest first. */
export function lensEvents(annotations: readonly Annotation[], window: WindowInfo, count: number): Annotation[] {
  return annotations
    .filter(({ kind, from }) => WEIGHT[kind] !== undefined && from >= window.from && from < window.to)
    .sort((a, b) => WEIGHT[b.kind]! - WEIGHT[a.kind]! || b.from - a.from)
    .slice(0, count)
    .sort((a, b) => a.from - b.from);
}
