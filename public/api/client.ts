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
    readonly code: ErrorCode | 'unreachable' | 'unknown_answer' | 'no_answer' | 'session_ended',
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

/** What Kibana itself, or a proxy before it, answers in our route's place. */
const OF_KIBANA: Record<number, { code: RotaApiError['code']; message: string }> = {
  401: { code: 'session_ended', message: 'Your session in Kibana has ended. Reload the page to log in again.' },
  403: {
    code: 'forbidden',
    message: 'Your user may not see Rota in this space. Ask for the feature privilege "Rota: Read".',
  },
  404: {
    code: 'not_found',
    message: 'Kibana does not know this route. Install the same version of Rota on all its servers.',
  },
  429: { code: 'search_unavailable', message: 'Kibana is too busy to answer. Try again shortly.' },
  502: { code: 'unreachable', message: 'The proxy before Kibana cannot reach it. Check that Kibana runs.' },
  503: { code: 'unreachable', message: 'Kibana is starting or overloaded. Try again shortly.' },
  504: { code: 'no_answer', message: 'The proxy before Kibana waited too long for it. Choose a shorter time range.' },
};

function toRotaError(error: unknown): unknown {
  if (error instanceof Error && error.name === 'AbortError') return error;
  const body = errorBodySchema.safeParse((error as { body?: unknown }).body);
  if (body.success) return new RotaApiError(body.data.code, body.data.message, body.data.at ?? null);
  const status = (error as { response?: { status?: number } }).response?.status;
  const known = status === undefined ? undefined : OF_KIBANA[status];
  if (known) return new RotaApiError(known.code, known.message);
  const text = error instanceof Error ? error.message : String(error);
  return new RotaApiError('unreachable', `Kibana did not answer (${text}). Check the connection, then try again.`);
}
