import type { Program } from '../program';
import { splitEnvoyAccess } from './access';

export const envoy: Program = {
  name: 'envoy',
  title: 'Envoy, Istio',
  tier: 'lb',
  names: /envoy|istio/i,
  formats: [
    {
      name: 'access',
      what: "the default access log, which names no client; Istio's, which does. X-Request-Id is a header: it stays in `rota.extra`",
      dataset: 'haproxy.log',
      alsoIn: ['nginx.access'],
      own: true,
      read: (text) => {
        const found = splitEnvoyAccess(text);
        return found && { form: 'values', found };
      },
    },
  ],
};
