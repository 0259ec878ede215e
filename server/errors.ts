import type { ErrorCode } from '../common/api';

const STATUS: Record<ErrorCode, number> = {
  invalid_request: 400,
  invalid_kql: 400,
  not_found: 404,
  forbidden: 403,
  search_failed: 502,
  too_large: 422,
  search_unavailable: 503,
  cancelled: 499,
  internal: 500,
};

/** What a route answers instead of data: a stable code, and a sentence that says what to do. */
export class ApiError extends Error {
  readonly status: number;
  /** Where in the KQL the fault is, from 0; null where it is not in it. */
  readonly at: number | null;

  constructor(
    readonly code: ErrorCode,
    message: string,
    { at = null, ...options }: { cause?: unknown; at?: number | null } = {},
  ) {
    super(message, options);
    this.name = 'ApiError';
    this.status = STATUS[code];
    this.at = at;
  }
}

/** Elasticsearch's failures and everything else, as an ApiError. */
export function toApiError(error: unknown, signal: AbortSignal): ApiError {
  if (error instanceof ApiError) return error;
  if (signal.aborted) return new ApiError('cancelled', 'The browser left before the answer was ready.');
  if (error instanceof Error && 'code' in error && error.code === 'invalid_kql') {
    const at = 'position' in error ? Number(error.position) : null;
    return new ApiError('invalid_kql', error.message, { cause: error, at });
  }
  const status = statusOf(error);
  const words = error instanceof Error ? error.message : String(error);
  if (status === 401 || status === 403) {
    return new ApiError(
      'forbidden',
      'Your user may not read Rota\'s data streams. Ask for the privileges "read" and "view_index_metadata" on logs-*.',
      { cause: error },
    );
  }
  if (status === 429 || status === 503) {
    return new ApiError('search_unavailable', `Elasticsearch is too busy to answer. Try again shortly. (${words})`, {
      cause: error,
    });
  }
  if (status !== null) {
    return new ApiError('search_failed', `Elasticsearch refused the search: ${words}`, { cause: error });
  }
  if (error instanceof Error && /ConnectionError|TimeoutError|NoLivingConnections/.test(error.name)) {
    return new ApiError('search_unavailable', `Elasticsearch does not answer. Check that it runs. (${words})`, {
      cause: error,
    });
  }
  return new ApiError('internal', `Rota met an unexpected error: ${words}`, { cause: error });
}

function statusOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null) return null;
  const { statusCode } = error as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : null;
}
