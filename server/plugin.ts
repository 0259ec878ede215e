import { Readable } from 'node:stream';
import { FEATURE } from '../common/alerting';
import { registerRecording, scheduleRecording } from './alerting/recording_task';
import { registerRuleType } from './alerting/rule_type';
import { registerFeature } from './feature';
import type { HostResponse, RotaHost, SearchClient } from './host';
import type {
  KibanaCoreSetup,
  KibanaCoreStart,
  KibanaInitializerContext,
  KibanaLogger,
  KibanaRequest,
  KibanaResponseFactory,
  KibanaRouter,
  KibanaSetupPlugins,
  KibanaStartPlugins,
} from './kibana_types';
import { registerRoutes } from './routes';
import { type Settings, settingsSchema } from './settings';

/** Rota in Kibana: implements the narrow host interface by core.http and hands it to the routes. */
export class RotaPlugin {
  private readonly logger: KibanaLogger;
  private readonly settings: Settings;
  private plugins: KibanaStartPlugins = {};
  private elasticsearch: SearchClient | undefined;

  constructor(context: KibanaInitializerContext) {
    this.logger = context.logger.get();
    this.settings = settingsSchema.parse(context.config.get() ?? {});
  }

  setup(core: KibanaCoreSetup, plugins: KibanaSetupPlugins = {}): void {
    const router = core.http.createRouter();
    const host: RotaHost = {
      settings: this.settings,
      logger: this.logger,
      route: (route) => this.addRoute(router, route),
    };
    registerRoutes(host);
    if (plugins.features) registerFeature(plugins.features);
    if (plugins.alerting) registerRuleType(plugins.alerting, host, core.http.basePath);
    if (plugins.taskManager) registerRecording(plugins.taskManager, host, () => this.startedElasticsearch());
  }

  start(core: KibanaCoreStart, plugins: KibanaStartPlugins): void {
    this.plugins = plugins;
    this.elasticsearch = core.elasticsearch.client.asInternalUser;
    if (!plugins.taskManager) return;
    scheduleRecording(plugins.taskManager).catch((error: unknown) => {
      this.logger.warn(`Pool events are not recorded: the task could not be scheduled (${(error as Error).message}).`);
    });
  }

  stop(): void {}

  /** Kibana's own user. Tasks run only after `start`. */
  private startedElasticsearch(): SearchClient {
    if (!this.elasticsearch) throw new Error('Rota has not been started yet.');
    return this.elasticsearch;
  }

  private addRoute(router: KibanaRouter, route: Parameters<RotaHost['route']>[0]): void {
    router.post(
      {
        path: route.path,
        // Checked by the zod schemas in common/api, so that both hosts answer alike.
        validate: { body: (body: unknown, { ok }: { ok: (value: unknown) => unknown }) => ok(body) },
        // A user needs Rota's feature privilege; Kibana reads `access:` tags.
        options: { access: 'internal', tags: [`access:${FEATURE}`] },
      },
      async (context, request, response) => {
        const { elasticsearch } = await context.core;
        const aborter = new AbortController();
        const subscription = request.events.aborted$.subscribe(() => aborter.abort());
        const answer = await route.handler({
          body: request.body,
          elasticsearch: elasticsearch.client.asCurrentUser,
          principal: this.principalOf(request),
          signal: aborter.signal,
        });
        // A stream goes on after this handler, and must still end when the browser leaves.
        if (answer.body instanceof Readable) answer.body.once('close', () => subscription.unsubscribe());
        else subscription.unsubscribe();
        return send(response, answer);
      },
    );
  }

  /** Without security there is one user; an API key is never cached, for it may have fewer rights than its owner. */
  private principalOf(request: KibanaRequest): string | null {
    if (!this.plugins.security) return 'everyone';
    const user = this.plugins.security.authc.getCurrentUser(request);
    if (!user || user.authentication_type === 'api_key') return null;
    return JSON.stringify([user.username, user.authentication_type, user.authentication_realm, user.roles]);
  }
}

function send(response: KibanaResponseFactory, { status, headers, body }: HostResponse): unknown {
  if (status === 200) return response.ok({ headers, body });
  return response.custom({ statusCode: status, headers, body, bypassErrorFormat: true });
}
