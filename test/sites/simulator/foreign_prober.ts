import type { ForeignProbes } from '../description/site';
import type { Clients } from './clients';
import type { Machine } from './machine';
import type { Asked, Call } from './network';
import type { World } from './world';

const ASKED: Asked = { method: 'GET', path: '/', service: 0, host: 'shop.example', agent: undefined };
const UPTIME = { ...ASKED, agent: 'Uptime-Kuma/1.23.13' };

/** A monitor that decides about nobody's pool: a cloud's standby balancer, an uptime service. */
export class ForeignProber {
  constructor(
    private readonly world: World,
    private readonly machine: Machine,
    private readonly settings: ForeignProbes,
    private readonly clients: Clients,
    /** The frontends' addresses at the time. */
    private readonly frontends: () => readonly string[],
  ) {}

  run(end: number): void {
    const { world, settings, machine } = this;
    if (settings.from === 'uptime') this.clients.send(UPTIME, machine.address, true);
    else for (const address of this.frontends()) this.probe(address);
    const next = world.now + settings.interval * 1000;
    if (next < end) world.agenda.at(next, () => this.run(end));
  }

  private probe(address: string): void {
    const { world, machine } = this;
    const reached = world.network.connect(address, machine);
    if (!('server' in reached)) return;
    const call: Call = {
      asked: ASKED,
      user: undefined,
      peer: machine.address,
      port: 30_000 + world.random.below(30_000),
      forwarded: undefined,
      id: undefined,
      cancelled: false,
      line: undefined,
      onCancel: undefined,
      done: () => undefined,
    };
    reached.server.serve(call);
  }
}
