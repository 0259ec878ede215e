import type { Unit } from '../pools';
import type { Webapp } from '../webapp/webapp';
import { RESTART_S, type Stage } from './stage';

/** One webapp after the other gets the next version. */
export function deploy(stage: Stage, { step }: { step: number }): void {
  const { estate } = stage;
  estate.present(estate.webapps).forEach((unit, i) => {
    stage.in(i * step, () => restart(stage, unit, 'deploy', next(unit.server.version)));
  });
}

/** The target alone gets it, and then its old one back. */
export function canary(stage: Stage, happening: { target: number; for: number }): void {
  const unit = stage.webapp(happening.target);
  if (!unit) return;
  const before = unit.server.version;
  restart(stage, unit, 'canary', next(before));
  stage.in(happening.for, () => restart(stage, unit, 'canary', before));
}

function restart(stage: Stage, { server, truth }: Unit<Webapp>, kind: 'deploy' | 'canary', version: string): void {
  if (!server.listener.open || truth.to !== null) return;
  const { world } = stage;
  const fault = world.faults.begin(kind, [truth.name], true);
  server.stop(fault);
  stage.in(RESTART_S, () => {
    world.faults.end(fault);
    if (truth.to !== null) return;
    world.recorder.versions.push({ t: world.now, process: truth.name, from: server.version, to: version });
    server.version = version;
    server.start();
  });
}

/** `1.0.0` → `1.1.0`. */
function next(version: string): string {
  const [major, minor] = version.split('.').map(Number);
  return `${major}.${minor! + 1}.0`;
}
