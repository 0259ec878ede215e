import type { HealthEvent } from '../../common/api';
import { DATASETS, streamOf } from '../../common/ecs';
import type { RotaHost, SearchClient } from '../host';
import { assessNow } from './assess_now';

const WINDOW_MS = 15 * 60_000;
/** What began so shortly after the window's begin may have begun before it. */
const EDGE_MS = 120_000;
/** A change is written when lines about it have had time to arrive. */
const SETTLED_MS = 60_000;
const NANOS_PER_MS = 1e6;

export interface Recorded {
  written: number;
  known: number;
}

/**
 * Writes pool events, bursts and silence of the last minutes to `rota.health`, so that other tools can read them. The ids
 * follow from what happened: a second run, or a second Kibana, writes nothing twice. Throws when Elasticsearch refuses.
 */
export async function recordEvents(host: RotaHost, elasticsearch: SearchClient, now: number): Promise<Recorded> {
  const { health, partial } = await assessNow(host, elasticsearch, now, WINDOW_MS);
  // Half an answer may tell of events that never were.
  if (partial) return { written: 0, known: 0 };
  const documents = (health.overview?.events ?? []).flatMap((event) =>
    documentsOf(event, now, now - WINDOW_MS + EDGE_MS),
  );
  if (documents.length === 0) return { written: 0, known: 0 };
  const stream = streamOf(DATASETS.health, host.settings.namespace);
  const bulkBody = documents.flatMap(({ id, doc }) => [{ create: { _index: stream, _id: id } }, doc]);
  const answer = (await elasticsearch.transport.request(
    { method: 'POST', path: '/_bulk', bulkBody },
    { meta: false },
  )) as {
    items: { create: { status: number; error?: { reason?: string } } }[];
  };
  const refused = answer.items.find(({ create }) => create.status >= 300 && create.status !== 409);
  if (refused)
    throw Object.assign(new Error(refused.create.error?.reason ?? 'refused'), { statusCode: refused.create.status });
  const known = answer.items.filter(({ create }) => create.status === 409).length;
  return { written: answer.items.length - known, known };
}

/** One document when it begins, one when it is over. A deploy is told by `service.version` already. */
export function documentsOf(
  event: HealthEvent,
  now: number,
  notBefore: number,
): { id: string; doc: Record<string, unknown> }[] {
  const { kind, since, until } = event;
  if (kind === 'deploy' || since < notBefore) return [];
  const begun =
    now - since >= SETTLED_MS ? [documentOf(event, since, kind === 'ejected_passive' ? 'ejected' : kind)] : [];
  const ended = until !== null && now - until >= SETTLED_MS ? [documentOf(event, until, endOf(kind))] : [];
  return [...begun, ...ended];
}

function endOf(kind: HealthEvent['kind']): string {
  return kind === 'ejected' || kind === 'ejected_passive' ? 'returned' : `${kind}_ended`;
}

function documentOf(event: HealthEvent, t: number, state: string) {
  const { hosts, tier, by, cause, users_hurt, gap_ms, duration_ms, id } = event;
  const over = t !== event.since;
  const key = `rota-health-${id}-${state}`;
  const doc = {
    '@timestamp': new Date(t).toISOString(),
    event: {
      id: key,
      dataset: DATASETS.health,
      kind: 'event',
      category: ['web'],
      type: ['info'],
      action: state,
      created: new Date().toISOString(),
    },
    data_stream: { type: 'logs', dataset: DATASETS.health },
    host: { name: hosts[0] ?? '' },
    message: `${hosts[0]} ${state.replace('_', ' ')}: ${cause}`,
    rota: {
      tier,
      health: {
        host: hosts[0] ?? '',
        tier,
        state,
        cause,
        user_failures: users_hurt,
        ...(by === null ? {} : { pool: by }),
        ...(gap_ms === null ? {} : { detection_gap: gap_ms * NANOS_PER_MS }),
        ...(over && duration_ms !== null ? { duration: duration_ms * NANOS_PER_MS } : {}),
      },
    },
  };
  return { id: key, doc };
}
