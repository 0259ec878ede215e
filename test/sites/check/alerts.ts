import type { Answers } from './answers';
import { duesOf, isDueKnown } from './due';
import { wrongOf } from './events';
import type { Finding } from './finding';
import type { NameBook } from './name_book';
import type { View } from './view';

/** A deviation that is so much less than what the page alerts from is none. */
const POINTS_OFF = 2;

/** Nobody is woken without a fault. */
export function checkAlerts(answers: Answers, view: View, names: NameBook, points: number): Finding[] {
  const faults = view.truth.faults.filter(
    ({ planned, to, from }) => !planned && from < view.range.to && (to ?? Infinity) > view.range.from,
  );
  return answers.alerts.flatMap((alert): Finding[] => {
    const message = `${alert.kind} of ${alert.host}: ${alert.reason}`;
    if (alert.kind === 'uneven')
      return isUneven(alert.host, view, names, points) ? [] : [finding('false_alert_uneven', alert.host, message)];
    const { kind, host } = alert;
    // What is told rightly may be alerted on, if it is no operator's doing.
    const told = answers.events.filter((event) => event.kind === kind && event.hosts.includes(host));
    const right = told.length > 0 && told.every((event) => wrongOf(event, view, names) === undefined);
    if (kind.startsWith('ejected') && wasOut(host, view, names)) return [];
    // Whoever hurt users, by plan or not, is worth an alert.
    const hurt = told.some((event) => event.hurt > 0);
    return faults.length > 0 || (right && (kind === 'silent' || hurt))
      ? []
      : [finding(`false_alert_${kind}`, host, message)];
  });
}

/** Its proxies took it out for what it answered, whoever was to blame. */
function wasOut(host: string, view: View, names: NameBook): boolean {
  const own = view.tiers().flatMap((tier) => names.resolve(host, tier).map(({ name }) => name));
  return view.truth.outages.some(
    ({ server, reason }) => own.includes(server ?? '') && /^(checks|passive)$/.test(reason),
  );
}

/** It got so much more or less than was due to it, by weights and absences as they were. */
function isUneven(host: string, view: View, names: NameBook, points: number): boolean {
  return view.tiers().some((tier) => {
    const own = new Set(names.resolve(host, tier).map(({ name }) => name));
    const turns = view.turnsOf(tier);
    // Who comes by DNS is uneven by what it got alone.
    if (view.isEntrance(tier)) return true;
    if (own.size === 0 || turns.length === 0 || !isDueKnown(turns, tier, view)) return false;
    const got = turns.filter(({ server }) => server !== undefined && own.has(server)).length;
    const dues = duesOf(turns, view);
    const [least, most] = [...own].reduce(
      ([a, b], name) => {
        const due = dues.get(name) ?? { least: 0, most: 0 };
        return [a + due.least, b + due.most];
      },
      [0, 0],
    );
    const limit = ((points - POINTS_OFF) / 100) * turns.length;
    return got < most - limit || got > least + limit;
  });
}

function finding(kind: string, host: string, message: string): Finding {
  return { aspect: 'events', kind, names: [host], message };
}
