import type { Unit, WebappUnit } from '../pools';
import { RESTART_S, type Stage } from './stage';

type Tier = 'frontend' | 'webapp';

export function scaleOut(stage: Stage, { tier }: { tier: Tier }): void {
  const { estate } = stage;
  if (tier === 'frontend' && estate.frontends.length === 0) return;
  const { truth } =
    tier === 'frontend' ? estate.addFrontend(estate.frontends.length) : estate.addWebapp(estate.webapps.length);
  stage.planned('scale_out', [truth.name]);
  stage.in(RESTART_S, () => estate.reconfigure(tier));
}

export function scaleIn(stage: Stage, { tier, target }: { tier: Tier; target: number }): void {
  const { estate } = stage;
  const unit = tier === 'frontend' ? stage.frontend(target) : stage.webapp(target);
  if (!unit || !mayGo(stage, tier, unit)) return;
  const fault = stage.planned('scale_in', [unit.truth.name]);
  estate.remove(unit);
  estate.reconfigure(tier);
  stage.in(RESTART_S, () => {
    const { server } = unit;
    if ('stop' in server) server.stop(fault);
    else server.listener.open = false;
  });
}

/** Somebody else must be there to take its turns. */
function mayGo({ estate }: Stage, tier: Tier, unit: Unit<unknown>): boolean {
  if (tier === 'frontend') {
    return estate.present(estate.frontends).length > 1 && estate.webapps.every(({ owner }) => owner === undefined);
  }
  const { service, owner } = unit as WebappUnit;
  return estate
    .present(estate.webapps)
    .some((one) => one !== unit && one.service === service && one.owner === owner && !one.backup);
}

/** A new host takes over an old one's address: pods, floating addresses. No proxy is told. */
export function replace(stage: Stage, { target }: { target: number }): void {
  const { estate, world } = stage;
  const unit = stage.webapp(target) as WebappUnit | undefined;
  if (!unit || estate.site.layout.placement !== 'apart') return;
  const { truth, server } = unit;
  const fault = world.faults.begin('replace', [truth.name], true);
  server.stop(fault);
  truth.to = world.now;
  stage.in(RESTART_S, () => {
    const next = estate.addWebapp(estate.webapps.indexOf(unit), truth.address);
    Object.assign(next, { weight: unit.weight, backup: unit.backup, owner: unit.owner });
    fault.processes.push(next.truth.name);
    world.faults.end(fault);
  });
}
