import type { Readable } from 'node:stream';
import type { Settings } from './settings';

/** The part of `@elastic/elasticsearch` that Rota uses; Kibana's `asCurrentUser` client and the plain one both have it. */
export interface SearchClient {
  transport: {
    request(
      params: {
        method: string;
        path: string;
        querystring?: Record<string, string | number | boolean>;
        body?: Record<string, unknown>;
        bulkBody?: Record<string, unknown>[];
      },
      options?: RequestOptions,
    ): Promise<unknown>;
  };
}

export interface RequestOptions {
  signal?: AbortSignal;
  requestTimeout?: number;
  maxRetries?: number;
  meta?: false;
  /** Bytes; a longer answer is let go of with an error named RequestAbortedError. */
  maxResponseSize?: number;
  headers?: Record<string, string>;
}

export interface HostLogger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export interface HostRequest {
  /** Parsed JSON, unchecked. */
  body: unknown;
  /** Elasticsearch as the user who asks. */
  elasticsearch: SearchClient;
  /**
   * Who asks, for the cache: two requests with the same text may share answers. null: never cache
   * (an API key may have fewer rights than its owner).
   */
  principal: string | null;
  /** Aborted when the browser leaves. */
  signal: AbortSignal;
}

export interface HostResponse {
  status: number;
  headers: Record<string, string>;
  /** An object is sent as JSON, a stream as it is. */
  body: object | Readable;
}

export interface HostRoute {
  method: 'post';
  path: string;
  handler(request: HostRequest): Promise<HostResponse>;
}

/** A query in Elasticsearch's language. */
export type Dsl = Record<string, unknown>;

/**
 * What Rota's server needs of the program that it lives in. Kibana implements it in `plugin.ts`
 * (core.http), the development host in `dev/`.
 */
export interface RotaHost {
  settings: Settings;
  logger: HostLogger;
  route(route: HostRoute): void;
}
