import type { Result } from '../output.js';

export interface Target {
  what: string;
  value: number | undefined;
  /** The bound, and on which side of it the target is reached. */
  goal: number;
  side: 'at least' | 'at most' | 'below';
}

/** What profile `fast` is to reach (docs/operations.md, "Measured"); a subject that was not measured leaves a value open. */
export function targets(results: readonly Result[]): Target[] {
  const value = (subject: string, metric: string) =>
    results.find((one) => one.subject === subject && one.metric === metric)?.value;
  const ratio = (metric: string, subject: string, peer: string) => {
    const [a, b] = [value(subject, metric), value(peer, metric)];
    return a === undefined || b === undefined ? undefined : a / b;
  };
  return [
    { what: 'rota / bulk, events/s', value: ratio('events_per_s', 'rota', 'bulk'), goal: 0.9, side: 'at least' },
    ...['logstash', 'logstash:grok'].flatMap((peer): Target[] => [
      { what: `rota / ${peer}, events/s`, value: ratio('events_per_s', 'rota', peer), goal: 1, side: 'at least' },
      {
        what: `rota / ${peer}, CPU an event outside Elasticsearch`,
        value: ratio('cpu_s_per_million', 'rota', peer),
        goal: 1 / 3,
        side: 'at most',
      },
      {
        what: `rota / ${peer}, events/s parsing only`,
        value: ratio('events_per_s', 'rota:parse', peer === 'logstash' ? 'logstash:parse' : 'logstash:grok-parse'),
        goal: 5,
        side: 'at least',
      },
    ]),
    {
      what: 'rota, line written to searchable, p95 ms',
      value: value('rota', 'latency_p95_ms'),
      goal: 2000,
      side: 'below',
    },
  ];
}

export function reached({ value, goal, side }: Target): boolean | undefined {
  if (value === undefined) return undefined;
  if (side === 'at least') return value >= goal;
  return side === 'at most' ? value <= goal : value < goal;
}

/** One line a target. */
export function targetLine(target: Target): string {
  const { what, value, goal, side } = target;
  const number = (n: number) => (n >= 100 ? String(Math.round(n)) : n.toFixed(2));
  const verdict = { true: 'reached', false: 'NOT reached', undefined: 'not measured' }[String(reached(target))];
  return `${what.padEnd(56)} ${(value === undefined ? '-' : number(value)).padStart(6)}  ${side} ${number(goal)}: ${verdict}`;
}
