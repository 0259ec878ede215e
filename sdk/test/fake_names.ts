import dns, { type LookupAddress } from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';

type Done = (error: Error | null, found?: LookupAddress[]) => void;

/** What names under `.test` stand for: addresses, or an error's code. Others are looked up by the system. */
export class FakeNames {
  readonly known = new Map<string, readonly string[] | string>();
  /** Every name that was asked for, in order. */
  readonly asked: string[] = [];
  private readonly system = dns.lookup;

  constructor() {
    const { system } = this;
    dns.lookup = ((name: string, options: object, done: Done) => {
      if (!/\.test\.?$/.test(name)) return (system as (...args: unknown[]) => unknown)(name, options, done);
      this.asked.push(name);
      const found = this.known.get(name.replace(/\.$/, '')) ?? 'ENOTFOUND';
      setImmediate(() => {
        if (typeof found === 'string') done(Object.assign(new Error(`getaddrinfo ${found} ${name}`), { code: found }));
        else
          done(
            null,
            found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
          );
      });
      return undefined;
    }) as unknown as typeof dns.lookup;
    syncBuiltinESMExports();
  }

  restore(): void {
    dns.lookup = this.system;
    syncBuiltinESMExports();
  }
}
