import type { Checked } from './check/check';
import type { Finding } from './check/finding';
import type { Happening, Site } from './description/site';

/**
 * Kinds of sites of which the pages still say something wrong without saying that it is not known. They are drawn, asked and
 * counted like all others; only findings of these kinds may be wrong there, at no more sites than `ratchet.json` has, and how
 * many are is printed. A gap into which nothing falls any more must go: the test says so.
 */
export interface KnownGap {
  name: string;
  why: string;
  has(site: Site): boolean;
  findings: RegExp;
}

const happens = ({ happenings }: Site, ...kinds: Happening['kind'][]) =>
  happenings.some(({ kind }) => kinds.includes(kind));
const logs = ({ balancers, frontends, webapps }: Site) =>
  [...balancers, ...frontends, ...webapps].map(({ log }) => log);

export const KNOWN_GAPS: readonly KnownGap[] = [
  {
    name: 'a few lines are lost without a word',
    why: 'Of fewer than three lines, or one in a hundred, the tier below does not tell for certain that they are missing.',
    has: (site) => happens(site, 'log_loss', 'log_end', 'log_refused', 'log_drop', 'pipeline_away', 'clock_step'),
    findings: /^(requests|turns|hurt)_too_few$|^turns_too_many$|^due_|^outage_/,
  },
  {
    name: 'hosts that write nothing, or neither request ids nor their address',
    why: 'What they took or passed on is told in part by others’ lines, and their places are not joined with certainty.',
    has: (site) => logs(site).some((log) => /^(none|gunicorn_stock|combined|failures|stock|extras)$/.test(log)),
    findings:
      /^(requests|turns|hurt)_too_few$|^turns_too_many$|^due_|^host_missing$|silent|^outage_|^burst_invented$|^false_alert_uneven$/,
  },
  {
    name: 'a webapp that fails now and then',
    why: 'What is tried again is due to the others at that moment, and the model reckons by steps; a burst that is thin is none.',
    has: (site) => happens(site, 'flapping', 'errors', 'slow', 'unreachable'),
    findings: /^due_|^unexplained_slow$/,
  },
  {
    name: 'a host that comes, or goes for good',
    why: 'When it did is known to a few turns; and where its balancer says nothing, who went is taken for one that fell.',
    has: (site) => happens(site, 'scale_out', 'scale_in', 'replace'),
    findings: /^due_|^outage_|^false_alert_ejected$/,
  },
  {
    name: 'users who stay with their server, of whom few come again',
    why: 'Whether they stay shows in those who come again; a skew of a few users looks like one of the balancer.',
    has: ({ backend, upstream }) =>
      backend.cookie || backend.algorithm === 'source' || upstream.algorithm === 'ip_hash',
    findings: /^false_alert_uneven$|^due_/,
  },
  {
    name: 'a balancer or frontend that begins anew',
    why: 'It forgets its servers’ states and its workers’ failures, and does not say so; turns tell it only where enough come.',
    has: (site) => happens(site, 'crash', 'reload', 'drain', 'maintenance'),
    findings: /^outage_(missing|invented|too_)/,
  },
];

export function gapsOf(site: Site): KnownGap[] {
  return KNOWN_GAPS.filter(({ has }) => has(site));
}

/** What is wrong at a site, and no gap explains. */
export function unexplained(site: Site, { wrong }: Checked): Finding[] {
  const gaps = gapsOf(site);
  return wrong.filter(({ kind }) => !gaps.some(({ findings }) => findings.test(kind)));
}

/** How many sites fell into each gap, and at how many of these something of its kind was wrong. */
export class GapCounter {
  private readonly counts = new Map(KNOWN_GAPS.map(({ name }) => [name, { sites: 0, wrong: 0 }]));

  add(site: Site, { wrong }: Checked): void {
    for (const { name, findings } of gapsOf(site)) {
      const own = this.counts.get(name)!;
      own.sites++;
      if (wrong.some(({ kind }) => findings.test(kind))) own.wrong++;
    }
  }

  get lines(): string[] {
    return KNOWN_GAPS.map(({ name, why }) => {
      const { sites, wrong } = this.counts.get(name)!;
      return `known gap: ${name}: wrong at ${wrong} of ${sites} such sites. ${why}`;
    });
  }

  /** At how many sites something is wrong, by gap. */
  get wrong(): Record<string, number> {
    return Object.fromEntries([...this.counts].map(([name, { wrong }]) => [name, wrong]));
  }

  /** Nothing of its kind is wrong any more. */
  get closed(): string[] {
    return [...this.counts].filter(([, { sites, wrong }]) => sites >= 10 && wrong === 0).map(([name]) => name);
  }
}
