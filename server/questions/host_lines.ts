import { quoteKql } from '../../common/kql/literal';

/** Upstream addresses that a link carries at most: a host has one, or one for each port. */
const MOST = 4;

/**
 * KQL for what was written about a host: its own lines, and those of the tier above about the turns that it was given. A
 * host that is stopped or silent writes nothing itself.
 * @param addresses by which the tier above knows it, as that tier writes them
 * @param failed only what ended in a 5XX there
 */
export function linesAbout(
  { host, tier }: { host: string; tier: string },
  addresses: readonly string[],
  failed = false,
): string {
  const own = `host.name: ${quoteKql(host)}`;
  const and = (field: string) => (failed ? ` and ${field} >= 500` : '');
  if (tier !== 'webapp') {
    const names = [...new Set([host, ...addresses])].slice(0, MOST).map(quoteKql);
    const server = names.length === 1 ? names[0] : `(${names.join(' or ')})`;
    const both = `${own} or haproxy.server_name: ${server}`;
    return failed ? `(${both})${and('http.response.status_code')}` : both;
  }
  const group = (text: string) => (failed ? `(${text})` : text);
  const known = addresses.slice(0, MOST).map(quoteKql);
  if (known.length === 0) return own + and('http.response.status_code');
  const any = known.length === 1 ? known[0] : `(${known.join(' or ')})`;
  return [
    group(own + and('http.response.status_code')),
    group(`rota.upstream.address: ${any}${and('rota.upstream.status_code')}`),
    `rota.attempts: { address: ${any}${and('status_code')} }`,
  ].join(' or ');
}
