import { RotaError } from './errors.js';
import type { ConnectionStats } from './net/shipper.js';
import type { DropLedger } from './queue/drops.js';
import type { Warn } from './warn.js';

/** Reports what the end of the process costs: once for what was in memory, once for what listeners log even later. */
export class ExitLoss {
  private before = 0;
  private reports = 0;

  constructor(
    private readonly service: string,
    private readonly drops: DropLedger,
    private readonly onWarn: Warn,
  ) {}

  /** The process ends now; what was lost before is known. */
  begin(): void {
    this.before = this.total;
  }

  report({ connects, url, last_error }: ConnectionStats): void {
    const lost = this.total - this.before;
    if (lost === 0 || this.reports === 2) return;
    this.before = this.total;
    this.reports += 1;
    const never =
      connects === 0 && last_error === null ? ` There was no connection yet: ${url} has not answered so far.` : '';
    this.onWarn(
      new RotaError(
        'ROTA_LOST_AT_EXIT',
        `${lost} events of ${this.service} were not delivered before the process ended.${never} Await close() before process.exit(), or give the option spool.`,
      ),
      true,
    );
  }

  private get total(): number {
    return this.drops.totals.get('exit') ?? 0;
  }
}
