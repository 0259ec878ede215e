import type { Deploy } from './deploys';
import type { Skew } from './evidence';
import type { Place } from './places';
import type { Silence } from './silence';
import { namesOf, nobody, type SiteEvent } from './site_event';

export function silentEvent(
  { host, tier, from, to, open, turns, saidBy }: Silence,
  places: readonly Place[],
): SiteEvent {
  return {
    ...nobody(`silent:${host}:${from}`, 'silent', tier),
    hosts: [host],
    since: from,
    until: open ? null : to,
    cause: [
      saidBy === null ? { id: 'silent.untold', values: {} } : { id: 'silent.told', values: { by: saidBy, turns } },
    ],
    names: namesOf(host, tier, places),
  };
}

export function allSilentEvent(since: number): SiteEvent {
  return {
    ...nobody(`all_silent:${since}`, 'all_silent', 'lb'),
    since,
    until: null,
    cause: [{ id: 'all_silent', values: {} }],
  };
}

export function clockEvent({ host, from, to, n, ms }: Skew): SiteEvent {
  return {
    ...nobody(`clock:${host}:${from}`, 'clock', 'webapp'),
    hosts: [host],
    since: from,
    until: to,
    cause: [{ id: 'clock', values: { n, ms } }],
  };
}

export function deployEvent({ hosts, from, to, before, after, service }: Deploy): SiteEvent {
  return {
    ...nobody(`deploy:${service}:${after}:${from}`, 'deploy', 'webapp'),
    hosts,
    since: from,
    until: to,
    cause: [{ id: 'deploy', values: { before, after, hosts: hosts.length, ms: to - from } }],
  };
}
