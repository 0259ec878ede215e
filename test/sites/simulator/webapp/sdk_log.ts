import type { Line, Text } from '../../lines/line';
import type { Log } from '../../lines/log';
import {
  type SdkRun,
  type Service,
  sdkAccessText,
  sdkCloseText,
  sdkDropText,
  sdkErrorText,
  sdkStartText,
  type WebappRequest,
} from '../../lines/webapp';
import type { Run } from '../../truth/truth';

/** The SDK in one process run: its events are numbered, and a missing number is a loss. */
export class SdkLog {
  private dropping: number | undefined;

  constructor(
    private readonly log: Log,
    private readonly clock: () => number,
    private readonly service: Service,
    readonly truth: Run,
  ) {
    this.write((run) => sdkStartText(clock(), service, run));
  }

  access(request: WebappRequest): Line | undefined {
    if (request.status !== undefined && request.status >= 500) {
      this.write((run) => sdkErrorText(request.clock, request.id, this.service, run));
    }
    return this.write((run) => sdkAccessText(request, this.service, run));
  }

  /** The queue is full: what is written from now on is dropped, and declared when there is room again. */
  startDropping(): void {
    this.dropping ??= this.truth.written + 1;
  }

  stopDropping(): void {
    const first = this.dropping;
    this.dropping = undefined;
    const last = this.truth.written;
    if (first === undefined || last < first) return;
    for (let n = first; n <= last; n++) this.truth.declared.push(n);
    this.write((run) => sdkDropText(this.clock(), this.service, run, { first, last }));
  }

  close(): void {
    this.stopDropping();
    this.write((run) => sdkCloseText(this.clock(), this.service, run));
    this.truth.closed = !this.log.ended;
  }

  private write(text: (run: SdkRun) => Text): Line | undefined {
    const { log, truth } = this;
    if (log.ended) return undefined;
    const sequence = ++truth.written;
    if (this.dropping !== undefined) return undefined;
    if (log.losing) truth.lost.push(sequence);
    const line = log.write(text({ id: truth.id, sequence }));
    if (line?.fate === 'refused') truth.refused.push(sequence);
    return line;
  }
}
