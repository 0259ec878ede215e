/**
 * The trace that the application's own tracing is in. Nothing is loaded for it: what is not in the process is not asked.
 */
import * as modules from 'node:module';

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
/** What elastic-apm-node exports. */
interface ElasticApm {
  readonly currentTraceIds?: Readonly<Record<string, unknown>>;
}

/** Where every copy of `@opentelemetry/api` 1.x keeps what was registered, and the key of the span in a context. */
const OTEL = Symbol.for('opentelemetry.js.api.1');
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN');
const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;
const SPAN_ID = /^(?!0{16})[0-9a-f]{16}$/;
const shared = globalThis as { [OTEL]?: OpenTelemetry };

/** The mark that Elastic's agent leaves when it starts, which must be before anything else is loaded. */
const APM_MARK = 'ElasticAPMAgentInitialized';
const APM_FILE = /[\\/]elastic-apm-node[\\/]index\.js$/;
/** Between looks for an agent that is not there. */
const APM_CALLS = 1024;
let apm: ElasticApm | undefined;
let calls = 0;

/** The ids of the active span, or undefined. Never throws. */
export function activeTrace(): TraceFields | undefined {
  const context = activeSpan();
  return context === undefined ? elasticTrace() : { trace: { id: context.traceId }, span: { id: context.spanId } };
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

/** The ids of Elastic's APM agent, where that is started. */
function elasticTrace(): TraceFields | undefined {
  if (apm === undefined) {
    calls += 1;
    if (calls % APM_CALLS !== 1) return undefined;
    apm = findAgent();
    if (apm === undefined) return undefined;
  }
  try {
    const ids = apm.currentTraceIds ?? {};
    const fields: Record<string, { id: string }> = {};
    for (const name of ['trace', 'transaction', 'span']) {
      const id = ids[`${name}.id`];
      if (typeof id === 'string' && id !== '') fields[name] = { id };
    }
    return fields['trace'] === undefined ? undefined : fields;
  } catch {
    return undefined;
  }
}

function findAgent(): ElasticApm | undefined {
  const isStarted = Object.getOwnPropertySymbols(globalThis).some((symbol) => symbol.description === APM_MARK);
  if (!isStarted) return undefined;
  const { _cache: loaded = {} } = modules.Module as unknown as { _cache?: Record<string, { exports: ElasticApm }> };
  const file = Object.keys(loaded).find((path) => APM_FILE.test(path));
  return file === undefined ? undefined : loaded[file]?.exports;
}
