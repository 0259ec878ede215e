import { RotaPlugin } from './plugin';

/** Kibana calls this once when it loads the bundle. */
export function plugin(): RotaPlugin {
  return new RotaPlugin();
}
