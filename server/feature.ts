import { FEATURE, RULE_TYPE } from '../common/alerting';

/** The narrow part of Kibana 8.12's features plugin that Rota uses. */
export interface FeaturesSetup {
  registerKibanaFeature(feature: Record<string, unknown>): void;
}

/** Lets a role be given Rota: `all` keeps alert rules, `read` sees pages and rules. What data is shown is Elasticsearch's to say. */
export function registerFeature(features: FeaturesSetup): void {
  const access = {
    app: [FEATURE, 'kibana'],
    api: [FEATURE],
    catalogue: [],
    savedObject: { all: [], read: [] },
    ui: [],
    management: { insightsAndAlerting: ['triggersActions'] },
  };
  const types = [RULE_TYPE];
  features.registerKibanaFeature({
    id: FEATURE,
    name: 'Rota',
    category: { id: 'observability', label: 'Observability', euiIconType: 'logoObservability', order: 3000 },
    order: 8050,
    app: access.app,
    catalogue: [],
    management: access.management,
    alerting: types,
    privileges: {
      all: { ...access, alerting: { rule: { all: types }, alert: { all: types } } },
      read: { ...access, alerting: { rule: { read: types }, alert: { read: types } } },
    },
  });
}
