import type { Readable } from 'node:stream';
import type { KibanaBase } from './alerting/link';
import type { TaskManagerSetup, TaskManagerStart } from './alerting/recording_task';
import type { AlertingSetup } from './alerting/rule_type';
import type { FeaturesSetup } from './feature';
import type { SearchClient } from './host';

/** The narrow part of Kibana 8.12's server contract that the plugin uses; Kibana publishes no types. */
export interface KibanaLogger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  get(...names: string[]): KibanaLogger;
}

export interface KibanaInitializerContext {
  logger: { get(...names: string[]): KibanaLogger };
  config: { get(): unknown };
}

export interface KibanaRequest {
  body: unknown;
  headers: Record<string, string | string[] | undefined>;
  auth?: { isAuthenticated: boolean };
  events: { aborted$: { subscribe(next: () => void): { unsubscribe(): void } } };
}

export interface KibanaResponseFactory {
  ok(options: { headers?: Record<string, string>; body: object | Readable }): unknown;
  custom(options: {
    statusCode: number;
    headers?: Record<string, string>;
    body: unknown;
    bypassErrorFormat?: boolean;
  }): unknown;
}

export interface KibanaRouter {
  post(
    route: { path: string; validate: unknown; options?: { access?: 'internal' | 'public'; tags?: string[] } },
    handler: (
      context: { core: Promise<{ elasticsearch: { client: { asCurrentUser: SearchClient } } }> },
      request: KibanaRequest,
      response: KibanaResponseFactory,
    ) => Promise<unknown>,
  ): void;
}

export interface KibanaCoreSetup {
  http: { createRouter(): KibanaRouter; basePath: KibanaBase };
}

export interface KibanaCoreStart {
  elasticsearch: { client: { asInternalUser: SearchClient } };
}

export interface KibanaUser {
  username: string;
  authentication_type?: string;
  /** Two realms may each have a user of one name. */
  authentication_realm?: { name: string; type: string };
  roles?: readonly string[];
}

export interface KibanaSetupPlugins {
  alerting?: AlertingSetup;
  features?: FeaturesSetup;
  taskManager?: TaskManagerSetup;
}

export interface KibanaStartPlugins {
  taskManager?: TaskManagerStart;
  security?: { authc: { getCurrentUser(request: KibanaRequest): KibanaUser | null } };
}
