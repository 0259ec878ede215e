import type { Parts } from '../parts';
import type { Program } from '../program';

/**
 * Octavia's `user_log_format` as it is set unless told otherwise: project, load balancer, listener, client, time, request, status, bytes to and
 * from the client, the client certificate's state and subject, pool (`%b`), member, time in all, how it ended.
 */
const FLOW_LOG =
  /^(?<project>[0-9a-f-]{32,36}) (?<balancer>[0-9a-f-]{36}) (?<frontend>[0-9a-f-]{36}) (?<address>\S+) (?<port>\d+) (?<time>\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d\.\d{3}) (?:"(?<request>[^"]*)"|-) (?<status>-?\d+|-) (?<bytes>\+?\d+) (?<bytes_in>\d+) (?<verify>\S+) (?:"(?<subject>(?:[^"\\]|\\.)*)"|-) (?<backend>\S+) (?<server>\S+) (?<ta>\+?-?\d+) (?<termination>\S{2,4})\s*$/s;

/** A listener of TCP logs no request and no status. */
function isHttp({ request = '', status = '' }: Parts): boolean {
  return Number(status) > 0 || /^[A-Z-]+ \S/.test(request);
}

export const octavia: Program = {
  name: 'octavia',
  title: 'Octavia',
  tier: 'lb',
  // Its amphorae's HAProxy: what is no line of this form is HAProxy's own, the administrative log too.
  names: /^(?:haproxy|octavia)/i,
  rank: 10,
  formats: [
    {
      name: 'flow_log',
      what: "the tenant flow log, in the `user_log_format` that is set unless told otherwise; the administrative log is HAProxy's",
      dataset: 'haproxy.log',
      own: true,
      read: (text) => {
        const parts = FLOW_LOG.exec(text)?.groups;
        return parts && { form: 'haproxy', line: { form: isHttp(parts) ? 'http' : 'tcp', parts } };
      },
    },
  ],
};
