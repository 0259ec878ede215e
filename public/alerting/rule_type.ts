import { lazy } from 'react';
import { type AlertParams, alertParamsSchema, RULE_TYPE } from '../../common/alerting';
import type { TriggersActionsUiSetup } from '../kibana/contract';

/** Makes rules of type `rota.health` creatable in Kibana's own rule form. */
export function registerRuleForm({ ruleTypeRegistry }: TriggersActionsUiSetup): void {
  ruleTypeRegistry.register({
    id: RULE_TYPE,
    iconClass: 'visGauge',
    description: 'Alert when a host falls out of its pool, answers 5XX, goes silent, or gets an unfair share.',
    documentationUrl: null,
    requiresAppContext: false,
    ruleParamsExpression: lazy(() => import('./rule_form')),
    validate: (params: AlertParams) => ({ errors: errorsOf(params) }),
    defaultActionMessage: '{{context.reason}}',
    defaultRecoveryMessage: 'Over: {{alert.id}}',
  });
}

/** Sentences for each field of the form; an empty list is no error. */
function errorsOf(params: AlertParams): Record<string, string[]> {
  const parsed = alertParamsSchema.safeParse(params);
  const errors: Record<string, string[]> = { window_min: [], kinds: [], min_users_hurt: [] };
  for (const { path, message } of parsed.error?.issues ?? []) errors[String(path[0])]?.push(message);
  return errors;
}
