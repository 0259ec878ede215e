import { createLogger, type Logger } from '../../../sdk/src';
import { PATIENCE_MS } from './world';

/** An application with Rota's SDK that knows which events it sent and that all of them were accepted. */
export class Sender {
  private readonly logger: Logger;
  private sent = 0;

  constructor(url: string) {
    this.logger = createLogger({
      url,
      service: 'fault-test',
      statsIntervalMs: 0,
      backoff: { minMs: 50, maxMs: 500 },
      queue: { maxEvents: 200_000 },
    });
  }

  /** Hands over `count` events at up to `perSecond`, each with `padding` to make it large. */
  async send(count: number, perSecond = Number.POSITIVE_INFINITY, padding = ''): Promise<void> {
    const start = Date.now();
    for (let n = 0; n < count; n += 1) {
      this.sent += 1;
      this.logger.info(`event ${this.sent}${padding}`);
      const early = (n / perSecond) * 1000 - (Date.now() - start);
      if (early > 5) await new Promise((resolve) => setTimeout(resolve, early));
      else if (n % 500 === 499) await this.logger.ready();
    }
  }

  /** The ids of everything sent, in order; throws unless the receiver acknowledged it all. */
  async accepted(timeoutMs = PATIENCE_MS): Promise<string[]> {
    const result = await this.logger.flush({ timeoutMs });
    const stats = this.logger.stats();
    if (stats.pending > 0 || stats.dropped > 0) {
      throw new Error(`not everything was accepted: ${JSON.stringify({ result, stats })}`);
    }
    return Array.from({ length: this.sent }, (_, n) => `${stats.ephemeral_id}-${n + 1}`);
  }

  /** Events that the receiver has not acknowledged. */
  pending(): number {
    return this.logger.stats().pending;
  }

  stats(): ReturnType<Logger['stats']> {
    return this.logger.stats();
  }

  async close(): Promise<void> {
    await this.logger.close({ timeoutMs: 1000 });
  }
}
