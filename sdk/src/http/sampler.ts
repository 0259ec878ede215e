import type { Ending, Exchange } from './exchange.js';
import type { AccessEntry, AccessLogger, SampleOptions } from './options.js';

const REPORT_MS = 10_000;

/**
 * Keeps a share of the ordinary requests, and all that failed or were slow. Which, the trace's id decides, so that every service
 * keeps the same ones. What is left out never gets a number, so Delivery misses nothing; how much it was is logged by route.
 */
export class Sampler {
  private readonly counts = new Map<string, { left_out: number; kept: number }>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: SampleOptions,
    private readonly logger: AccessLogger,
  ) {
    // Before the logger's own listeners, so that they still send it.
    process.prependListener('beforeExit', () => this.report());
    process.prependListener('exit', () => this.report());
  }

  /** The rate by which a request is kept, 1 for what is kept in any case; undefined: it is left out. */
  rateOf(exchange: Exchange, ending: Ending, path: string): number | undefined {
    const { rate, slowMs = 1000 } = this.options;
    const failed = exchange.error !== undefined || ending.aborted !== undefined || (ending.status ?? 500) >= 400;
    if (failed || ending.at - exchange.started >= slowMs) return 1;
    const route = this.routeOf(exchange, path);
    const wanted = typeof rate === 'function' ? rate(exchange.request, route) : rate;
    const share = Number.isFinite(wanted) ? wanted : 1;
    const isKept = share >= 1 || chance(exchange.span.traceId) < share;
    this.count(route, isKept);
    return isKept ? Math.min(1, share) : undefined;
  }

  /** Express and Fastify know the route's own pattern; else it is the path without what looks like an id. */
  private routeOf(exchange: Exchange, path: string): string {
    const { route, baseUrl = '' } = exchange.request as { route?: { path?: unknown }; baseUrl?: string };
    const pattern = typeof route?.path === 'string' ? baseUrl + route.path : path.replace(/\/[^/]*\d[^/]*/g, '/:id');
    return `${exchange.method} ${pattern.slice(0, 256)}`;
  }

  private count(route: string, isKept: boolean): void {
    // Paths may be anything: beyond so many routes the others are one.
    const name = this.counts.has(route) || this.counts.size < 200 ? route : 'others';
    const counted = this.counts.get(name) ?? { left_out: 0, kept: 0 };
    counted[isKept ? 'kept' : 'left_out'] += 1;
    this.counts.set(name, counted);
    if (this.timer !== undefined) return;
    this.timer = setTimeout(() => this.report(), REPORT_MS);
    this.timer.unref();
  }

  private report(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const [route, counted] of this.counts) {
      this.counts.delete(route);
      if (counted.left_out === 0) continue;
      const entry: AccessEntry = {
        level: 'info',
        message: `${counted.left_out} of ${counted.left_out + counted.kept} requests were left out by sampling: ${route}`,
        event: { dataset: 'rota.sdk', kind: 'metric', action: 'sample' },
        rota: { sdk: { sample: { route, ...counted } } },
      };
      this.logger.log(entry);
    }
  }
}

/** 0 to 1, evenly, by the last 32 bits of a trace's id, which are random (W3C Trace Context, section 3.2.2.3). */
function chance(traceId: string): number {
  return Number.parseInt(traceId.slice(-8), 16) / 2 ** 32;
}
