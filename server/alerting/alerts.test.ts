import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMS } from '../../common/alerting';
import type { HealthEvent, TierShare } from '../../common/api';
import { alertsOf } from './alerts';

const event = (changes: Partial<HealthEvent>) =>
  ({
    kind: 'ejected',
    hosts: ['frontend-2'],
    title: 'Ejected',
    cause: '3 probes failed.',
    users_hurt: 312,
    until: null,
    ...changes,
  }) as HealthEvent;

const tier = (hosts: { host: string; marked: boolean }[], p: number) =>
  ({
    tier: 'webapp',
    chi_squared_p: p,
    hosts: hosts.map(({ host, marked }) => ({ host, marked, share: 0.167, due: 0.223, in_points: -5.6 })),
  }) as TierShare;

describe('alerts', () => {
  it('tell what hurt users, once for each host and kind', () => {
    const alerts = alertsOf(
      [event({}), event({ users_hurt: 5 }), event({ hosts: ['frontend-1'], users_hurt: 0 })],
      [],
      DEFAULT_PARAMS,
    );
    expect(alerts.map(({ id }) => id)).toEqual(['ejected:frontend-2']);
  });

  it('end when what they tell of was over before the last run', () => {
    const over = event({ until: 1_000 });
    expect(alertsOf([over], [], DEFAULT_PARAMS, 999)).toHaveLength(1);
    expect(alertsOf([over], [], DEFAULT_PARAMS, 1_001)).toEqual([]);
    expect(alertsOf([event({ until: null })], [], DEFAULT_PARAMS, 1_001)).toHaveLength(1);
  });

  it('last as long as the host is out, though the users it hurt lie before the window by now', () => {
    const still = event({ users_hurt: 0 });
    expect(alertsOf([still], [], DEFAULT_PARAMS, 1_001)).toEqual([]);
    expect(alertsOf([still], [], DEFAULT_PARAMS, 1_001, new Set(['ejected:frontend-2']))).toHaveLength(1);
    const back = event({ users_hurt: 0, until: 2_000 });
    expect(alertsOf([back], [], DEFAULT_PARAMS, 1_001, new Set(['ejected:frontend-2']))).toEqual([]);
  });

  it('tell of silence though it hurts nobody', () => {
    expect(alertsOf([event({ kind: 'silent', users_hurt: 0 })], [], DEFAULT_PARAMS)).toHaveLength(1);
  });

  it('tell of a marked host and never of a small p alone', () => {
    expect(alertsOf([], [tier([{ host: 'web-3', marked: true }], 0.5)], DEFAULT_PARAMS)[0]?.reason).toBe(
      'web-3 got 16.7 % where 22.3 % was due (−5.6 points).',
    );
    expect(alertsOf([], [tier([{ host: 'web-3', marked: false }], 1e-300)], DEFAULT_PARAMS)).toEqual([]);
  });
});
