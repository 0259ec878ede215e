import type { Answers, EventAnswer, OutageAnswer, RunAnswer, Tier, TierAnswer } from '../check/answers';
import { duesOf } from '../check/due';
import { both, unite } from '../check/spans';
import { View } from '../check/view';
import type { Simulation } from '../simulator/simulate';
import type { Fault, Outage, Span } from '../truth/truth';

/** The answers of somebody who knows the truth: the check must find nothing in them. */
export function oracle({ truth, lines }: Simulation): Answers {
  const view = new View(truth);
  const requests = view.requests().filter(({ request }) => !request.foreign);
  return {
    requests: requests.length,
    hurt: requests.filter(({ request }) => request.status >= 500).length,
    tiers: view.tiers().map((tier) => tierOf(tier, view)),
    outages: truth.outages.flatMap((outage) => outageOf(outage, view)),
    events: truth.faults
      .filter(({ from, to }) => from < truth.range.to && (to ?? Number.POSITIVE_INFINITY) > truth.range.from)
      .flatMap((fault) => eventOf(fault, view)),
    alerts: [],
    runs: truth.runs.flatMap(({ id, closed, written, lost, declared, refused }): RunAnswer[] => {
      const arrived = new Set(
        lines.flatMap(({ event, fate, ingested }) =>
          event?.run === id && fate === 'sent' && ingested <= truth.askedAt ? [event.sequence] : [],
        ),
      );
      if (arrived.size === 0) return [];
      const highest = Math.max(...arrived);
      const missing = lost.filter((n) => n < highest).length;
      const whole = arrived.size + declared.length + refused.length === written;
      // Its closing count is its last line.
      const state = missing > 0 ? 'missing' : closed && whole && highest === written ? 'proven' : 'unproven';
      return [{ id, state, missing, inFlight: 0, dropped: declared.length, deadLetters: refused.length }];
    }),
    notKnown: [],
  };
}

function tierOf(tier: Tier, view: View): TierAnswer {
  const turns = view.turnsOf(tier).filter(({ doubtful }) => !doubtful);
  const dues = duesOf(turns, view);
  const names = [...new Set([...turns.flatMap(({ server }) => server ?? []), ...dues.keys()])];
  const rows = names.map((name) => {
    const due = dues.get(name);
    return {
      name,
      by: null,
      places: [],
      turns: turns.filter(({ server }) => server === name).length,
      due: due ? (due.least + due.most) / 2 : 0,
      marked: false,
    };
  });
  return { tier, rows };
}

function outageOf(outage: Outage, view: View): OutageAnswer[] {
  const { server, by, from, to, reason, worker } = outage;
  const process = view.process(server);
  if (!process || process.tier === 'lb') return [];
  const kind = reason === 'passive' ? 'passive' : reason === 'checks' ? 'checks' : 'drain';
  const spans = worker === undefined ? [{ from, to: to ?? Number.POSITIVE_INFINITY }] : byAllWorkers(outage, view);
  return spans.map((span) => ({
    host: process.name,
    by,
    tier: process.tier as Tier,
    from: span.from,
    to: span.to === Number.POSITIVE_INFINITY ? null : span.to,
    kind,
  }));
}

function byAllWorkers({ by, place }: Outage, view: View): Span[] {
  const workers = new Map<number | undefined, Span[]>();
  for (const one of view.truth.outages) {
    if (one.by !== by || one.place !== place) continue;
    const span = { from: one.from, to: one.to ?? Number.POSITIVE_INFINITY };
    workers.set(one.worker, [...(workers.get(one.worker) ?? []), span]);
  }
  const count = Math.max(
    ...view.truth.pools
      .filter((pool) => pool.by === by)
      .flatMap(({ views }) => views.map(({ eligible }) => eligible.length)),
  );
  return workers.size < count ? [] : unite([...workers.values()].reduce((a, b) => both(a, b)));
}

function eventOf(fault: Fault, view: View): EventAnswer[] {
  const { kind, processes, from, to } = fault;
  const hurt = view
    .requests()
    .filter(({ request }) => request.fault === fault && request.status >= 500 && !request.foreign);
  const events: EventAnswer[] = [];
  const hosts = processes.filter((name) => view.process(name));
  if (kind === 'no_server') events.push({ kind, hosts, from, to, hurt: hurt.length });
  else if (hurt.length > 0) {
    const begun = hurt.map(({ request }) => request.begun);
    const ended = hurt.map(({ request }) => request.ended);
    const by = [...new Set(hurt.map(({ request }) => request.entrance))];
    events.push({ kind: 'burst', hosts: by, from: Math.min(...begun), to: Math.max(...ended) + 1, hurt: hurt.length });
  }
  // Who left for good is not missed.
  if (kind === 'log_end' && view.process(hosts[0])?.to === null)
    events.push({ kind: 'silent', hosts, from, to: null, hurt: 0 });
  return events;
}
