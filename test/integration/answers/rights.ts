import { expect } from 'vitest';
import type { Answers } from './case';
import { at, delivery, dueIs, events, health, isEven, rotation, runs, shareIs, tier } from './expectations';

const noEvents = (a: Answers) => expect(events(a)).toEqual([]);
const near = (found: number | null, wanted: number, ms: number) =>
  expect(Math.abs(found! - wanted)).toBeLessThanOrEqual(ms);

/** What is right in each situation, reasoned out by hand; `what` of the case says why. */
export const RIGHT: Record<string, (a: Answers) => void> = {
  B01(a) {
    isEven(a);
    dueIs(a, 'webapp', { 'web-1': 0.375, 'web-2': 0.375, 'web-3': 0.125, 'web-4': 0.125 });
  },
  B03(a) {
    isEven(a);
    dueIs(a, 'webapp', { 'web-3': 0.5, 'web-4': 0.5 });
    noEvents(a);
  },
  B05(a) {
    isEven(a);
    shareIs(a, 'webapp', { 'pod-a': 0.25, 'pod-b': 0.25, 'pod-c': 0.5 });
    noEvents(a);
  },
  B06(a) {
    isEven(a);
    dueIs(a, 'webapp', { 'web-1': 0.49, 'web-2': 0.49, 'web-9': 0.017 });
  },
  B08(a) {
    isEven(a);
    dueIs(a, 'webapp', { 'web-1': 0.75, 'web-2': 0.25 });
  },
  B11(a) {
    dueIs(a, 'webapp', { 'web-1': 0.35, 'web-2': 0.35, 'web-3': 0.15, 'web-4': 0.15 });
    expect(tier(a, 'webapp').hosts.filter(({ marked }) => marked)).toEqual([]);
    expect(rotation(a).verdict.headline).toMatch(/edge-[12] got/);
  },
  B13(a) {
    const names = tier(a, 'frontend').hosts.map(({ host }) => host);
    expect(names).toEqual(['be_api/srv1', 'be_api/srv2', 'be_web/srv1', 'be_web/srv2']);
    expect(events(a)).toEqual([['ejected', 'be_api/srv1', at('10:10:00.000'), at('10:15:00.000')]]);
    isEven(a);
  },
  B14(a) {
    expect(tier(a, 'webapp')).toMatchObject({ requests: 4500 });
    expect(tier(a, 'webapp').hosts).toHaveLength(150);
  },
  B16(a) {
    expect(tier(a, 'webapp').requests).toBe(3600);
    shareIs(a, 'webapp', { 'web-1': 0.25, 'web-2': 0.25, 'web-3': 0.25, 'web-4': 0.25 });
    expect(
      rotation(a)
        .not_known.map(({ because }) => because)
        .join(),
    ).toMatch(/edge-2/);
  },
  B17(a) {
    expect(rotation(a).figures.retries).toBe(0);
    expect(a.requests.rows!.rows[0]!.failed_ms).toBe(0);
    expect(tier(a, 'webapp').hosts.filter(({ marked }) => marked)).toEqual([]);
  },
  B19(a) {
    noEvents(a);
    expect(health(a).figures).toMatchObject({ frontends: 2, serving: 4, hosts_known: 4 });
    expect(health(a).verdict.tone).toBe('good');
    expect(rotation(a).not_known.map(({ id }) => id)).toContain('unknown.names');
  },
  B20(a) {
    noEvents(a);
    expect(health(a).verdict.tone).toBe('good');
    expect(health(a).quiet).toMatch(/write no log of their own/);
  },
  B23(a) {
    isEven(a);
    dueIs(a, 'frontend', { f1: 0.542, f2: 0.458 });
    expect(rotation(a).out_of_pool).toHaveLength(1);
    near(rotation(a).out_of_pool[0]!.to, at('10:10:00.000'), 2000);
    expect(health(a).figures.serving).toBe(4);
  },
  B24(a) {
    isEven(a);
    dueIs(a, 'frontend', { f1: 0.583, f2: 0.417 });
    expect(events(a)).toEqual([['ejected', 'f2', at('10:05:00.000'), at('10:25:00.000')]]);
    expect(health(a).events[0]!.by).toBe('lb-2');
    const lane = health(a).lanes.find(({ host, tier: of }) => host === 'f2' && of === 'frontend')!;
    expect(lane.segments.map(({ state }) => state)).toEqual(['serving', 'partly_out', 'serving']);
  },
  B25(a) {
    isEven(a);
    dueIs(a, 'frontend', { f1: 0.667, f2: 0.333 });
    expect(rotation(a).out_of_pool).toMatchObject([
      { host: 'f2', kind: 'drain', from: at('10:10:00.000'), to: at('10:30:00.000') },
    ]);
    expect(health(a).events.map(({ kind }) => kind)).toEqual(['drained']);
    expect(health(a).verdict.tone).toBe('good');
  },
  B26(a) {
    const outage = health(a).events.find(({ kind }) => kind === 'outage')!;
    expect(outage).toMatchObject({ hosts: ['f1', 'f2'], users_hurt: 120, by: 'lb-1' });
    expect(health(a).verdict.headline).toMatch(/^120 user requests got a 5XX while lb-1 had no server: f1 and f2/);
    expect(health(a).budget).toMatchObject({ in_outage: 120, elsewhere: 0 });
  },
  B29(a) {
    expect(events(a)).toEqual([
      ['deploy', 'web-1', at('10:10:00.001'), at('10:10:00.001')],
      ['deploy', 'web-1', at('10:20:00.001'), at('10:20:00.001')],
    ]);
    expect(health(a).events.map(({ cause }) => cause)).toEqual([
      '`service.version` 1.0.0 → 2.0.0.',
      '`service.version` 2.0.0 → 1.0.0.',
    ]);
  },
  B30: noEvents,
  B31(a) {
    expect(events(a)).toEqual([['ejected', 'f1', at('10:05:04.000'), at('10:10:02.000')]]);
  },
  B33: noEvents,
  B35(a) {
    expect(events(a)).toEqual([['ejected', 'f1', at('10:05:04.000'), null]]);
  },
  B36(a) {
    noEvents(a);
    isEven(a);
  },
  B37: noEvents,
  B39(a) {
    expect(health(a).events.map(({ kind }) => kind)).toEqual(['clock']);
    expect(health(a).events[0]!.cause).toMatch(/^300 lines bear a time 1 h ahead/);
    expect(health(a).verdict.tone).toBe('good');
  },
  B40(a) {
    isEven(a);
    expect(Math.abs(tier(a, 'webapp').hosts.find(({ host }) => host === 'web-2')!.due - 0.467)).toBeLessThan(0.02);
    expect(rotation(a).out_of_pool).toEqual([]);
    expect(rotation(a).not_known.map(({ id }) => id)).toContain('unknown.worker_local');
  },
  B42(a) {
    expect(a.requests.summary).toMatchObject({ total: 3640, reached_client: 40 });
    expect(health(a).figures.users_hurt).toBe(40);
    expect(health(a).verdict.headline).toMatch(/^40 user requests got a 5XX in the 40 s before lb-1 ejected f2/);
  },
  B44(a) {
    expect(a.trace.retries).toBe(0);
    expect(a.trace.verdict!.detail).toMatch(/3 requests bear this id/);
    expect(a.trace.same_id).toHaveLength(2);
  },
  B45(a) {
    expect(rotation(a).figures.requests).toBe(1800);
    expect(a.requests.summary!.total).toBe(1800);
    expect(tier(a, 'webapp').hosts.map(({ host, frontend }) => [frontend, host])).toEqual([['edge-p', 'web-0']]);
    expect(tier(a, 'frontend').hosts.map(({ host }) => host)).toEqual(['edge-p']);
  },
  B46(a) {
    expect(rotation(a).figures).toMatchObject({ requests: 900, probes: 720 });
    expect(health(a).figures).toMatchObject({ requests: 900, probes: 720 });
  },
  B47(a) {
    expect(a.partial).toBe(true);
    expect(rotation(a).verdict.tone).not.toBe('good');
    expect(health(a).verdict.tone).not.toBe('good');
  },
  B50(a) {
    expect(runs(a)).toMatchObject([{ state: 'unproven', missing: 0 }]);
    expect(delivery(a).verdict.tone).not.toBe('good');
  },
  B51(a) {
    expect(runs(a)).toMatchObject([{ expired: 1000, missing: 0 }]);
    expect(['running', 'unproven']).toContain(runs(a)[0]!.state);
  },
  B52(a) {
    expect(delivery(a).counts).toMatchObject({ runs: 520, missing: 20, proven: 500 });
    expect(delivery(a).verdict.tone).toBe('danger');
  },
  B53(a) {
    expect(runs(a)).toMatchObject([{ state: 'proven', sent: 91, indexed: 91 }]);
  },
  B55(a) {
    // No report tells of a queue that holds lines here: whether they come is not known, and none is called lost.
    expect(runs(a)[0]!.state).not.toBe('proven');
    expect(delivery(a).verdict.detail).not.toMatch(/lost/);
    expect(delivery(a).verdict.tone).not.toBe('good');
  },
  B58(a) {
    isEven(a);
    noEvents(a);
    expect(rotation(a).figures.requests).toBe(3600);
  },
  B59(a) {
    const [silent, ...others] = health(a).events;
    expect(others).toEqual([]);
    expect(silent).toMatchObject({ kind: 'silent', hosts: ['edge-2'], until: null });
    near(silent!.since, at('10:30:00.000'), 2000);
  },
  B60(a) {
    expect(tier(a, 'frontend').hosts.filter(({ host, due }) => host === 'f2' && due > 0)).toEqual([]);
  },
  B62(a) {
    expect(events(a)).toEqual([['ejected', 'f1', at('10:07:00.000'), at('10:16:00.000')]]);
  },
  B63(a) {
    expect(events(a)).toEqual([['ejected', 'f1', at('10:05:02.000'), at('10:05:31.000')]]);
  },
  B67(a) {
    isEven(a);
    expect(rotation(a).figures.requests).toBe(1800);
    expect(tier(a, 'webapp').hosts.map(({ host }) => host)).toEqual(['web-3', 'web-4']);
  },
  B69(a) {
    expect(rotation(a).figures.requests).toBe(3800);
    expect(health(a).figures).toMatchObject({ requests: 3800, users_hurt: 60 });
  },
  B71(a) {
    isEven(a);
    noEvents(a);
    expect(rotation(a).flow.links.map(({ from, to }) => `${from} → ${to}`)).toEqual([
      'lb:lb-1 → frontend:node-1',
      'lb:lb-1 → frontend:node-2',
      'frontend:node-1 → webapp:node-1',
      'frontend:node-2 → webapp:node-2',
    ]);
  },
  B73(a) {
    expect(runs(a).map(({ missing }) => missing)).toEqual([0]);
  },
  B75(a) {
    isEven(a);
    dueIs(a, 'webapp', { 'web-1': 0.667, 'web-2': 0.333 });
    expect(tier(a, 'webapp').hosts.map(({ places }) => places.length)).toEqual([4, 2]);
  },
  B78(a) {
    isEven(a);
    dueIs(a, 'webapp', { 'f1>web-1': 0.208, 'f1>web-2': 0.292, 'f2>web-1': 0.25, 'f2>web-2': 0.25 }, 'frontend');
    expect(events(a)).toEqual([['ejected_passive', 'web-1', at('10:10:00.000'), at('10:20:00.000')]]);
    expect(health(a).events[0]!.by).toBe('f1');
  },
  B83(a) {
    expect(runs(a)).toMatchObject([{ state: 'proven', missing: 0, sent: 300, indexed: 300 }]);
  },
  B86(a) {
    expect(health(a).figures).toMatchObject({ requests: 3600, users_hurt: 20 });
    expect(rotation(a).figures).toMatchObject({ requests: 3600, failed: 20 });
    expect(health(a).budget.good_share).toBeCloseTo(0.9945, 3);
    expect(tier(a, 'frontend').source_note).toMatch(/only failures are logged/);
  },
  B101(a) {
    isEven(a);
    noEvents(a);
    expect(tier(a, 'webapp').hosts.map(({ host, frontend, requests }) => [frontend, host, requests])).toEqual([
      ['node-1', 'node-1', 1800],
      ['node-2', 'node-2', 1800],
    ]);
  },
  B103(a) {
    shareIs(a, 'webapp', { 'pod-1': 0.5, 'pod-2': 0.3, 'pod-3': 0.2 });
    expect(rotation(a).verdict.headline).toMatch(/^Rotation is uneven/);
    expect(tier(a, 'webapp').source_note).toMatch(/Several hosts stand behind 10\.96\.0\.10:80/);
    noEvents(a);
  },
};
