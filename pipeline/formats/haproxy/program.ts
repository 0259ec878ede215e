import type { Program } from '../program';
import { splitHaproxy, splitUnnamedHaproxy } from './line';
import { hasBare, readHaproxyFormat } from './log_format';

export const haproxy: Program = {
  name: 'haproxy',
  title: 'HAProxy',
  tier: 'lb',
  names: /^haproxy/i,
  rank: 20,
  formats: [
    {
      name: 'log',
      what: '`httplog`, `httpslog`, `tcplog`, `httplog clf`, "Connect from", failed handshakes, states of servers, `[WARNING] (8) : …`, other words',
      dataset: 'haproxy.log',
      own: true,
      // Whatever a balancer writes is a balancer's; of one that nobody named, what no other program writes.
      read: (text, { by }) => {
        const line = by === 'form' ? splitUnnamedHaproxy(text) : splitHaproxy(text);
        return line && { form: 'haproxy', line };
      },
    },
  ],
  declares: {
    example: '\'{"when":"%tr","src":"%ci","code":%ST,"be":"%b","srv":"%s","ms":%Ta}\'',
    read: (text) => ({ pieces: readHaproxyFormat(text), escaping: { undo: (value) => value, isBare: hasBare(text) } }),
  },
};
