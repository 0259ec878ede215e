import { currentContext } from '../context.js';
import type { Exchange } from './exchange.js';

/** Requests in the works, each with how to write its event should the process end now. */
const open = new Map<Exchange, () => void>();
let listening = false;

/**
 * Remembers a request until it ends. If the process ends first, `lost` is called for it: the request that killed a
 * process is the one that must not be missing from its log.
 */
export function guard(exchange: Exchange, lost: () => void): void {
  open.set(exchange, lost);
  if (listening) return;
  listening = true;
  // A monitor only looks on: whether the process ends, and how, is decided as without us.
  process.on('uncaughtExceptionMonitor', onUncaught);
  // Before the logger's own exit listener, so that these last events are among what it still saves.
  process.prependListener('exit', reportAll);
}

/** The request has ended in the ordinary way. */
export function release(exchange: Exchange): void {
  open.delete(exchange);
}

function onUncaught(error: unknown): void {
  const exchange = currentContext()?.request as Exchange | undefined;
  if (exchange && !exchange.done) exchange.error ??= { thrown: error };
  const survives = process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback();
  if (!survives) reportAll();
}

function reportAll(): void {
  for (const lost of [...open.values()]) lost();
  open.clear();
}
