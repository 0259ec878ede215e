import type { HealthEvent, Verdict } from '../../../common/api';
import { clock, count, duration, goodPercent, list, percent, plural } from '../../../common/format';
import type { Budget } from './budget';

export interface HealthVerdictInput {
  events: readonly HealthEvent[];
  budget: Budget;
  /** Hosts that serve at the end of the window. */
  serving: number;
  /** Hosts of which no line tells what they do at its end. */
  unseen: number;
  known: number;
  balancer: string;
  from: number;
  to: number;
}

/** The sentence on top of Health: were users hurt, by what, and is it over. */
export function healthVerdict(input: HealthVerdictInput): Verdict {
  const { budget, events } = input;
  if (budget.requests === 0) {
    return {
      tone: 'neutral',
      headline: 'No requests in this window',
      detail: 'Widen the time range or remove a filter.',
      action: null,
    };
  }
  const worst = [...events].sort((a, b) => b.users_hurt - a.users_hurt)[0];
  if (!worst || worst.users_hurt === 0) return calmVerdict(input);
  return {
    tone: budget.burnt !== null && budget.burnt >= 1 ? 'danger' : worst.severity === 'danger' ? 'danger' : 'warning',
    headline: headlineOf(worst, input.balancer),
    detail: `${worst.cause} ${stateSentence(input)}`,
    action: {
      label: `The ${plural(worst.users_hurt, 'request')}`,
      target: { ...worst.lines, kql: `http.response.status_code >= 500` },
    },
  };
}

function headlineOf({ kind, hosts, tier, users_hurt, gap_ms, by }: HealthEvent, balancer: string): string {
  const host = hosts[0] ?? '';
  const hurt = `${plural(users_hurt, 'user request')} got a 5XX`;
  if (kind === 'ejected' && gap_ms !== null) {
    return `${hurt} in the ${duration(gap_ms)} before ${by ?? balancer} ejected ${host}.`;
  }
  if (kind === 'outage')
    return `${hurt} while ${by ?? balancer} had no server: ${list(hosts)} ${hosts.length === 1 ? 'was' : hosts.length === 2 ? 'were both' : 'were all'} out.`;
  if (kind === 'burst' && tier === 'lb') return `${hurt} from ${host} itself.`;
  if (kind === 'ejected_passive') return `${hurt} around the time that ${by} stopped using ${host}.`;
  return `${hurt} from ${host}, which stayed in its pool.`;
}

/** No failure: what was done on purpose, and clocks. */
const QUIET = new Set<HealthEvent['kind']>(['deploy', 'drained', 'clock']);

function silentVerdict(open: readonly HealthEvent[]): Verdict {
  const event = open.find(({ kind }) => kind === 'all_silent')!;
  return {
    tone: 'danger',
    headline: `Nothing has arrived since ${clock(event.since)} UTC.`,
    detail: event.cause,
    action: { label: 'Delivery', target: { page: 'delivery' } },
  };
}

function calmVerdict(input: HealthVerdictInput): Verdict {
  const { budget, events, from, to } = input;
  const left = events.filter(({ kind }) => !QUIET.has(kind));
  const hosts = [...new Set(left.flatMap((event) => event.hosts))];
  const open = left.filter(({ kind, until }) => until === null && kind !== 'burst');
  if (open.some(({ kind }) => kind === 'all_silent')) return silentVerdict(open);
  const happened = hosts.length > 0 ? `${plural(left.length, 'event')} on ${list(hosts)} hurt nobody. ` : '';
  if (budget.failures === 0) {
    return {
      tone: open.length > 0 ? 'warning' : 'good',
      headline: open.length > 0 ? `${awaySentence(open)}; no user request got a 5XX.` : 'No user request got a 5XX.',
      detail: happened + stateSentence(input),
      action: null,
    };
  }
  const broken = budget.burnt !== null && budget.burnt >= 1;
  return {
    tone: broken ? 'danger' : open.length > 0 ? 'warning' : 'good',
    headline: `${open.length > 0 ? `${awaySentence(open)}; ` : ''}${plural(budget.failures, 'user request')} got a 5XX, none in a burst.`,
    detail: happened + stateSentence(input),
    action: {
      label: `The ${count(budget.failures)} requests`,
      target: { page: 'requests', from, to, kql: 'http.response.status_code >= 500' },
    },
  };
}

/** Who is away at the window's end: that is no good news, though nobody was hurt yet. */
function awaySentence(open: readonly HealthEvent[]): string {
  const named = (silent: boolean) => [
    ...new Set(open.filter(({ kind }) => (kind === 'silent') === silent).flatMap(({ hosts }) => hosts)),
  ];
  const said = (hosts: string[], what: string) =>
    hosts.length > 0 ? [`${list(hosts)} ${hosts.length > 1 ? 'are' : 'is'} ${what}`] : [];
  return [...said(named(false), 'out of the pool'), ...said(named(true), 'silent')].join(' and ');
}

function stateSentence({ budget, ...hosts }: HealthVerdictInput): string {
  const good = goodPercent(budget.good_share ?? 1);
  const holds = budget.failures <= budget.allowed ? 'still holds' : 'is broken';
  return `At ${good} good the objective of ${percent(budget.objective)} ${holds}. ${nowSentence(hosts)}`;
}

function nowSentence({ serving, unseen, known }: Pick<HealthVerdictInput, 'serving' | 'unseen' | 'known'>): string {
  if (unseen === known) return 'No line tells who serves now.';
  if (serving === known) return 'Everything serves now.';
  const rest = unseen > 0 ? `; of ${unseen} no line tells` : '';
  return `${serving} of ${known} hosts ${serving === 1 ? 'serves' : 'serve'} now${rest}.`;
}
