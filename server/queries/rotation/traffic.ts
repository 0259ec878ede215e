import { DATASETS } from '../../../common/ecs';
import { addClasses, type MemberTraffic, mergeMembers, pick, type TierTraffic } from '../../../common/model/traffic';
import { classesOf, durationOf } from '../../search/aggregations';
import { type Bucket, bucketOf, bucketsOf, numberOf } from '../../search/buckets';
import type { SearchAnswer } from '../../search/msearch';
import { indexOf, rowOf, type Timeline } from '../../search/timeline';
import { isAddress, type Landscape } from '../landscape';

/** Below this share of lines with an upstream, the frontends do not tell whose turn it was. */
const ENOUGH_UPSTREAMS = 0.5;

const NOTES = {
  silent: 'The balancer wrote no lines here; the frontends’ own lines are counted.',
  unnamed: 'The balancer’s lines do not say which service they were for; the frontends’ own lines are counted.',
};

/** The balancer's own account of its frontends; else what the frontends wrote, which misses nobody but the dead. */
export function frontendTier(
  balancer: SearchAnswer,
  frontend: SearchAnswer,
  { balancers, whole }: Landscape,
  timeline: Timeline,
): TierTraffic {
  const served = bucketsOf(balancer.aggregations, 'hosts').filter(({ key }) => !String(key).startsWith('<'));
  const own = bucketsOf(frontend.aggregations, 'hosts');
  if (served.length > 0) {
    const members = served.map((bucket) => memberOf(bucket, null, timeline));
    return { tier: 'frontend', source: DATASETS.haproxy, note: null, members };
  }
  return {
    tier: 'frontend',
    source: DATASETS.nginxAccess,
    note: own.length > 0 ? NOTES[(whole?.balancers ?? balancers).length > 0 ? 'unnamed' : 'silent'] : null,
    members: own.map((bucket) => memberOf(bucket, null, timeline)),
  };
}

/** Turns of the webapps as the frontends gave them, retries included; else the webapps' own lines. */
export function webappTier(
  frontend: SearchAnswer,
  webapp: SearchAnswer,
  landscape: Landscape,
  timeline: Timeline,
): TierTraffic {
  const frontends = bucketsOf(frontend.aggregations, 'hosts');
  const turns = frontends.flatMap((bucket) => turnsOf(bucket, landscape, timeline));
  const given = turns.reduce((sum, { requests }) => sum + requests, 0);
  const own = bucketsOf(webapp.aggregations, 'hosts').map((bucket) => memberOf(bucket, null, timeline));
  const told = frontend.total > 0 && given / frontend.total >= ENOUGH_UPSTREAMS;
  if (told || own.length === 0) {
    return { tier: 'webapp', source: DATASETS.nginxAccess, note: null, members: mergeMembers(turns) };
  }
  return {
    tier: 'webapp',
    source: DATASETS.access,
    note: 'The frontends’ lines name no upstream; the webapps’ own lines are counted.',
    members: own,
  };
}

function memberOf(bucket: Bucket, by: string | null, timeline: Timeline): MemberTraffic {
  const { ms, count } = durationOf(bucket);
  return {
    host: String(bucket.key),
    by,
    requests: bucket.doc_count,
    classes: classesOf(bucket, 'classes', bucket.doc_count),
    durationMs: ms,
    durations: count,
    retries: 0,
    row: rowOf(timeline, bucket, 'time'),
    ...failuresOf(bucket, timeline),
  };
}

function failuresOf(bucket: Bucket, timeline: Timeline) {
  const failedRow = rowOf(timeline, bucket, 'time', (b) => bucketOf(b, 'failed').doc_count);
  const firstFailure: (number | null)[] = timeline.times.map(() => null);
  const lastFailure = [...firstFailure];
  for (const b of bucketsOf(bucket, 'time')) {
    const i = indexOf(timeline, b);
    if (i === null) continue;
    firstFailure[i] = numberOf(bucketOf(b, 'failed'), 'first');
    lastFailure[i] = numberOf(bucketOf(b, 'failed'), 'last');
  }
  // Where the search asks for no `hurt`, the tier's own answers are what the users got.
  const asked = bucketsOf(bucket, 'time').some((b) => b['hurt'] !== undefined);
  const hurtRow = asked ? rowOf(timeline, bucket, 'time', (b) => bucketOf(b, 'hurt').doc_count) : [...failedRow];
  return { failedRow, hurtRow, firstFailure, lastFailure };
}

/** Requests by last upstream, minus the last attempts of retried ones, plus all their attempts. */
function turnsOf(frontend: Bucket, { book }: Landscape, timeline: Timeline): MemberTraffic[] {
  const by = String(frontend.key);
  const members = new Map<string, MemberTraffic>();
  for (const bucket of bucketsOf(frontend, 'upstreams').filter(({ key }) => isAddress(String(key)))) {
    members.set(String(bucket.key), { ...memberOf(bucket, by, timeline), host: book.name(String(bucket.key)) });
  }
  const retried = bucketOf(frontend, 'retried');
  for (const bucket of bucketsOf(retried, 'last')) correct(members, bucket, -1, by, { book, timeline });
  for (const bucket of bucketsOf(bucketOf(retried, 'all'), 'upstreams')) {
    correct(members, bucket, 1, by, { book, timeline });
  }
  correctRows(members, retried, timeline);
  return [...members.values()].filter(({ requests }) => requests > 0);
}

/** In time too, earlier attempts of retried requests are turns of the hosts that failed them. */
function correctRows(members: Map<string, MemberTraffic>, retried: Bucket, timeline: Timeline): void {
  for (const bucket of bucketsOf(retried, 'time')) {
    const i = indexOf(timeline, bucket);
    if (i === null) continue;
    const change = (upstream: Bucket, sign: 1 | -1) => {
      const member = members.get(String(upstream.key));
      if (!member) return;
      const failed = bucketOf(upstream, 'failed');
      member.row[i]! += sign * upstream.doc_count;
      member.failedRow[i]! += sign * failed.doc_count;
      if (sign < 0 || failed.doc_count === 0) return;
      member.firstFailure[i] = pick(Math.min, member.firstFailure[i]!, numberOf(bucketOf(failed, 'lines'), 'first'));
      member.lastFailure[i] = pick(Math.max, member.lastFailure[i]!, numberOf(bucketOf(failed, 'lines'), 'last'));
    };
    for (const upstream of bucketsOf(bucket, 'last')) change(upstream, -1);
    for (const upstream of bucketsOf(bucketOf(bucket, 'all'), 'upstreams')) change(upstream, 1);
  }
}

function correct(
  members: Map<string, MemberTraffic>,
  bucket: Bucket,
  sign: 1 | -1,
  by: string,
  { book, timeline }: { book: Landscape['book']; timeline: Timeline },
): void {
  if (!isAddress(String(bucket.key))) return;
  const address = String(bucket.key);
  const change = memberOf(bucket, by, timeline);
  const known = members.get(address) ?? { ...change, host: book.name(address), ...emptyCounts(timeline) };
  members.set(address, {
    ...known,
    requests: known.requests + sign * change.requests,
    classes: addClasses(known.classes, change.classes, sign),
    durationMs: known.durationMs + sign * change.durationMs,
    durations: known.durations + sign * change.durations,
    retries: known.retries + (sign > 0 ? bucketOf(bucket, 'later').doc_count : 0),
  });
}

function emptyCounts(timeline: Timeline) {
  const row = timeline.times.map(() => 0);
  return {
    requests: 0,
    classes: { s2xx: 0, s3xx: 0, s4xx: 0, s5xx: 0, other: 0 },
    durationMs: 0,
    durations: 0,
    row,
    failedRow: [...row],
    hurtRow: [...row],
    firstFailure: row.map(() => null),
    lastFailure: row.map(() => null),
  };
}
