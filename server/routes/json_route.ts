import type { z } from 'zod';
import {
  API,
  ENDS_BEFORE,
  type Envelope,
  type ErrorBody,
  type RouteData,
  type RouteName,
  type RouteQuery,
  type Scope,
} from '../../common/api';
import { tooLarge } from '../body_size';
import { Context } from '../context';
import { ApiError, toApiError } from '../errors';
import type { HostRequest, HostResponse, RotaHost } from '../host';
import type { AnswerCache } from '../search/cache';
import { assertValues } from '../search/value_faults';
import { issueWords } from './issue_words';

/** A range that ended so long ago takes no more lines (but for a spool that is played back, hence the short life). */
const CLOSED_AFTER_MS = 120_000;

export type Answerer<N extends RouteName> = (query: RouteQuery<N>, context: Context) => Promise<RouteData<N>>;

/** Registers one JSON route: checks the question, asks, wraps the answer, caches closed ranges, names every failure. */
export function registerJsonRoute<N extends RouteName>(
  host: RotaHost,
  cache: AnswerCache,
  name: N,
  answer: Answerer<N>,
): void {
  host.route({
    method: 'post',
    path: API[name].path,
    handler: (request) => respond(host, request, () => answerOnce(host, cache, name, answer, request)),
  });
}

/** Runs a handler and turns whatever it throws into `{code, message}`. */
export async function respond(
  host: RotaHost,
  request: HostRequest,
  run: () => Promise<HostResponse>,
): Promise<HostResponse> {
  try {
    return await run();
  } catch (thrown) {
    const error = toApiError(thrown, request.signal);
    if (error.code === 'internal') host.logger.error(`${error.message}\n${(thrown as Error)?.stack ?? ''}`);
    const at = error.at === null ? {} : { at: error.at };
    const body: ErrorBody = { code: error.code, message: error.message, ...at };
    return { status: error.status, headers: {}, body };
  }
}

/** Parses a body by its schema; throws ApiError `invalid_request` that names each field at fault. */
export function parseBody<S extends z.ZodTypeAny>(schema: S, body: unknown): z.output<S> {
  const excess = tooLarge(body);
  if (excess) throw new ApiError('invalid_request', `The request is too large. ${excess}`);
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    const faults = parsed.error.issues.slice(0, 5).map(issueWords);
    // A message may repeat what was sent.
    throw new ApiError('invalid_request', faults.map((fault) => fault.slice(0, 300)).join('; '));
  }
  const { from, to } = parsed.data as { from?: string; to?: string };
  if (from && to && Date.parse(from) >= Date.parse(to)) {
    throw new ApiError('invalid_request', `from: ${ENDS_BEFORE}`);
  }
  return parsed.data;
}

async function answerOnce<N extends RouteName>(
  host: RotaHost,
  cache: AnswerCache,
  name: N,
  answer: Answerer<N>,
  request: HostRequest,
): Promise<HostResponse> {
  const started = Date.now();
  const query = parseBody(API[name].request, request.body) as RouteQuery<N>;
  const key = request.principal === null ? null : JSON.stringify([name, request.principal, query]);
  const kept = key === null ? undefined : cache.get<Envelope<RouteData<N>>>(key);
  if (kept) return ok({ ...kept, cached: true, took_ms: Date.now() - started, now: Date.now() });
  const context = new Context(host, request, cache);
  if (isScoped(query)) await assertValues(query, context);
  const data = await answer(query, context);
  const envelope: Envelope<RouteData<N>> = {
    data,
    partial: context.reasons.length > 0,
    partial_reasons: context.reasons,
    took_ms: Date.now() - started,
    cached: false,
    now: Date.now(),
  };
  if (key !== null && !envelope.partial && isClosed(query, context.now)) cache.set(key, envelope);
  return ok(envelope);
}

function isScoped(query: object): query is Scope {
  return 'kql' in query && 'filters' in query;
}

function isClosed(query: object, now: number): boolean {
  const { to } = query as { to?: string };
  return to !== undefined && Date.parse(to) < now - CLOSED_AFTER_MS;
}

function ok(body: object): HostResponse {
  return { status: 200, headers: {}, body };
}
