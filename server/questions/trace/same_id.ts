import { intervalOf, kindOf, type TraceLine, timeOf } from './lines';

/** A balancer that tries again, and does not log it, does so at once: later it is another request with the same id. */
const ONE_REQUEST_MS = 5_000;

export interface Requests {
  /** The lines of the request that is shown. */
  lines: TraceLine[];
  /** Of the others: the line that stands for each. */
  others: TraceLine[];
}

/**
 * Lines of one id, request by request: clients send the same `X-Request-Id` again, and what comes later is no retry. Shown is
 * the one nearest to `near`, or the last.
 */
export function requestsOf(lines: readonly TraceLine[], near: number | undefined): Requests {
  const anchors = anchorsOf(lines);
  const groups: { line: TraceLine; from: number; to: number }[] = [];
  for (const line of anchors) {
    const { from, to } = intervalOf(line);
    const last = groups.at(-1);
    if (last && from <= last.to + ONE_REQUEST_MS) last.to = Math.max(last.to, to);
    else groups.push({ line, from, to });
  }
  if (groups.length < 2) return { lines: [...lines], others: [] };
  const distance = ({ from, to }: { from: number; to: number }, t: number) => Math.max(from - t, t - to, 0);
  const nearest = (t: number) =>
    groups.reduce((best, group) => (distance(group, t) < distance(best, t) ? group : best));
  const shown = near === undefined ? groups.at(-1)! : nearest(near);
  return {
    lines: lines.filter((line) => nearest(timeOf(line)) === shown),
    others: groups.filter((group) => group !== shown).map(({ line }) => line),
  };
}

/** The outermost lines, one for each time that a request came in. */
function anchorsOf(lines: readonly TraceLine[]): TraceLine[] {
  const of = (kind: ReturnType<typeof kindOf>) => lines.filter((line) => kindOf(line) === kind);
  const found = [of('balancer'), of('frontend'), of('event')].find((kind) => kind.length > 0) ?? [];
  return [...found].sort((a, b) => intervalOf(a).from - intervalOf(b).from);
}
