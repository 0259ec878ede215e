import { plainOf } from '../record/spell.js';
import type { Settings } from '../settings/options.js';
import { SOFTWARE, VERSION } from '../version.js';
import type { Fields, Statics } from './ecs_encoder.js';

const MAX_BYTES = 16_384;

/** What every event of a transport says of the service, the machine and the transport itself. */
export function staticFields(settings: Settings, ephemeralId: string): Statics {
  const { service } = settings;
  // What JSON has no form for gets one.
  const fields = plainOf(settings.fields, MAX_BYTES).value as Fields;
  const node = service.node === undefined ? undefined : { name: service.node };
  return {
    service: { name: service.name, version: service.version, environment: service.environment, node },
    agent: { type: SOFTWARE, version: VERSION, ephemeral_id: ephemeralId },
    host: { name: settings.hostname },
    process: { pid: process.pid },
    rota: { tier: settings.tier },
    ...fields,
  };
}
