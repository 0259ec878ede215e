import type { Site } from '../description/site';
import { Machine } from './machine';

/** Where a webapp stands. */
export interface Place {
  machine: Machine;
  address: string;
}

/** The machines of a site and the addresses on them, as its layout has it. */
export class Places {
  private readonly machines = new Map<string, Machine>();

  constructor(private readonly site: Site) {}

  /** Frontend and webapps share a machine. */
  get together(): boolean {
    const { layout, frontends } = this.site;
    return frontends.length > 0 && (layout.placement === 'loopback' || layout.placement === 'socket');
  }

  /** Each frontend has webapps of its own. */
  get partitioned(): boolean {
    const { layout, frontends } = this.site;
    return frontends.length > 0 && (!layout.shared || this.together);
  }

  ofBalancer(i: number): Machine {
    const { clock, late } = this.site.balancers[i]!;
    return this.machine(`lb-${i + 1}`, balancerAddress(i), clock, late);
  }

  /** @param n from 1 */
  ofFrontend(n: number): Machine {
    const { frontends } = this.site;
    const { clock, late } = frontends[(n - 1) % frontends.length]!;
    return this.machine(this.together ? `node-${n}` : `edge-${n}`, `10.0.1.${n}`, clock, late);
  }

  /** @param n from 1; `address` when it takes over another's */
  ofWebapp(n: number, address?: string): Place {
    const { layout, frontends, webapps } = this.site;
    const { clock, late } = webapps[(n - 1) % webapps.length]!;
    if (this.together) {
      const machine = this.ofFrontend(1 + ((n - 1) % frontends.length));
      const nth = Math.ceil(n / frontends.length);
      const local = layout.placement === 'socket' ? `unix:/run/app-${nth}.sock` : `127.0.0.1:${3000 + nth}`;
      return { machine, address: local };
    }
    if (layout.placement === 'ports') {
      const m = Math.ceil(n / 2);
      const machine = this.machine(`app-${m}`, `10.0.2.${m}`, clock, late);
      return { machine, address: `${machine.address}:${3001 + ((n - 1) % 2)}` };
    }
    const own = address ?? `10.0.2.${n}:3000`;
    return { machine: this.machine(`web-${n}`, own.split(':')[0]!, clock, late), address: own };
  }

  get clocks(): ReadonlyMap<string, { t: number; ahead: number }[]> {
    return new Map([...this.machines].map(([name, { clocks }]) => [name, clocks]));
  }

  private machine(name: string, address: string, clock: number, late: number): Machine {
    const known = this.machines.get(name);
    if (known) return known;
    const machine = new Machine(name, address, clock, late);
    this.machines.set(name, machine);
    return machine;
  }
}

export function balancerAddress(i: number): string {
  return `10.0.0.${11 + i}`;
}
