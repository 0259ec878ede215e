import { type Counters, countersDocument } from './counters';
import type { Delivery } from './delivery';
import { type Item, itemOf } from './item';
import type { IndexerSettings } from './settings';
import type { Status } from './status';

export interface ReporterParts {
  settings: IndexerSettings;
  delivery: Delivery;
  counters: Counters;
  status: Status;
  host: string;
  ephemeralId: string;
  oldestMs: () => number;
}

/** Sends the counters to `rota.pipeline`. While Elasticsearch is away nothing piles up: the next report tells it all. */
export class Reporter {
  private timer: NodeJS.Timeout | undefined;
  private sequence = 0;
  private underWay: Promise<unknown> | undefined;

  constructor(private readonly parts: ReporterParts) {}

  start(): void {
    this.timer = setInterval(() => this.report(), this.parts.settings.countersMs);
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.underWay;
    this.report();
    await this.underWay;
  }

  private report(): void {
    if (this.underWay) return;
    this.underWay = this.parts.delivery.deliver([this.item()]).finally(() => {
      this.underWay = undefined;
    });
  }

  private item(): Item {
    const { ephemeralId, host, settings, counters, status, oldestMs } = this.parts;
    this.sequence += 1;
    const id = `${ephemeralId}-${this.sequence}`;
    return itemOf({
      dataset: 'rota.pipeline',
      stream: `logs-rota.pipeline-${settings.namespace}`,
      id,
      mayBeResend: false,
      line: Buffer.alloc(0),
      doc: countersDocument({
        now: new Date().toISOString(),
        id,
        sequence: this.sequence,
        ephemeralId,
        host,
        counts: counters.takeDelta(),
        oldestMs: oldestMs(),
        state: status.state,
      }),
    });
  }
}
