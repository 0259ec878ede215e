import {
  API,
  type Envelope,
  type ErrorCode,
  envelopeOf,
  errorBodySchema,
  type RouteData,
  type RouteInput,
  type RouteName,
} from '../../common/api';
import type { ServerClock } from '../asking/server_clock';
import type { CoreHttp } from '../kibana/contract';

/** A failed question: the server's stable code, and its sentence. */
export class RotaApiError extends Error {
  constructor(
    readonly code: ErrorCode | 'unreachable' | 'unknown_answer' | 'no_answer',
    message: string,
    /** Where in the KQL the fault is, from 0. */
    readonly at: number | null = null,
  ) {
    super(message);
    this.name = 'RotaApiError';
  }
}

export interface RotaClient {
  ask<N extends RouteName>(route: N, input: RouteInput<N>, signal?: AbortSignal): Promise<Envelope<RouteData<N>>>;
}

/** Asks the plugin's routes; checks what comes back by the same schema that the server answers by. */
export function createClient(http: CoreHttp, clock: ServerClock): RotaClient {
  return {
    async ask<N extends RouteName>(route: N, input: RouteInput<N>, signal?: AbortSignal) {
      const asked = Date.now();
      const answer = await http
        .post(API[route].path, { body: JSON.stringify(input), signal })
        .catch((error: unknown) => {
          throw toRotaError(error);
        });
      const parsed = envelopeOf(API[route].data).safeParse(answer);
      if (parsed.success) {
        clock.hear(parsed.data.now, asked, Date.now());
        return parsed.data as Envelope<RouteData<N>>;
      }
      const [issue] = parsed.error.issues;
      throw new RotaApiError(
        'unknown_answer',
        `The server answered in a form that this page does not know (${issue?.path.join('.')}: ${issue?.message}). Reload the page; if it stays, install one version of Rota on all Kibana servers.`,
      );
    },
  };
}

function toRotaError(error: unknown): unknown {
  if (error instanceof Error && error.name === 'AbortError') return error;
  const body = errorBodySchema.safeParse((error as { body?: unknown }).body);
  if (body.success) return new RotaApiError(body.data.code, body.data.message, body.data.at ?? null);
  const status = (error as { response?: { status?: number } }).response?.status;
  if (status === 404) {
    return new RotaApiError(
      'not_found',
      'Kibana does not know this route. Install the same version of Rota on all its servers.',
    );
  }
  const text = error instanceof Error ? error.message : String(error);
  return new RotaApiError('unreachable', `Kibana did not answer (${text}). Check the connection, then try again.`);
}
