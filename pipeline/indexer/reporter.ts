import { type Counters, countersDocument, repeatsDocument } from './counters';
import type { Delivery } from './delivery';
import { type Item, itemOf } from './item';
import type { IndexerSettings } from './settings';
import type { JsonObject } from './shape/shaped';
import type { Status } from './status';

export interface ReporterParts {
  settings: IndexerSettings;
  delivery: Delivery;
  counters: Counters;
  status: Status;
  host: string;
  ephemeralId: string;
  oldestMs: () => number;
  /** Lines of the table of senders; 0 without one. */
  senders: () => number;
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
    this.underWay = this.parts.delivery.deliver(this.items()).finally(() => {
      this.underWay = undefined;
    });
  }

  private items(): Item[] {
    const { ephemeralId, host, counters, status, oldestMs, senders } = this.parts;
    this.sequence += 1;
    const id = `${ephemeralId}-${this.sequence}`;
    const now = new Date().toISOString();
    const own = countersDocument({
      now,
      id,
      sequence: this.sequence,
      ephemeralId,
      host,
      counts: counters.takeDelta(),
      oldestMs: oldestMs(),
      senders: senders(),
      state: status.state,
    });
    const repeats = counters.takeRepeats().map(({ run, count }) => {
      const key = `${id}-${run}`;
      return this.item(key, repeatsDocument({ now, id: key, host, run, count }));
    });
    return [this.item(id, own), ...repeats];
  }

  private item(id: string, doc: JsonObject): Item {
    const stream = `logs-rota.pipeline-${this.parts.settings.namespace}`;
    return itemOf({ dataset: 'rota.pipeline', stream, id, mayBeResend: false, line: Buffer.alloc(0), doc });
  }
}
