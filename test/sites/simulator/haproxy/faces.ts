import type { Log } from '../../lines/log';
import type { Machine } from '../machine';
import type { World } from '../world';

/** What a process knows of the balancer that it runs for. */
export interface BalancerFace {
  readonly name: string;
  readonly machine: Machine;
  readonly format: 'rota' | 'stock' | 'failures' | 'none';
  readonly log: Log | undefined;
}

/** What a session knows of the process that serves it. */
export interface ProcessFace<Session> {
  readonly world: World;
  readonly balancer: BalancerFace;
  readonly pid: number;
  readonly killed: boolean;
  connections: number;
  ended(session: Session): void;
}
