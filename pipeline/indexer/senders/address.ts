import { BlockList, isIP, SocketAddress } from 'node:net';

/**
 * An address in the one form that is compared: IPv6 in its shortest form, without brackets and zone, IPv4 inside IPv6
 * (`::ffff:192.0.2.1`, RFC 4291, section 2.5.5.2) as IPv4.
 * @returns undefined for what is no address
 */
export function plainAddress(text: string): string | undefined {
  const bare = text.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  const version = isIP(bare);
  if (version !== 6) return version === 4 ? bare : undefined;
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' });
  return /^::ffff:([\d.]+)$/i.exec(address)?.[1] ?? address;
}

/** An address or a network (`192.0.2.0/24`, `2001:db8::/32`). */
export interface Network {
  /** How many bits are fixed, of the 128 of IPv6; IPv4 counts as the last 32. */
  bits: number;
  /** @param address as `plainAddress` writes it */
  holds(address: string): boolean;
}

/** @returns undefined for what is neither an address nor a network */
export function parseNetwork(text: string): Network | undefined {
  const [given = '', length] = text.split('/', 2);
  const address = plainAddress(given);
  if (address === undefined || (length !== undefined && !/^\d{1,3}$/.test(length))) return undefined;
  const version = isIP(address) as 4 | 6;
  const width = version === 4 ? 32 : 128;
  const fixed = length === undefined ? width : Number(length);
  if (fixed > width) return undefined;
  const list = new BlockList();
  list.addSubnet(address, fixed, family(version));
  return {
    bits: 128 - width + fixed,
    holds: (other) => isIP(other) === version && list.check(other, family(version)),
  };
}

function family(version: number): 'ipv4' | 'ipv6' {
  return version === 4 ? 'ipv4' : 'ipv6';
}
