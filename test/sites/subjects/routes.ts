import { DEFAULT_PARAMS } from '../../../common/alerting';
import type { DeliveryData, HealthData, PartialReason, RotationData } from '../../../common/api';
import { alertsOf } from '../../../server/alerting/alerts';
import type { SearchClient } from '../../../server/host';
import { rotaApi } from '../../integration/queries/node';
import type { Answers, EventAnswer, OutageAnswer, Tier, TierAnswer } from '../check/answers';
import type { Truth } from '../truth/truth';
import { notKnownOf } from './not_known';
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
    outages: (rotation.overview?.out_of_pool ?? []).map((out) => outageOf(out, rotation)),
    events: events.flatMap(eventOf),
    alerts: alertsOf(events, tiers, DEFAULT_PARAMS),
    runs: (delivery.overview?.runs ?? []).map(({ id, state, missing, in_flight, dropped, dead_letters }) => ({
      id,
      state,
      missing,
      inFlight: in_flight,
      dropped,
      deadLetters: dead_letters,
    })),
    notKnown: notKnownOf({ rotation, health, reasons }),
  };
}

type Overview = NonNullable<RotationData['overview']>;

function tierOf({ tier, hosts, requests }: Overview['tiers'][number]): TierAnswer[] {
  if (tier === 'lb') return [];
  const rows = hosts.map(({ host, frontend, requests: turns, due, marked, places }) => ({
    name: host,
    by: frontend,
    places: places.map(({ name }) => name),
    turns,
    due: due * requests,
    marked,
  }));
  return [{ tier, rows }];
}

const OUTAGES = {
  probe: 'checks',
  passive: 'passive',
  failed_try: 'passive',
  drain: 'drain',
  maintenance: 'drain',
} as const;

function outageOf(out: Overview['out_of_pool'][number], { overview }: RotationData): OutageAnswer {
  const kind = OUTAGES[out.kind];
  const inTier = (tier: Tier) =>
    overview?.tiers.find((one) => one.tier === tier)?.hosts.some(({ host }) => host === out.host);
  const tier: Tier = kind === 'passive' || !inTier('frontend') ? 'webapp' : 'frontend';
  return { host: out.host, by: out.by === 'the balancer' ? null : out.by, tier, from: out.from, to: out.to, kind };
}

/** Absences of single hosts are read from Rotation, which has all of them. */
const EVENTS: Partial<Record<string, EventAnswer['kind']>> = {
  outage: 'no_server',
  burst: 'burst',
  silent: 'silent',
  all_silent: 'all_silent',
  clock: 'clock',
  deploy: 'deploy',
};

function eventOf({
  kind,
  hosts,
  since,
  until,
  users_hurt: hurt,
}: NonNullable<HealthData['overview']>['events'][number]): EventAnswer[] {
  const own = EVENTS[kind];
  // Whom an absence hurt counts as told, whatever else is known of it.
  if (own === undefined) return hurt > 0 ? [{ kind: 'burst', hosts, from: since, to: until, hurt }] : [];
  return [{ kind: own, hosts, from: since, to: until, hurt }];
}
