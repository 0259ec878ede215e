import type { Happening, TierName } from '../../description/site';
import type { Ailment } from '../webapp/webapp';
import type { Stage } from './stage';

/** Killed; who asks is refused until it is started again. */
export function crash(stage: Stage, happening: { tier: TierName; target: number; for: number }): void {
  const unit = stage.unit(happening.tier, happening.target);
  if (!unit?.server.listener.open) return;
  const { server, truth } = unit;
  const fault = stage.world.faults.begin('crash', [truth.name], false);
  server.crash(fault);
  stage.in(happening.for, () => {
    stage.world.faults.end(fault);
    if (truth.to === null) server.restart();
  });
}

/** The machine is off the network: who asks waits for nothing. */
export function unreachable(
  stage: Stage,
  happening: { tier: 'frontend' | 'webapp'; target: number; for: number },
): void {
  const unit = stage.unit(happening.tier, happening.target);
  if (!unit || unit.server.listener.fault) return;
  const { listener } = unit.server;
  const { machine } = listener;
  const hit = stage.world.recorder.processes.filter((one) => one.machine === machine.name && one.to === null);
  const names = hit.map(({ name }) => name);
  machine.reachable = false;
  listener.fault = stage.lasting('unreachable', names, false, happening.for, () => {
    machine.reachable = true;
    listener.fault = undefined;
  });
}

/** A webapp answers errors, always or by turns, or answers late. */
export function ail(stage: Stage, happening: Extract<Happening, { kind: 'errors' | 'flapping' | 'slow' }>): void {
  const unit = stage.webapp(happening.target);
  if (!unit) return;
  const { world } = stage;
  const begun = world.now;
  const fault = stage.lasting(happening.kind, [unit.truth.name], false, happening.for, () => {
    unit.server.ailments.delete(ailment);
  });
  const ailment: Ailment = {
    fault,
    factor: happening.kind === 'slow' ? happening.factor : 1,
    brokenStatus: (t) => {
      if (happening.kind === 'errors') return world.random.chance(happening.share) ? happening.status : undefined;
      if (happening.kind === 'slow') return undefined;
      return Math.floor((t - begun) / (happening.period * 1000)) % 2 === 0 ? 503 : undefined;
    },
  };
  unit.server.ailments.add(ailment);
}

/** More users than usual. */
export function overload(stage: Stage, happening: { for: number; factor: number }): void {
  const { clients } = stage.estate;
  clients.factor *= happening.factor;
  stage.lasting('overload', [], false, happening.for, () => {
    clients.factor /= happening.factor;
  });
}
