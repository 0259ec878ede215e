import { lookup } from 'node:dns';
import { isIP } from 'node:net';

/** IPv4 or IPv6, as text. */
export type Address = string;

/** All A and AAAA records of a name; an address stands for itself. Asked anew each time. Rejects when there are none, or they cannot be had. */
export function lookUp(host: string): Promise<Address[]> {
  if (isIP(host) !== 0) return Promise.resolve([host]);
  return new Promise((resolve, reject) => {
    lookup(host, { all: true, verbatim: true }, (error, found) => {
      if (error) reject(error);
      else if (found.length === 0) reject(new Error(`the name ${host} has no address`));
      else resolve(alternate(found.map(({ address }) => address)));
    });
  });
}

/**
 * The families by turns, beginning with the one that the system prefers, each in the system's order (RFC 8305 section 4):
 * where one family is broken, the second address tried is of the other.
 */
export function alternate(addresses: readonly Address[]): Address[] {
  const once = [...new Set(addresses)];
  const family = isIP(once[0] ?? '');
  const first = once.filter((one) => isIP(one) === family);
  const second = once.filter((one) => isIP(one) !== family);
  return Array.from({ length: once.length }, (_, i) => [first[i], second[i]])
    .flat()
    .filter((one) => one !== undefined);
}

/** The addresses of one receiver while it has its turn: looked up when they are first asked for, each tried once. */
export class AddressTurn {
  private left: Address[] | undefined;

  constructor(private readonly host: string) {}

  /** Those that were not tried in this turn. Rejects when the name cannot be looked up. */
  async remaining(): Promise<readonly Address[]> {
    this.left ??= await lookUp(this.host);
    return this.left;
  }

  /** True when a further attempt has an address left to try. */
  get hasMore(): boolean {
    return this.left !== undefined && this.left.length > 0;
  }

  markTried(address: Address): void {
    this.left = this.left?.filter((one) => one !== address);
  }
}
