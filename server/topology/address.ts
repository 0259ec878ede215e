/** What nginx writes for an upstream: `10.0.0.7:8000`, `[::1]:80`, `unix:/x.sock`, a name with a port. */
export interface UpstreamAddress {
  address: string;
  port: number | null;
}

export function splitAddress(upstream: string): UpstreamAddress {
  if (upstream.startsWith('unix:')) return { address: upstream, port: null };
  const bracket = /^\[(.+)\](?::(\d+))?$/.exec(upstream);
  if (bracket) return { address: bracket[1]!, port: bracket[2] === undefined ? null : Number(bracket[2]) };
  const colon = upstream.lastIndexOf(':');
  if (colon <= 0 || upstream.indexOf(':') !== colon || !/^\d+$/.test(upstream.slice(colon + 1)))
    return { address: upstream, port: null };
  return { address: upstream.slice(0, colon), port: Number(upstream.slice(colon + 1)) };
}

/** Where nginx found nobody in its pool it writes the upstream's own name in place of an address. */
export function isAddress(upstream: string): boolean {
  return /[:/]|^\d+\.\d+\.\d+\.\d+$/.test(upstream);
}

/** The machine of whoever writes it: loopback addresses (RFC 1122, RFC 4291) and unix sockets. */
export function isOwnMachine(upstream: string): boolean {
  const { address } = splitAddress(upstream);
  return address.startsWith('unix:') || address === '::1' || address === 'localhost' || /^127\./.test(address);
}

const ANY = new Set(['', '0.0.0.0', '::', '*']);

/** An address that says only "wherever I am reached" names nobody. */
export function namesSomebody(address: string | null): address is string {
  return address !== null && !ANY.has(address);
}
