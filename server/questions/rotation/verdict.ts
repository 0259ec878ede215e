import type { NotKnown, TierShare, Verdict } from '../../../common/api';
import { count, duration, list, milliseconds, percent } from '../../../common/format';
import { linesAbout } from '../host_lines';

export interface VerdictInput {
  tiers: readonly TierShare[];
  requests: number;
  minRequests: number;
  notKnown: readonly NotKnown[];
  from: number;
  to: number;
}

/** The one sentence on top of Rotation: is it even; if not, who, by how much, why. Webapps are judged first. */
export function rotationVerdict({ tiers, requests, minRequests, notKnown, from, to }: VerdictInput): Verdict {
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
  if (!worst) {
    const untold = judged.find(({ not_counted, requests: counted }) => not_counted > MUCH * (counted + not_counted));
    const because = notKnown[0]?.because ?? untold?.source_note ?? '';
    if (untold) return plain('neutral', 'Whose turn it was is not known of all requests', because);
    if (judged.every(({ hosts }) => hosts.every(({ due_known }) => due_known < 0.5))) {
      return plain('neutral', 'What was due is not known', because);
    }
    return evenVerdict(judged, notKnown);
  }
  return {
    tone: 'warning',
    headline: `Rotation is uneven: ${worst.host} got ${percent(worst.share)} of the requests where ${percent(worst.due)} was due.`,
    detail: [outSentence(worst), inSentence(worst)].filter(Boolean).join(' '),
    action: {
      label: worst.in_points < 0 ? `Slow requests of ${worst.host}` : `Requests of ${worst.host}`,
      target: { page: 'requests', from, to, kql: kqlOf(worst) },
    },
  };
}

type Share = TierShare['hosts'][number];

/** Of a tier's turns: with more of them untold nothing is called even. */
const MUCH = 0.1;

function evenVerdict(tiers: readonly TierShare[], notKnown: readonly NotKnown[]): Verdict {
  const worst = tiers.flatMap(({ hosts }) => hosts).sort((a, b) => Math.abs(b.in_points) - Math.abs(a.in_points))[0]!;
  const outs = tiers.flatMap(({ hosts }) => hosts).filter(({ out_of_pool_ms }) => out_of_pool_ms > 0);
  const most = `The largest deviation is ${worst.host}: ${percent(worst.share)} where ${percent(worst.due)} was due.`;
  const away = outs.length > 0 ? ` ${list(unique(outs))} lost time out of the pool, which is not unevenness.` : '';
  const open = notKnown.find(({ id }) => id === 'unknown.idle');
  return {
    tone: 'good',
    headline: 'Rotation is even.',
    detail: most + away + (open ? ` ${open.because}` : ''),
    action: null,
  };
}

/** Its own lines, and those of the tier above about it. */
function kqlOf({ host, frontend, places }: Share): string {
  const names = places.map(({ name }) => name);
  return linesAbout({ host, tier: frontend === null ? 'frontend' : 'webapp' }, frontend === null ? [] : names);
}

function unique(hosts: readonly Share[]): string[] {
  return [...new Set(hosts.map(({ host }) => host))];
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
