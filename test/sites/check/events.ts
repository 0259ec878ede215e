import type { Fault, Process, Span, UserRequest } from '../truth/truth';
import type { Answers, EventAnswer } from './answers';
import { clock, type Finding } from './finding';
import type { NameBook } from './name_book';
import { overlaps } from './spans';
import type { View } from './view';

/** Bursts and silences are told by whole minutes. */
const SLACK_MS = 60_000;
/** Fewer users hurt in a minute than this need no event of their own. */
const ENOUGH_HURT = 5;

/** What is told happened, and who was hurt stands in an event that explains it. */
export function checkEvents(answers: Answers, view: View, names: NameBook): Finding[] {
  const findings: Finding[] = [];
  for (const event of answers.events) {
    const wrong = wrongOf(event, view, names);
    if (wrong !== undefined) {
      const message = `${event.kind} of ${event.hosts.join(', ') || 'all'} ${clock(event.from)}–${clock(event.to)}: ${wrong}`;
      findings.push({ aspect: 'events', kind: `${event.kind}_invented`, names: event.hosts, message });
    }
  }
  const attached = answers.events.reduce((sum, { hurt }) => sum + hurt, 0);
  if (attached > answers.hurt) {
    const message = `events hurt ${attached} users, all in all ${answers.hurt} were`;
    findings.push({ aspect: 'events', kind: 'hurt_twice', message });
  }
  return [...findings, ...checkExplained(answers, view), ...checkSilences(answers, view, names)];
}

/** @returns why the event was none */
export function wrongOf(event: EventAnswer, view: View, names: NameBook): string | undefined {
  const span = { from: event.from - SLACK_MS, to: (event.to ?? view.range.to) + SLACK_MS };
  const hosts = event.hosts.flatMap((host) => [
    ...names.resolve(host, 'frontend'),
    ...names.resolve(host, 'webapp'),
    ...names.proxies(host),
  ]);
  if (event.hosts.length > 0 && hosts.length === 0) return wrongOfVacant(event, span, view);
  const own = new Set(hosts.map(({ name }) => name));
  // A wrong clock moves what it tells of.
  if (event.kind !== 'clock' && hosts.some(({ name }) => view.isClockOff(name))) return undefined;
  const faults = view.truth.faults.filter((fault) => overlaps(spanOf(fault), span));
  switch (event.kind) {
    case 'burst':
      return failuresAt(own, span, view) > 0 || wrongOfVacant(event, span, view) === undefined
        ? undefined
        : 'nothing there answered 5XX';
    case 'silent':
      return hosts.some((process) => isSilent(process, span, view, faults)) ? undefined : 'it had not fallen silent';
    case 'all_silent':
      return faults.some(({ kind }) => ['pipeline_away', 'log_end', 'crash', 'unreachable'].includes(kind))
        ? undefined
        : 'lines kept coming';
    case 'no_server':
      return faults.some(({ kind }) => kind === 'no_server') ? undefined : 'somebody was in the pool';
    case 'clock':
      return hosts.some(({ name }) => view.isClockOff(name)) ? undefined : 'its clock was right';
    case 'deploy':
      return isDeploy(own, span, view) ? undefined : 'no version changed';
  }
}

function failuresAt(own: ReadonlySet<string>, span: Span, { truth }: View): number {
  const inSpan = (t: number) => t >= span.from && t < span.to;
  const turns = truth.turns.filter(
    ({ server, by, ended, status, user }) =>
      inSpan(ended) &&
      ((server !== undefined && own.has(server) && (status >= 500 || status === 0)) ||
        (own.has(by) && user.status >= 500)),
  );
  const entries = truth.requests.filter(
    ({ entrance, ended, status }) => own.has(entrance) && status >= 500 && inSpan(ended),
  );
  return turns.length + entries.length;
}

/** A place at which nobody stands is called by its address, and fails whoever is sent there. */
function wrongOfVacant({ kind, hosts }: EventAnswer, span: Span, { truth }: View): string | undefined {
  const there = truth.turns.filter(
    ({ place, ended }) => hosts.includes(place) && ended >= span.from && ended < span.to,
  );
  if (there.length === 0) return 'there is no such host';
  const failed = there.some(({ status }) => status >= 500 || status === 0);
  return kind === 'burst' && failed ? undefined : 'nobody stands there';
}

/** A version changed, or the first lines of it came, then. */
function isDeploy(own: ReadonlySet<string>, span: Span, { truth }: View): boolean {
  return truth.versions.some(({ t, process }) => {
    if (!own.has(process)) return false;
    const first = truth.turns.find(({ server, own: line, ended }) => server === process && line && ended > t);
    return overlaps({ from: t, to: Math.max(t + 1, first?.ended ?? t) + 1 }, span);
  });
}

/** It had a reason to write nothing; and if an operator took it away, nobody could know. */
function isSilent({ name, to }: Process, span: Span, view: View, faults: readonly Fault[]): boolean {
  if (to !== null && to <= span.to) return !view.hasTeller(name);
  const silent = ['crash', 'unreachable', 'log_loss', 'log_end', 'log_drop', 'pipeline_away'];
  if (
    faults.some(({ kind, processes }) => silent.includes(kind) && (processes.length === 0 || processes.includes(name)))
  )
    return true;
  // Its lines are on their way.
  return view.truth.site.frontends.concat(view.truth.site.webapps as never[]).some(({ late }) => late > 0);
}

/** Users who were hurt by one fault stand in an event at that time. */
function checkExplained(answers: Answers, view: View): Finding[] {
  const byFault = new Map<string, { fault: Fault; hurt: UserRequest[] }>();
  for (const { request, range } of view.requests()) {
    const { fault, status } = request;
    if (range !== 'in' || status < 500 || !fault || !view.isVisible(request.line) || view.isClockOff(request.entrance))
      continue;
    // Bursts are told of each proxy by itself.
    const key = `${view.truth.faults.indexOf(fault)} ${request.entrance}`;
    byFault.set(key, { fault, hurt: [...(byFault.get(key)?.hurt ?? []), request] });
  }
  return [...byFault.values()].flatMap(({ fault, hurt }): Finding[] => {
    if (mostInAMinute(hurt) < ENOUGH_HURT) return [];
    const from = Math.min(...hurt.map(({ begun }) => begun)) - SLACK_MS;
    const to = Math.max(...hurt.map(({ ended }) => ended)) + SLACK_MS;
    const told = answers.events.some(
      (event) => event.hurt > 0 && overlaps({ from: event.from, to: event.to ?? view.range.to }, { from, to }),
    );
    if (told) return [];
    const message = `${hurt.length} users were hurt by ${fault.kind} of ${fault.processes.join(', ')} ${clock(from)}–${clock(to)}, and no event has them`;
    return [{ aspect: 'events', kind: `unexplained_${fault.kind}`, message }];
  });
}

function mostInAMinute(hurt: readonly UserRequest[]): number {
  const times = hurt.map(({ ended }) => ended).sort((a, b) => a - b);
  return Math.max(0, ...times.map((t, i) => times.filter((other, k) => k >= i && other < t + 60_000).length));
}

/** So many lines of its own were due when it stopped writing: that is no pause. */
const LINES_DUE = 40;

/** A writer that stopped while it served must be told of. */
function checkSilences(answers: Answers, view: View, names: NameBook): Finding[] {
  const { truth, range } = view;
  return truth.faults.flatMap((fault): Finding[] => {
    const name = fault.processes[0];
    const process = view.process(name);
    if (fault.kind !== 'log_end' || !process || process.tier === 'lb' || process.hostName === undefined) return [];
    const since = Math.max(fault.from, range.from);
    const served = truth.turns.filter(
      ({ server, ended }) => server === name && ended > since && ended < range.to,
    ).length;
    const before = truth.turns.filter(
      ({ server, ended, own }) => server === name && ended < fault.from && view.isVisible(own),
    ).length;
    const shared = truth.processes.some((one) => one !== process && one.hostName === process.hostName);
    if (served < LINES_DUE || before < LINES_DUE || shared || view.isClockOff(name)) return [];
    const told = answers.events.some(
      ({ kind, hosts }) =>
        kind === 'all_silent' ||
        (kind === 'silent' && hosts.some((host) => names.resolve(host, process.tier as 'webapp').includes(process))),
    );
    if (told) return [];
    const message = `${name} wrote nothing after ${clock(fault.from)} and took ${served} turns`;
    return [{ aspect: 'events', kind: 'silence_missing', names: [process.hostName], message }];
  });
}

function spanOf({ from, to }: Fault): Span {
  return { from, to: to ?? Number.POSITIVE_INFINITY };
}
