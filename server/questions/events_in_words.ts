import type { HealthEvent } from '../../common/api';
import { quoteKql } from '../../common/kql/literal';
import { sayAll } from '../sentences/english';
import type { Site } from '../topology/site';
import type { EventKind, SiteEvent } from '../topology/site_event';
import { linesAbout } from './host_lines';

const TITLES: Record<EventKind, string> = {
  outage: 'Outage',
  ejected: 'Ejected',
  ejected_passive: 'Ejected, passive',
  drained: 'Drained',
  burst: '5XX burst',
  silent: 'Silent',
  all_silent: 'All silent',
  clock: 'Clock off',
  deploy: 'Deploy',
};

/** The site's events as pages, alerts and records show them: numbered, oldest first, with their links. */
export function eventsInWords({ events, evidence }: Pick<Site, 'events' | 'evidence'>): HealthEvent[] {
  return events
    .filter(({ since, until }) => since < evidence.window.to && (until ?? evidence.window.to) >= evidence.window.from)
    .map((event, i) => inWords(event, i + 1, evidence.window.to));
}

function inWords(event: SiteEvent, n: number, end: number): HealthEvent {
  const { id, kind, hosts, tier, by, since, until, hurt, gapMs, firstFailure, evidence } = event;
  return {
    n,
    id,
    kind,
    title: TITLES[kind],
    hosts,
    tier,
    by: by ?? (kind === 'ejected' || kind === 'drained' ? 'the balancer' : null),
    since,
    until,
    duration_ms: until === null ? null : until - since,
    cause: sayAll(event.cause),
    users_hurt: hurt,
    gap_ms: gapMs,
    first_failure: firstFailure,
    severity: severityOf(event),
    lines: linesOf(event, end),
    trace_request_id: null,
    other: otherOf(event),
    evidence,
  };
}

function severityOf({ kind, hurt }: SiteEvent): HealthEvent['severity'] {
  if (kind === 'deploy' || kind === 'drained' || kind === 'clock') return 'info';
  if (kind === 'outage' || kind === 'all_silent') return 'danger';
  return hurt > 0 && kind !== 'ejected_passive' ? 'danger' : 'warning';
}

function linesOf(event: SiteEvent, end: number): HealthEvent['lines'] {
  const { kind, hosts, tier, names, since, until, firstFailure } = event;
  const from = Math.min(firstFailure ?? since, since) - 5000;
  const to = (until ?? end) + 5000;
  if (kind === 'deploy') {
    const [change] = event.cause;
    const after = change?.id === 'deploy' ? change.values.after : '';
    return { page: 'requests', from, to, kql: `service.version: ${quoteKql(after)}` };
  }
  if (kind === 'all_silent') return { page: 'delivery', from: since - 900_000, to };
  if (kind === 'outage' || tier === 'lb') {
    return { page: 'requests', from, to, kql: `http.response.status_code >= 500 and haproxy.server_name: "<NOSRV>"` };
  }
  return { page: 'requests', from, to, kql: linesAbout({ host: hosts[0] ?? '', tier }, names, kind === 'burst') };
}

function otherOf({ kind, since, until }: SiteEvent): HealthEvent['other'] {
  const to = until ?? since;
  if (kind === 'silent' || kind === 'all_silent') {
    return { label: 'Delivery', target: { page: 'delivery', from: since - 60_000, to: to + 60_000 } };
  }
  if (kind === 'deploy') {
    return { label: 'Compare', target: { page: 'health', from: since - 900_000, to: to + 900_000 } };
  }
  return null;
}
