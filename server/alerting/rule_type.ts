import { type AlertParams, alertParamsSchema, FEATURE, RULE_TYPE } from '../../common/alerting';
import { tooLarge } from '../body_size';
import type { RotaHost, SearchClient } from '../host';
import { type Alert, alertsOf } from './alerts';
import { assessNow } from './assess_now';
import { type AlertPlace, alertLink, type KibanaBase } from './link';

/** The narrow part of Kibana 8.12's alerting contract that the rule uses. */
interface ExecutorOptions {
  params: Partial<AlertParams>;
  /** The rule's space. */
  spaceId: string;
  /** null on the first run. */
  previousStartedAt: Date | null;
  /** What the run before returned; empty on the first. */
  state: { told?: string[] };
  services: {
    scopedClusterClient: { asCurrentUser: SearchClient };
    alertFactory: { create(id: string): { scheduleActions(group: string, context: Record<string, unknown>): void } };
  };
}

export interface AlertingSetup {
  registerType(type: Record<string, unknown>): void;
}

/** Lines of what was over by then may have come after the last run. */
const LATE_MS = 60_000;
/** What a link shows around its event. */
const AROUND_MS = 600_000;

/** Registers `rota.health`: alerts by the same functions that draw the pages, run as the rule's owner. */
export function registerRuleType(alerting: AlertingSetup, host: RotaHost, base: KibanaBase): void {
  alerting.registerType({
    id: RULE_TYPE,
    name: 'Rota: a host fell or got too little',
    category: 'observability',
    producer: FEATURE,
    defaultScheduleInterval: '1m',
    ruleTaskTimeout: '2m',
    actionGroups: [{ id: 'default', name: 'Alert' }],
    defaultActionGroupId: 'default',
    minimumLicenseRequired: 'basic',
    isExportable: true,
    doesSetRecoveryContext: false,
    actionVariables: {
      context: [
        { name: 'host', description: 'The host' },
        { name: 'kind', description: 'outage, ejected, ejected_passive, burst, silent, all_silent or uneven' },
        { name: 'reason', description: 'What happened, in a sentence' },
        { name: 'url', description: 'The page of the event in Kibana; whole where server.publicBaseUrl is set' },
      ],
    },
    validate: { params: { validate: readParams } },
    getViewInAppRelativeUrl: () => '/app/rota/health',
    executor: async ({ params, spaceId, services, previousStartedAt, state }: ExecutorOptions) => {
      const asked = readParams(params);
      const now = Date.now();
      const { asCurrentUser } = services.scopedClusterClient;
      const { health, rotation } = await assessNow(host, asCurrentUser, now, asked.window_min * 60_000);
      const since = previousStartedAt === null ? 0 : previousStartedAt.getTime() - LATE_MS;
      const told = new Set(state.told);
      const alerts = alertsOf(health.overview?.events ?? [], rotation.overview?.tiers ?? [], asked, since, told);
      for (const alert of alerts) {
        const { id, event: _, ...context } = alert;
        const url = alertLink(base, spaceId, placeOf(alert, now - asked.window_min * 60_000, now));
        services.alertFactory.create(id).scheduleActions('default', { ...context, url });
      }
      return { state: { told: alerts.map(({ id }) => id) } };
    },
  });
}

/** An event with a little of what was before and after it; unevenness in the window that was judged. */
function placeOf({ event }: Alert, from: number, to: number): AlertPlace {
  if (!event) return { page: 'rotation', from, to };
  const { id, since, until } = event;
  return { page: 'health', from: since - AROUND_MS, to: Math.min(to, (until ?? to) + AROUND_MS), event: id };
}

/** Throws a sentence for the form when a parameter cannot be used. */
function readParams(params: unknown): AlertParams {
  const excess = tooLarge(params);
  if (excess) throw new Error(`The rule's parameters are too large. ${excess}`);
  const parsed = alertParamsSchema.safeParse(params ?? {});
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, 5);
  throw new Error(faults.map(({ path, message }) => `${path.join('.') || 'params'}: ${message}`).join('; '));
}
