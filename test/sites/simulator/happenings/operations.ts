import type { Stage } from './stage';

/** `set server … state drain|maint` at every balancer, and `ready` after the time. */
export function administer(
  stage: Stage,
  happening: { kind: 'drain' | 'maintenance'; target: number; for: number },
): void {
  const { estate } = stage;
  const { kind, target } = happening;
  const unit = estate.frontends.length > 0 ? stage.frontend(target) : stage.webapp(target);
  if (!unit || estate.balancers.length === 0) return;
  const set = (state: 'drain' | 'maintenance' | 'ready') => {
    for (const { server } of estate.balancers) server.setState(unit.truth.address, state);
  };
  set(kind);
  stage.lasting(kind, [unit.truth.name], true, happening.for, () => set('ready'));
}

export function reload(stage: Stage, { tier, target }: { tier: 'balancer' | 'frontend'; target: number }): void {
  const unit = stage.unit(tier, target);
  if (!unit || !('reload' in unit.server)) return;
  stage.planned('reload', [unit.truth.name]);
  unit.server.reload();
}
