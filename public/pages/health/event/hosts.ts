/** The hosts of an event in few words: both, or the first and the last of more. */
export function hostsOf(hosts: readonly string[]): string {
  return hosts.length <= 2 ? hosts.join(', ') : `${hosts[0]} … ${hosts[hosts.length - 1]}`;
}
