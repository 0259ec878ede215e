import type { TierShare, Verdict } from '../api';
import { count, duration, list, milliseconds, percent } from './words';

export interface VerdictInput {
  tiers: readonly TierShare[];
  requests: number;
  minRequests: number;
  from: number;
  to: number;
}

/** The one sentence on top of Rotation: is it even; if not, who, by how much, why. Webapps are judged first. */
export function rotationVerdict({ tiers, requests, minRequests, from, to }: VerdictInput): Verdict {
  const plain = (tone: Verdict['tone'], headline: string, detail: string): Verdict => ({
    tone,
    headline,
    detail,
    action: null,
  });
  if (requests === 0) {
    return plain('neutral', 'No requests in this window', 'Widen the time range or remove a filter.');
  }
  const judged = [...tiers].reverse().filter(({ hosts }) => hosts.length > 1);
  if (judged.length === 0) {
    return plain('neutral', 'One host serves alone: there is nothing to rotate', 'Its turns and health stand below.');
  }
  if (requests < minRequests) {
    return plain(
      'neutral',
      `Too few requests to judge: ${count(requests)} of at least ${count(minRequests)}`,
      'Shares are shown, but a difference may be chance.',
    );
  }
  const marked = judged.flatMap(({ hosts }) => hosts.filter((host) => host.marked));
  const worst = marked.sort((a, b) => Math.abs(b.in_points) - Math.abs(a.in_points))[0];
  if (!worst) return evenVerdict(judged);
  return {
    tone: 'warning',
    headline: `Rotation is uneven: ${worst.host} got ${percent(worst.share)} of the requests where ${percent(worst.due)} was due.`,
    detail: [outSentence(worst), inSentence(worst)].filter(Boolean).join(' '),
    action: {
      label: worst.in_points < 0 ? `Slow requests of ${worst.host}` : `Requests of ${worst.host}`,
      target: { page: 'requests', from, to, kql: `host.name: "${worst.host}"` },
    },
  };
}

type Share = TierShare['hosts'][number];

function evenVerdict(tiers: readonly TierShare[]): Verdict {
  const worst = tiers.flatMap(({ hosts }) => hosts).sort((a, b) => Math.abs(b.in_points) - Math.abs(a.in_points))[0]!;
  const outs = tiers.flatMap(({ hosts }) => hosts).filter(({ out_of_pool_ms }) => out_of_pool_ms > 0);
  const most = `The largest deviation is ${worst.host}: ${percent(worst.share)} where ${percent(worst.due)} was due.`;
  const away =
    outs.length > 0 ? ` ${list(outs.map(({ host }) => host))} lost time out of the pool, which is not unevenness.` : '';
  return { tone: 'good', headline: 'Rotation is even.', detail: most + away, action: null };
}

function outSentence({ equal, out_points, out_cause }: Share): string {
  if (Math.abs(out_points) < 0.05) return `An equal share is ${percent(equal)}.`;
  const words = `${Math.abs(out_points).toFixed(1)} points ${out_points < 0 ? 'went with' : 'came from'}`;
  return `Of an equal ${percent(equal)}, ${words} ${out_cause ?? 'time out of the pool'}.`;
}

function inSentence({ in_points, in_cause }: Share): string {
  const amount = `${Math.abs(in_points).toFixed(1)} points`;
  if (in_points < 0) return `${amount} were lost while in the pool${in_cause ? `: ${in_cause}` : ''}.`;
  return `${amount} were gained while in the pool${in_cause ? `: ${in_cause}` : ''}.`;
}

/** "time out of the pool (40 s of its own, 2 min 30 s with frontend-2)"; null when it was in all the time. */
export function outCause(ownMs: number, aboveMs: number, above: string | null, points: number): string | null {
  const parts = [
    ...(ownMs > 0 ? [`${duration(ownMs)} of its own`] : []),
    ...(aboveMs > 0 ? [`${duration(aboveMs)} with ${above}`] : []),
  ];
  if (parts.length > 0) return `time out of the pool (${parts.join(', ')})`;
  return Math.abs(points) >= 0.05 ? 'the time that others were out of the pool' : null;
}

/** Why a host got other than its due while it was in: its speed against the others', if it differs by a fifth. */
export function inCause(
  share: { inPoints: number; meanMs: number | null; failedShare: number },
  others: number | null,
): string | null {
  const { inPoints, meanMs, failedShare } = share;
  if (meanMs === null || others === null || others === 0 || Math.abs(inPoints) < 0.5) return null;
  const speed = `${milliseconds(meanMs)} on average, against ${milliseconds(others)} elsewhere`;
  if (inPoints < 0 && meanMs > others * 1.2) return `slow answers, ${speed}`;
  if (inPoints > 0 && failedShare > 0.05 && meanMs < others * 0.8) return `fast failures, ${speed}`;
  if (inPoints > 0 && meanMs < others * 0.8) return `fast answers, ${speed}`;
  return null;
}
