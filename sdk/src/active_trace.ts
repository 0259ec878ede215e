/**
 * The trace that the application's own tracing is in. Nothing is loaded for it: what is not in the process is not asked.
 */

/** ECS `trace.id`, `span.id`, `transaction.id`. */
export interface TraceFields {
  readonly [name: string]: { id: string };
}

interface SpanContext {
  traceId?: unknown;
  spanId?: unknown;
  traceFlags?: unknown;
}
interface OpenTelemetry {
  context?: { active?: () => { getValue(key: symbol): { spanContext?: () => SpanContext } | undefined } };
}

/** Where every copy of `@opentelemetry/api` 1.x keeps what was registered, and the key of the span in a context. */
const OTEL = Symbol.for('opentelemetry.js.api.1');
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN');
const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;
const SPAN_ID = /^(?!0{16})[0-9a-f]{16}$/;
const shared = globalThis as { [OTEL]?: OpenTelemetry };

/** The ids of the active span, or undefined. Never throws. */
export function activeTrace(): TraceFields | undefined {
  const context = activeSpan();
  return context && { trace: { id: context.traceId }, span: { id: context.spanId } };
}

/** The active span of OpenTelemetry; undefined without one that is valid. */
export function activeSpan(): { traceId: string; spanId: string; sampled: boolean } | undefined {
  const api = shared[OTEL];
  if (api === undefined) return undefined;
  try {
    const context = api.context?.active?.().getValue(SPAN)?.spanContext?.();
    if (context === undefined) return undefined;
    const { traceId, spanId, traceFlags } = context;
    if (typeof traceId !== 'string' || typeof spanId !== 'string') return undefined;
    if (!TRACE_ID.test(traceId) || !SPAN_ID.test(spanId)) return undefined;
    return { traceId, spanId, sampled: (Number(traceFlags) & 1) === 1 };
  } catch {
    return undefined;
  }
}
