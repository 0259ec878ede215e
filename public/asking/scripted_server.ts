import type { Envelope, RouteData, RouteInput, RouteName } from '../../common/api';
import { RotaApiError, type RotaClient } from '../api/client';
import { ServerClock } from './server_clock';

/** One question that reached the scripted server. */
export interface Asked {
  route: RouteName;
  input: Record<string, unknown>;
  /** The browser left before it was answered. */
  left: boolean;
  /** `serverNow`: by the server's clock, where that is not the browser's. */
  answer(data: object, serverNow?: number): void;
  fail(message: string): void;
}

/** For tests: a server that answers when it is told to, late, never, in any order. */
export class ScriptedServer implements RotaClient {
  readonly clock = new ServerClock();
  readonly asked: Asked[] = [];

  get last(): Asked {
    return this.asked.at(-1)!;
  }

  ask<N extends RouteName>(route: N, input: RouteInput<N>, signal?: AbortSignal): Promise<Envelope<RouteData<N>>> {
    return new Promise((resolve, reject) => {
      const asked: Asked = {
        route,
        input: input as Record<string, unknown>,
        left: false,
        answer: (data, serverNow = Date.now()) => {
          this.clock.hear(serverNow, Date.now(), Date.now());
          resolve({
            data: data as RouteData<N>,
            partial: false,
            partial_reasons: [],
            took_ms: 1,
            cached: false,
            now: serverNow,
          });
        },
        fail: (message) => reject(new RotaApiError('search_unavailable', message)),
      };
      signal?.addEventListener('abort', () => {
        asked.left = true;
        reject(Object.assign(new Error('aborted'), { name: 'AbortError' }));
      });
      this.asked.push(asked);
    });
  }
}
