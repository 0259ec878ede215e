import { schema } from '@kbn/config-schema';
import type { KibanaInitializerContext } from './kibana_types';
import { RotaPlugin } from './plugin';
import { faultsOf } from './settings';

/** `settings.ts` holds the one schema of the settings; Kibana asks it before it starts. */
export const config = { schema: schema.object({}, { unknowns: 'allow', validate: faultsOf }) };

export function plugin(context: KibanaInitializerContext): RotaPlugin {
  return new RotaPlugin(context);
}
