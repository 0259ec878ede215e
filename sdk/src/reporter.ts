import type { Fields } from './event/ecs_encoder.js';
import type { Outbox } from './outbox.js';
import type { Stats } from './stats.js';

/** What is reported on, and how a report is sent. */
export interface Reported {
  readonly identity: { readonly sequence: number };
  readonly outbox: Outbox;
  stats(): Stats;
  report(level: string, message: string, fields: Fields): void;
}

const DROP_REPORT_MS = 1000;

/**
 * Tells the receiver, in the stream of events itself, what was counted and what was lost: `rota.sdk` stats events every
 * interval and at close, and drop events with cause and range, at most once a second while something is being lost.
 */
export class Reporter {
  private readonly timer: NodeJS.Timeout | undefined;
  private lastDropReport = Number.NEGATIVE_INFINITY;
  private closedAt = 0;

  constructor(
    private readonly engine: Reported,
    intervalMs: number,
  ) {
    if (intervalMs <= 0) return;
    this.timer = setInterval(() => this.report(false), intervalMs);
    this.timer.unref();
  }

  /** Called after each event: cheap unless something was lost and not reported yet. */
  afterSubmit(): void {
    if (!this.engine.outbox.drops.hasPending) return;
    const now = performance.now();
    if (now - this.lastDropReport < DROP_REPORT_MS || !this.engine.outbox.queue.hasRoom) return;
    this.reportDrops(now);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Whether anything was logged since the last closing report. */
  get hasNews(): boolean {
    return this.engine.identity.sequence > this.closedAt;
  }

  report(closing: boolean): void {
    this.reportDrops(performance.now());
    const { engine } = this;
    const stats = engine.stats();
    const sequence = stats.sequence + 1;
    engine.report('info', closing ? 'Logging ends' : 'Logging statistics', {
      event: { dataset: 'rota.sdk', kind: 'metric', action: closing ? 'close' : 'stats' },
      rota: {
        sdk: {
          highest_sequence: sequence,
          acknowledged: stats.delivered,
          queued: stats.pending,
          dropped: stats.dropped,
          dropped_by_cause: stats.dropped_by_cause,
          resent: stats.resent,
          reconnects: Math.max(0, stats.connection.connects - 1),
          spooled: stats.spool?.backlog ?? 0,
          transport: stats.connection.url.replace(/:.*/, ''),
          closing,
        },
      },
    });
    if (closing) this.closedAt = sequence;
  }

  private reportDrops(now: number): void {
    this.lastDropReport = now;
    for (const range of this.engine.outbox.drops.take()) {
      this.engine.report('warning', `${range.count} events were not delivered (${range.cause})`, {
        event: { dataset: 'rota.sdk', kind: 'metric', action: 'drop' },
        rota: { drop: range },
      });
    }
  }
}
