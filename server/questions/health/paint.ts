import type { HostState, Segment } from '../../../common/api';
import type { Span } from '../../topology/spans';

/** A state with the times in which it holds; later layers lie over earlier ones. */
export interface Layer {
  state: HostState;
  spans: readonly (Span & { note?: string | null })[];
}

/** Paints layers over a base: segments without gaps or overlaps that cover the window exactly. */
export function paint(window: Span, base: HostState, layers: readonly Layer[]): Segment[] {
  const spans = layers.flatMap(({ spans }) => spans);
  const cuts = [window.from, window.to, ...spans.flatMap(({ from, to }) => [from, to])]
    .filter((t) => t >= window.from && t <= window.to)
    .sort((a, b) => a - b);
  const topAt = topOf(base, layers);
  const segments: Segment[] = [];
  for (let i = 0; i + 1 < cuts.length; i++) {
    const [from, to] = [cuts[i]!, cuts[i + 1]!];
    if (from === to) continue;
    const { state, note } = topAt(from);
    const last = segments.at(-1);
    if (last && last.state === state && last.note === note) last.to = to;
    else segments.push({ state, from, to, note });
  }
  return segments;
}

/** Leaves out moments of calm between two other states: too short to draw, and no news. The state before goes on. */
export function absorb(segments: readonly Segment[], calm: HostState, minMs: number): Segment[] {
  const kept: Segment[] = [];
  segments.forEach((segment, i) => {
    const last = kept.at(-1);
    const inner = last !== undefined && i + 1 < segments.length;
    const short = segment.state === calm && segment.to - segment.from < minMs;
    if (inner && short) last.to = segment.to;
    else if (last && last.state === segment.state && last.note === segment.note) last.to = segment.to;
    else kept.push({ ...segment });
  });
  return kept;
}

/** What lies on top at moments that are asked for one after the other in time: of a layer the first span that is there. */
function topOf(base: HostState, layers: readonly Layer[]): (t: number) => { state: HostState; note: string | null } {
  const sweeps = [...layers].reverse().map(({ state, spans }) => {
    const waiting = spans.map((span, order) => ({ ...span, order })).sort((a, b) => a.from - b.from);
    return { state, waiting, next: 0, there: [] as typeof waiting };
  });
  return (t) => {
    for (const sweep of sweeps) {
      while (sweep.next < sweep.waiting.length && sweep.waiting[sweep.next]!.from <= t)
        sweep.there.push(sweep.waiting[sweep.next++]!);
      sweep.there = sweep.there.filter(({ to }) => t < to);
      const [first, ...others] = sweep.there;
      if (!first) continue;
      const span = others.reduce((a, b) => (b.order < a.order ? b : a), first);
      return { state: sweep.state, note: span.note ?? null };
    }
    return { state: base, note: null };
  };
}
