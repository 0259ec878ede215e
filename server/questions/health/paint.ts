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
  const segments: Segment[] = [];
  for (let i = 0; i + 1 < cuts.length; i++) {
    const [from, to] = [cuts[i]!, cuts[i + 1]!];
    if (from === to) continue;
    const { state, note } = topAt(from, base, layers);
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

function topAt(t: number, base: HostState, layers: readonly Layer[]): { state: HostState; note: string | null } {
  for (const { state, spans } of [...layers].reverse()) {
    const span = spans.find(({ from, to }) => from <= t && t < to);
    if (span) return { state, note: span.note ?? null };
  }
  return { state: base, note: null };
}
