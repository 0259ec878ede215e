import type { Classes } from '../api';

/** What one member of a pool did in the window. */
export interface MemberTraffic {
  host: string;
  by: string | null;
  requests: number;
  classes: Classes;
  /** Sum of the known durations and how many were known. */
  durationMs: number;
  durations: number;
  /** Of the requests: second and later attempts. */
  retries: number;
  /** By bucket of the timeline. */
  row: number[];
  failedRow: number[];
  /** Of the row: the user got a 5XX. */
  hurtRow: number[];
  /** Time of the first and last 5XX in each bucket. */
  firstFailure: (number | null)[];
  lastFailure: (number | null)[];
}

/** One tier's account of the window. */
export interface TierTraffic {
  tier: 'frontend' | 'webapp';
  source: string;
  note: string | null;
  members: MemberTraffic[];
}

export function addClasses(a: Classes, b: Classes, sign = 1): Classes {
  return {
    s2xx: a.s2xx + sign * b.s2xx,
    s3xx: a.s3xx + sign * b.s3xx,
    s4xx: a.s4xx + sign * b.s4xx,
    s5xx: a.s5xx + sign * b.s5xx,
    other: a.other + sign * b.other,
  };
}

export const NO_CLASSES: Classes = { s2xx: 0, s3xx: 0, s4xx: 0, s5xx: 0, other: 0 };

/** Joins entries of one host under one frontend (two addresses may be one host). */
export function mergeMembers(members: readonly MemberTraffic[]): MemberTraffic[] {
  const merged = new Map<string, MemberTraffic>();
  for (const member of members) {
    const key = JSON.stringify([member.by, member.host]);
    const known = merged.get(key);
    merged.set(key, known ? joinMembers(known, member) : member);
  }
  return [...merged.values()];
}

export function joinMembers(a: MemberTraffic, b: MemberTraffic): MemberTraffic {
  return {
    ...a,
    requests: a.requests + b.requests,
    classes: addClasses(a.classes, b.classes),
    durationMs: a.durationMs + b.durationMs,
    durations: a.durations + b.durations,
    retries: a.retries + b.retries,
    row: a.row.map((value, i) => value + (b.row[i] ?? 0)),
    failedRow: a.failedRow.map((value, i) => value + (b.failedRow[i] ?? 0)),
    hurtRow: a.hurtRow.map((value, i) => value + (b.hurtRow[i] ?? 0)),
    firstFailure: a.firstFailure.map((t, i) => pick(Math.min, t, b.firstFailure[i] ?? null)),
    lastFailure: a.lastFailure.map((t, i) => pick(Math.max, t, b.lastFailure[i] ?? null)),
  };
}

/** The earlier or later of two times of which either may be absent. */
export function pick(choose: (a: number, b: number) => number, a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : choose(a, b);
}
