import { DEFAULT_PARAMS } from '../../../common/alerting';
import type { DeliveryData, HealthData, PartialReason, RotationData } from '../../../common/api';
import { alertsOf } from '../../../server/alerting/alerts';
import type { SearchClient } from '../../../server/host';
import { rotaApi } from '../../integration/queries/node';
import type { Answers, EventAnswer, NotKnown, OutageAnswer, Tier, TierAnswer } from '../check/answers';
import type { Truth } from '../truth/truth';
import { settingsOf } from './site_settings';

interface Asked {
  rotation: RotationData;
  health: HealthData;
  delivery: DeliveryData;
  reasons: PartialReason[];
}

/** The plugin's routes, asked as the pages ask them, when the truth says that the question is asked. */
export async function askRoutes(client: SearchClient, namespace: string, truth: Truth): Promise<Asked> {
  const { now } = Date;
  Date.now = () => truth.askedAt;
  try {
    return await ask(client, namespace, truth);
  } finally {
    Date.now = now;
  }
}

async function ask(client: SearchClient, namespace: string, truth: Truth): Promise<Asked> {
  const api = rotaApi(client, namespace, settingsOf(truth));
  const { from, to } = truth.range;
  const range = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), parts: ['overview' as const] };
  const rotation = await api.ask('rotation', range);
  const health = await api.ask('health', range);
  const delivery = await api.ask('delivery', range);
  return {
    rotation: rotation.data,
    health: health.data,
    delivery: delivery.data,
    reasons: [rotation, health, delivery].flatMap(({ partial_reasons }) => partial_reasons),
  };
}

/** What their answers claim. */
export function answersOf({ rotation, health, delivery, reasons }: Asked): Answers {
  const tiers = rotation.overview?.tiers ?? [];
  const events = health.overview?.events ?? [];
  return {
    requests: rotation.overview?.figures.requests ?? 0,
    hurt: health.overview?.figures.users_hurt ?? 0,
    tiers: tiers.flatMap(tierOf),
    outages: (rotation.overview?.out_of_pool ?? []).flatMap((out) => outageOf(out, rotation)),
    events: events.flatMap(eventOf),
    alerts: alertsOf(events, tiers, DEFAULT_PARAMS),
    runs: (delivery.overview?.runs ?? []).map(({ id, state, missing, dropped, dead_letters }) => ({
      id,
      state,
      missing,
      dropped,
      deadLetters: dead_letters,
    })),
    notKnown: [...tiers.flatMap(poolsNotKnown), ...reasons.map(partial), ...notComplete(rotation)],
  };
}

type TierShare = NonNullable<RotationData['overview']>['tiers'][number];

function tierOf({ tier, hosts, requests }: TierShare): TierAnswer[] {
  if (tier === 'lb') return [];
  const rows = hosts.map(({ host, frontend, requests: turns, due, marked }) => ({
    name: host,
    by: frontend,
    places: [],
    turns,
    due: due * requests,
    marked,
  }));
  return [{ tier, rows }];
}

const OUTAGES = { probe: 'checks', passive: 'passive', failed_try: 'passive' } as const;

function outageOf(
  out: NonNullable<RotationData['overview']>['out_of_pool'][number],
  { overview }: RotationData,
): OutageAnswer[] {
  if (out.kind === 'upstream_out') return [];
  const kind = OUTAGES[out.kind];
  const inTier = (tier: Tier) =>
    overview?.tiers.find((one) => one.tier === tier)?.hosts.some(({ host }) => host === out.host);
  const tier: Tier = kind === 'passive' || !inTier('frontend') ? 'webapp' : 'frontend';
  return [{ host: out.host, by: out.by === '' ? null : out.by, tier, from: out.from, to: out.to, kind }];
}

/** Absences of single hosts are read from Rotation, which has all of them. */
const EVENTS: Partial<Record<string, EventAnswer['kind']>> = { burst: 'burst', silent: 'silent', deploy: 'deploy' };

function eventOf({
  kind,
  hosts,
  since,
  until,
  users_hurt,
}: NonNullable<HealthData['overview']>['events'][number]): EventAnswer[] {
  const own = EVENTS[kind];
  // What an absence hurt counts as told, whatever else is known of it.
  if (own === undefined)
    return users_hurt > 0 ? [{ kind: 'burst', hosts, from: since, to: until, hurt: users_hurt }] : [];
  return [{ kind: own, hosts, from: since, to: until, hurt: users_hurt }];
}

function poolsNotKnown({ tier, pool_known, label }: TierShare): NotKnown[] {
  if (pool_known || tier === 'lb') return [];
  return [{ aspects: ['due', 'outages'], tier, because: `${label}: nothing tells who was in the pool` }];
}

/** The charts are hatched from there on: lines are still to come. */
function notComplete({ window }: RotationData): NotKnown[] {
  if (window.complete_to >= window.to) return [];
  const because = 'not every line has had time to arrive';
  return [{ aspects: ['requests', 'hurt', 'turns', 'due'], because }];
}

/** A search that failed or was cut: anything may be wrong. */
function partial({ message }: PartialReason): NotKnown {
  return { aspects: ['requests', 'hurt', 'turns', 'due', 'outages', 'events', 'runs'], because: message };
}
