import type { HealthEvent } from '../../common/api';
import { DATASETS, streamOf } from '../../common/ecs';
import type { RotaHost, SearchClient } from '../host';
import { assessNow } from './assess_now';

/** What is judged at once: always the same length, so that bursts fall into the same buckets in every run. */
export const WINDOW_MS = 15 * 60_000;
/** What began so shortly after the window's begin may have begun before it. */
const EDGE_MS = 120_000;
/** A change is written when lines about it have had time to arrive. */
const SETTLED_MS = 60_000;
const NANOS_PER_MS = 1e6;
const NOT_RECORDED = new Set<HealthEvent['kind']>(['deploy', 'drained', 'clock', 'all_silent', 'outage']);

export interface Recorded {
  written: number;
  known: number;
  /** False when an answer was partial, and nothing was written: half an answer may tell of events that never were. */
  complete: boolean;
}

/**
 * Writes pool events, bursts and silence of the minutes before `end` (by default now) to `rota.health`, so that other
 * tools can read them. The ids follow from what happened: a second run, or a second Kibana, writes nothing twice. Throws
 * when Elasticsearch refuses.
 */
export async function recordEvents(
  host: RotaHost,
  elasticsearch: SearchClient,
  now: number,
  end = now,
): Promise<Recorded> {
  const { health, partial } = await assessNow(host, elasticsearch, end, WINDOW_MS);
  if (partial) return { written: 0, known: 0, complete: false };
  const documents = (health.overview?.events ?? []).flatMap((event) =>
    documentsOf(event, end, end - WINDOW_MS + EDGE_MS),
  );
  if (documents.length === 0) return { written: 0, known: 0, complete: true };
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
  return { written: answer.items.length - known, known, complete: true };
}

/**
 * One document when it begins, one when it is over. What began before `notBefore` may have begun before the window: its
 * begin was told by an earlier run, and how long it lasted is not known here. A deploy is told by `service.version`.
 */
export function documentsOf(
  event: HealthEvent,
  now: number,
  notBefore: number,
): { id: string; doc: Record<string, unknown> }[] {
  const { kind, since, until } = event;
  // What is told by other documents, or is nobody's, is not recorded as a host's.
  if (NOT_RECORDED.has(kind)) return [];
  const whole = since >= notBefore;
  const begun =
    whole && now - since >= SETTLED_MS
      ? [documentOf(event, since, kind === 'ejected_passive' ? 'ejected' : kind, false)]
      : [];
  const ended =
    until !== null && until >= notBefore && now - until >= SETTLED_MS
      ? [documentOf(event, until, endOf(kind), whole)]
      : [];
  return [...begun, ...ended];
}

function endOf(kind: HealthEvent['kind']): string {
  return kind === 'ejected' || kind === 'ejected_passive' ? 'returned' : `${kind}_ended`;
}

/** `lasted`: the document tells the end of something whose begin is known. */
function documentOf(event: HealthEvent, t: number, state: string, lasted: boolean) {
  const { kind, hosts, tier, by, cause, users_hurt, gap_ms, duration_ms } = event;
  const key = `rota-health-${kind}:${hosts[0] ?? ''}:${t}-${state}`;
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
        ...(lasted && duration_ms !== null ? { duration: duration_ms * NANOS_PER_MS } : {}),
      },
    },
  };
  return { id: key, doc };
}
