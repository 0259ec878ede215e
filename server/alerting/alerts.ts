import type { AlertParams } from '../../common/alerting';
import type { HealthEvent, TierShare } from '../../common/api';
import { say } from '../sentences/english';

/** Kinds that hurt no request that is known of, and are told all the same. */
const HURT_NOBODY = new Set<HealthEvent['kind']>(['silent', 'all_silent']);

export interface Alert {
  /** The same while the same thing lasts, so that it is told once. */
  id: string;
  host: string;
  kind: string;
  reason: string;
  /** Of what there is to see; null is the judged window. */
  event: { id: string; since: number; until: number | null } | null;
}

/**
 * What is to be alerted on, by the very events and shares that the pages draw. Unevenness rests on the deviation in points
 * and a minimum of requests (`marked`); the chi-squared p never alerts. Events that were over before `since` were told by
 * an earlier run; leaving them out lets their alerts recover. What lasts and was told stays told: the users that it hurt may
 * lie before the window by now.
 * @param told ids of the alerts that the run before raised
 */
export function alertsOf(
  events: readonly HealthEvent[],
  tiers: readonly TierShare[],
  params: AlertParams,
  since = 0,
  told: ReadonlySet<string> = new Set(),
): Alert[] {
  const wanted = new Set<string>(params.kinds);
  const happened = events
    .filter(({ until }) => until === null || until >= since)
    .filter(({ kind }) => wanted.has(kind))
    .filter(
      (event) =>
        HURT_NOBODY.has(event.kind) ||
        event.users_hurt >= params.min_users_hurt ||
        (event.until === null && told.has(idOf(event))),
    )
    .map(({ kind, hosts, title, cause, users_hurt, id: event, since: begun, until }) => ({
      event: { id: event, since: begun, until },
      id: idOf({ kind, hosts }),
      host: hosts[0] ?? '',
      kind,
      reason: say({
        id: 'alert.happened',
        values: { host: hosts[0] ?? null, title, cause, hurt: users_hurt },
      }),
    }));
  const uneven = wanted.has('uneven')
    ? tiers.flatMap(({ hosts }) => hosts.filter(({ marked, steady }) => marked && !steady))
    : [];
  const lopsided = uneven.map(({ host, share, due, in_points }) => ({
    event: null,
    id: `uneven:${host}`,
    host,
    kind: 'uneven',
    reason: say({ id: 'alert.uneven', values: { host, share, due, off: in_points } }),
  }));
  const byId = new Map([...happened, ...lopsided].map((alert) => [alert.id, alert]));
  return [...byId.values()];
}

function idOf({ kind, hosts }: Pick<HealthEvent, 'kind' | 'hosts'>): string {
  return `${kind}:${hosts[0] ?? ''}`;
}
