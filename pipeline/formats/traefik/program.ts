import type { Program } from '../program';
import { readTraefikJson, splitTraefikCommon } from './access';

export const traefik: Program = {
  name: 'traefik',
  title: 'Traefik',
  tier: 'lb',
  names: /traefik/i,
  formats: [
    {
      name: 'access',
      what: 'access log, `common` and `json`; its server stands as `haproxy.server_name`, by its address',
      dataset: 'haproxy.log',
      // Whatever a file is said to hold: what a balancer writes is no frontend's.
      alsoIn: ['nginx.access'],
      own: true,
      read: (text) => {
        const found = splitTraefikCommon(text);
        return found && { form: 'values', found };
      },
      readJson: (json) => {
        const found = readTraefikJson(json);
        return found && { form: 'values', found };
      },
    },
  ],
};
