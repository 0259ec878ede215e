import type { RotaHost, SearchClient } from '../host';
import { type AlertParams, alertsOf, DEFAULT_PARAMS } from './alerts';
import { assessNow } from './assess_now';

/** The narrow part of Kibana 8.12's alerting contract that the rule uses. */
interface ExecutorOptions {
  params: Partial<AlertParams>;
  services: {
    scopedClusterClient: { asCurrentUser: SearchClient };
    alertFactory: { create(id: string): { scheduleActions(group: string, context: Record<string, unknown>): void } };
  };
}

export interface AlertingSetup {
  registerType(type: Record<string, unknown>): void;
}

/** Registers `rota.health`: alerts by the same functions that draw the pages, run as the rule's owner. */
export function registerRuleType(alerting: AlertingSetup, host: RotaHost): void {
  alerting.registerType({
    id: 'rota.health',
    name: 'Rota: a host fell or got too little',
    category: 'observability',
    producer: 'rota',
    actionGroups: [{ id: 'default', name: 'Alert' }],
    defaultActionGroupId: 'default',
    minimumLicenseRequired: 'basic',
    isExportable: true,
    doesSetRecoveryContext: false,
    actionVariables: {
      context: [
        { name: 'host', description: 'The host' },
        { name: 'kind', description: 'ejected, ejected_passive, burst, silent or uneven' },
        { name: 'reason', description: 'What happened, in a sentence' },
      ],
    },
    validate: { params: { validate: readParams } },
    executor: async ({ params, services }: ExecutorOptions) => {
      const asked = readParams(params);
      const { asCurrentUser } = services.scopedClusterClient;
      const { health, rotation } = await assessNow(host, asCurrentUser, Date.now(), asked.window_min * 60_000);
      const alerts = alertsOf(health.overview?.events ?? [], rotation.overview?.tiers ?? [], asked);
      for (const { id, ...context } of alerts) services.alertFactory.create(id).scheduleActions('default', context);
      return { state: {} };
    },
  });
}

function readParams(params: unknown): AlertParams {
  const given = (typeof params === 'object' && params !== null ? params : {}) as Partial<AlertParams>;
  const found = { ...DEFAULT_PARAMS, ...given };
  if (!(found.window_min >= 1 && found.window_min <= 1440))
    throw new Error('window_min must be from 1 to 1440 minutes.');
  return found;
}
