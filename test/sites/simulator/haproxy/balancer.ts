import { drainText, leavesDrainText, leavesMaintenanceText, maintenanceText } from '../../lines/haproxy';
import type { Log } from '../../lines/log';
import type { Fault } from '../../truth/truth';
import type { Machine } from '../machine';
import type { Call, Listener, Server } from '../network';
import type { World } from '../world';
import type { BackendConfig } from './backend';
import { HaproxyProcess } from './process';

/** An HAProxy as an operator has it: reloaded, drained, killed and started again. */
export class HaproxyBalancer implements Server {
  private process: HaproxyProcess;
  readonly listener: Listener;

  constructor(
    private readonly world: World,
    readonly name: string,
    readonly machine: Machine,
    readonly address: string,
    readonly format: 'rota' | 'stock' | 'failures' | 'none',
    readonly log: Log | undefined,
    private configs: BackendConfig[],
  ) {
    this.process = new HaproxyProcess(world, this, world.pid(), configs);
    this.listener = { machine, server: this, open: true, fault: undefined };
    world.network.listen(address, this.listener);
  }

  serve(call: Call): void {
    this.process.serve(call);
  }

  /** A new process with a new configuration, or the same; what the old one knew of its servers is forgotten. */
  reload(configs: BackendConfig[] = this.configs): void {
    this.configs = configs;
    if (!this.listener.open) return;
    this.process.stop();
    this.process = new HaproxyProcess(this.world, this, this.world.pid(), configs);
  }

  crash(fault: Fault): void {
    this.listener.open = false;
    this.listener.fault = fault;
    this.process.kill(fault);
  }

  restart(): void {
    this.listener.open = true;
    this.listener.fault = undefined;
    this.process = new HaproxyProcess(this.world, this, this.world.pid(), this.configs);
  }

  /** `set server … state drain|maint|ready` at the admin socket. */
  setState(address: string, state: 'drain' | 'maintenance' | 'ready'): void {
    const { process } = this;
    if (process.killed) return;
    for (const backend of process.backends) {
      for (const server of backend.servers) {
        if (server.config.address !== address || server.admin === state) continue;
        const named = process.named(backend, server);
        const was = server.admin;
        if (state === 'ready' && was === 'maintenance') server.leaveMaintenance();
        server.admin = state;
        const census = process.census(backend, server);
        const { pid } = process;
        const text =
          state === 'drain'
            ? drainText(named, server.up, census, pid)
            : state === 'maintenance'
              ? maintenanceText(named, census, pid)
              : was === 'drain'
                ? leavesDrainText(named, server.up, pid)
                : leavesMaintenanceText(named, pid);
        process.record(backend, process.say(text));
      }
    }
  }
}
