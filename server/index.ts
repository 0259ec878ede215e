import { schema } from '@kbn/config-schema';
import type { KibanaInitializerContext } from './kibana_types';
import { RotaPlugin } from './plugin';

/** Kibana checks only that the settings are an object; `settings.ts` holds their one schema. */
export const config = { schema: schema.object({}, { unknowns: 'allow' }) };

export function plugin(context: KibanaInitializerContext): RotaPlugin {
  return new RotaPlugin(context);
}
