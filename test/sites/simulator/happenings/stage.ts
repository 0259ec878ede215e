import type { TierName } from '../../description/site';
import type { Fault } from '../../truth/truth';
import type { Estate } from '../estate';
import type { NginxFrontend } from '../nginx/frontend';
import type { Unit } from '../pools';
import type { Webapp } from '../webapp/webapp';
import type { World } from '../world';

/** s that a process takes to start again, and that a host is there before it is asked. */
export const RESTART_S = 2;

/** Where happenings come about: the site, the time, and what is taken down about them. */
export class Stage {
  readonly world: World;

  constructor(readonly estate: Estate) {
    this.world = estate.world;
  }

  in(s: number, run: () => void): void {
    this.world.agenda.in(s * 1000, run);
  }

  /** An operator's act. */
  planned(kind: Fault['kind'], processes: string[]): Fault {
    const fault = this.world.faults.begin(kind, processes, true);
    this.in(RESTART_S, () => this.world.faults.end(fault));
    return fault;
  }

  lasting(kind: Fault['kind'], processes: string[], planned: boolean, s: number, end: () => void): Fault {
    const fault = this.world.faults.begin(kind, processes, planned);
    this.in(s, () => {
      this.world.faults.end(fault);
      end();
    });
    return fault;
  }

  /** What stands at that place of its tier now, counted round. */
  unit(tier: TierName, target: number) {
    const { estate } = this;
    if (tier === 'balancer') return pick(estate.balancers, target);
    return tier === 'frontend' ? this.frontend(target) : this.webapp(target);
  }

  frontend(target: number): Unit<NginxFrontend> | undefined {
    return pick(this.estate.present(this.estate.frontends), target);
  }

  webapp(target: number): Unit<Webapp> | undefined {
    return pick(this.estate.present(this.estate.webapps), target);
  }
}

function pick<T>(list: readonly T[], target: number): T | undefined {
  return list[target % list.length];
}
