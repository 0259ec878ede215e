import { BlockList, isIP } from 'node:net';
import { type Hop, plainAddress } from './forwarded.js';

/** Whom to believe: a number of hops, counted from this server, or addresses, networks and the names below. */
export type TrustProxy = false | number | readonly string[];

const NAMED: Record<string, readonly string[]> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** Says whether the peer `address`, `distance` hops away (0: the peer of the connection), is a trusted proxy. */
export type IsTrusted = (address: string, distance: number) => boolean;

/** What {@link compileTrust} cannot read; the caller turns it into a configuration error. */
export class UnreadableAddress extends Error {}

/** @throws UnreadableAddress naming the entry that is no address, network or known name */
export function compileTrust(trust: TrustProxy): IsTrusted {
  if (trust === false) return () => false;
  if (typeof trust === 'number') return (_address, distance) => distance < trust;
  return addressMatcher(trust);
}

/** A test for membership in a list of addresses, CIDR networks, and `loopback`, `linklocal`, `uniquelocal`. */
export function addressMatcher(entries: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const entry of entries.flatMap((name) => NAMED[name] ?? [name])) add(list, entry);
  return (given) => {
    const [address = ''] = plainAddress(given).split('%');
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
  };
}

function add(list: BlockList, entry: string): void {
  const [given = '', bits, more] = entry.split('/');
  const address = plainAddress(given);
  const family = isIP(address);
  const width = family === 6 ? 128 : 32;
  // Of `::ffff:10.0.0.0/104`, the network of IPv4 that it is.
  const mapped = address === given ? 0 : 96;
  const prefix = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) - mapped : -1;
  if (family === 0 || more !== undefined || prefix < 0 || prefix > width) throw new UnreadableAddress(entry);
  list.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4');
}

/** The client, and how many of the hops in the header were walked to reach it (0: the peer itself). */
export interface ResolvedClient {
  client: Hop;
  walked: number;
}

/**
 * The client: walking from the connection's peer outwards, the first that is not a trusted proxy. A trusted proxy that
 * wrote no address down (`unknown`) ends the walk there: what stands left of it is hearsay.
 *
 * @param hops leftmost the farthest, as the header has them
 */
export function resolveClient(peer: Hop, hops: readonly Hop[], isTrusted: IsTrusted): ResolvedClient {
  let client = peer;
  let walked = 0;
  while (walked < hops.length && isTrusted(client.address, walked)) {
    const { address, port } = hops[hops.length - 1 - walked] as Hop;
    if (!isIP(address)) break;
    client = port === undefined ? { address } : { address, port };
    walked++;
  }
  return { client, walked };
}
