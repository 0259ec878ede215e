import type { NextFunction, Request, Response } from 'express';

/** A fault that an operator switched on for a demo webapp (docs/architecture.md, "Breaking a demo webapp"). */
export interface Fault {
  /** HTTP status to answer with; absent: the request is served after `latency_ms`. */
  status?: number;
  /** Only this path fails; absent: every path does, the probed `/` too. */
  path?: string;
  latency_ms?: number;
  /** Seconds until it mends itself; absent: until DELETE. */
  for_s?: number;
}

/** What the webapp throws while a fault is on, so that its log tells an injected error from a real one. */
export class InjectedFault extends Error {
  override readonly name = 'InjectedFault';
  readonly code = 'ROTA_INJECTED_FAULT';
  constructor(readonly status: number) {
    super(`This webapp was told to answer ${status}.`);
  }
}

/** The route `PUT | DELETE /__rota/fault` and the middleware that carries a fault out. */
export class FaultSwitch {
  private fault: Fault | undefined;
  private until = Number.POSITIVE_INFINITY;

  set(fault: Fault): void {
    this.fault = fault;
    this.until = fault.for_s === undefined ? Number.POSITIVE_INFINITY : Date.now() + fault.for_s * 1000;
  }

  clear(): void {
    this.fault = undefined;
  }

  /** The fault that applies to a path now. */
  current(path: string, now = Date.now()): Fault | undefined {
    if (!this.fault || now >= this.until) return undefined;
    return this.fault.path === undefined || this.fault.path === path ? this.fault : undefined;
  }

  readonly middleware = (request: Request, _response: Response, next: NextFunction): void => {
    const fault = this.current(request.path);
    const carryOut = () => next(fault?.status === undefined ? undefined : new InjectedFault(fault.status));
    if (fault?.latency_ms) setTimeout(carryOut, fault.latency_ms);
    else carryOut();
  };

  readonly route = (request: Request, response: Response): void => {
    // A frontend's connections come from loopback too in the local stack: what it forwards is no operator.
    if (!isLoopback(request.socket.remoteAddress) || request.headers['x-forwarded-for'] !== undefined) {
      response.status(404).end();
      return;
    }
    if (request.method === 'DELETE') {
      this.clear();
      response.status(204).end();
      return;
    }
    const problem = invalid(request.body);
    if (problem) {
      response.status(400).json({ code: 'ROTA_FAULT_INVALID', message: problem });
      return;
    }
    this.set(request.body as Fault);
    response.json(request.body);
  };
}

function isLoopback(address: string | undefined): boolean {
  return address === '127.0.0.1' || address === '::1' || address === '::ffff:127.0.0.1';
}

/** A sentence that says what is wrong with a fault, or undefined. */
export function invalid(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return 'Send a JSON object such as {"status": 500, "for_s": 30}.';
  const { status, path, latency_ms, for_s } = body as Record<string, unknown>;
  if (status === undefined && latency_ms === undefined) return 'Give a status, a latency_ms, or both.';
  if (status !== undefined && !(Number.isInteger(status) && Number(status) >= 400 && Number(status) <= 599)) {
    return 'status must be a whole number from 400 to 599.';
  }
  if (latency_ms !== undefined && !(Number(latency_ms) >= 0 && Number(latency_ms) <= 600_000)) {
    return 'latency_ms must be from 0 to 600000.';
  }
  if (for_s !== undefined && !(Number(for_s) > 0)) return 'for_s must be more than 0.';
  if (path !== undefined && !(typeof path === 'string' && path.startsWith('/'))) return 'path must start with "/".';
  return undefined;
}
