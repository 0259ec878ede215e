/** What a webapp wrote about itself. */
export interface Sighting {
  host: string;
  address: string;
  port: number | null;
}

const ANY_ADDRESS = new Set(['', '0.0.0.0', '::', '*']);

/**
 * Which host answers at an upstream's address: the setting `rota.hosts` first (with port, then without), then what the
 * webapps wrote: with port; by the address alone only when one host has it and no port of its was heard of.
 */
export class AddressBook {
  private readonly learned = new Map<string, string>();
  private readonly byAddress = new Map<string, Set<string>>();
  private readonly withPort = new Set<string>();

  constructor(
    sightings: readonly Sighting[],
    private readonly overrides: Readonly<Record<string, string>> = {},
  ) {
    for (const { host, address, port } of sightings) {
      if (ANY_ADDRESS.has(address)) continue;
      if (port !== null) {
        this.learned.set(join(address, port), host);
        this.withPort.add(address);
      }
      const hosts = this.byAddress.get(address) ?? new Set<string>();
      this.byAddress.set(address, hosts.add(host));
    }
  }

  /** The host's name, or null when nobody said. `upstream` is nginx's word: `10.0.0.7:8000`, `[::1]:80`, `unix:/x.sock`. */
  find(upstream: string): string | null {
    const address = addressOf(upstream);
    const set = this.overrides[upstream] ?? this.overrides[address];
    if (set !== undefined) return set;
    const exact = this.learned.get(upstream);
    if (exact !== undefined) return exact;
    // Another port of a known address is another webapp.
    if (address !== upstream && this.withPort.has(address)) return null;
    const hosts = this.byAddress.get(address);
    return hosts?.size === 1 ? ([...hosts][0] ?? null) : null;
  }

  /** The host's name, or the address itself: a turn is shown even when nobody said whose it was. */
  name(upstream: string): string {
    return this.find(upstream) ?? upstream;
  }
}

function addressOf(upstream: string): string {
  if (upstream.startsWith('unix:')) return upstream;
  const bracket = /^\[(.+)\](?::\d+)?$/.exec(upstream);
  if (bracket) return bracket[1]!;
  const colon = upstream.lastIndexOf(':');
  return colon > 0 && /^\d+$/.test(upstream.slice(colon + 1)) ? upstream.slice(0, colon) : upstream;
}

function join(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
