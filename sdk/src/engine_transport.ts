import TransportStream from 'winston-transport';
import { acceptInfo } from './adapters/info_reader.js';
import type { LineTaker } from './line_taker.js';
import type { Info } from './record/info.js';

/**
 * What stands for the engine among a logger's transports, so that winston's ways (`transports`, `level`, `remove`,
 * `end`) reach it. Lines take no part in that: the logger gives them to the engine itself.
 */
export class EngineTransport extends TransportStream {
  private readonly taken = new WeakSet<object>();

  constructor(private readonly engine: LineTaker) {
    super();
  }

  /** The engine has had this one. */
  took(info: Info): void {
    this.taken.add(info);
  }

  override log(info: Info, callback: () => void): void {
    if (!this.taken.has(info)) acceptInfo(this.engine, info);
    callback();
  }

  override close(): void {
    void this.engine.close();
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.engine.close().then(() => callback(), callback);
  }
}
