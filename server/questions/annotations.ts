import type { Annotation, HealthEvent } from '../../common/api';

/** The marks of events on time charts: an ejection also brings its detection gap and its return. */
export function annotationsOf(events: readonly HealthEvent[]): Annotation[] {
  return events.flatMap((event): Annotation[] => {
    const { n, hosts, since, until, first_failure, gap_ms } = event;
    const host = hosts[0] ?? '';
    const mark = (kind: Annotation['kind'], from: number, to: number | null, label: string): Annotation => ({
      kind,
      from,
      to,
      label,
      hosts,
      n,
    });
    switch (event.kind) {
      case 'ejected':
        return [
          ...(gap_ms !== null && first_failure !== null ? [mark('gap', first_failure, since, 'detection gap')] : []),
          mark('ejected', since, until, `${host} ejected`),
          ...(until === null ? [] : [mark('returned', until, until, `${host} returned`)]),
        ];
      case 'ejected_passive':
        return [mark('ejected_passive', since, until, `${host} out`)];
      case 'outage':
        return [mark('outage', since, until, 'nobody in the pool')];
      case 'drained':
        return [mark('drained', since, until, `${host} drained`)];
      case 'all_silent':
        return [mark('all_silent', since, until, 'nothing arrives')];
      case 'clock':
        return [mark('clock', since, until, `${host} clock off`)];
      case 'deploy':
        return [mark('deploy', since, until, `deploy ${versionsOf(event.cause)}`)];
      case 'burst':
      case 'silent':
        return [mark(event.kind, since, until, `${host} ${event.kind === 'burst' ? '5XX' : 'silent'}`)];
      default:
        return [];
    }
  });
}

/** "1.4.2 → 1.5.0" of the event's sentence. */
function versionsOf(cause: string): string {
  return /^`service\.version` (.+? → [^\s,]+?)[.,](?:\s|$)/.exec(cause)?.[1] ?? '';
}
