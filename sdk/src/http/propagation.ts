import { currentContext } from '../context.js';
import type { Exchange } from './exchange.js';
import { formatTraceparent } from './traceparent.js';

/**
 * Headers for a call to another service from inside a request, so that its lines join this request's:
 * `{ 'x-request-id': …, traceparent: … }`. Empty outside a request.
 */
export function propagationHeaders(): Record<string, string> {
  const exchange = currentContext()?.request as Exchange | undefined;
  if (!exchange) return {};
  return { 'x-request-id': exchange.id, traceparent: formatTraceparent(exchange.span) };
}
