import type { TierName } from '../../description/site';
import type { Stage } from './stage';

/** What the process writes meanwhile is lost, or refused by Elasticsearch line by line. */
export function loseLines(
  stage: Stage,
  happening: { kind: 'log_loss'; tier: TierName; target: number; for: number },
): void {
  disturb(stage, happening.kind, happening.tier, happening.target, happening.for);
}

export function refuseLines(stage: Stage, happening: { kind: 'log_refused'; target: number; for: number }): void {
  disturb(stage, happening.kind, 'webapp', happening.target, happening.for);
}

function disturb(stage: Stage, kind: 'log_loss' | 'log_refused', tier: TierName, target: number, s: number): void {
  const unit = stage.unit(tier, target);
  if (!unit) return;
  const { name } = unit.truth;
  const logs = stage.world.logsOf(name);
  const flag = kind === 'log_loss' ? 'losing' : 'refusing';
  for (const log of logs) log[flag] = true;
  stage.lasting(kind, [name], false, s, () => {
    for (const log of logs) log[flag] = false;
  });
}

/** The SDK's queue is full: it drops, and says so when there is room again. */
export function dropLines(stage: Stage, happening: { target: number; for: number }): void {
  const unit = stage.webapp(happening.target);
  const sdk = unit?.server.currentLog;
  if (!unit || !sdk) return;
  sdk.startDropping();
  stage.lasting('log_drop', [unit.truth.name], false, happening.for, () => sdk.stopDropping());
}

export function endLog(stage: Stage, { tier, target }: { tier: TierName; target: number }): void {
  const unit = stage.unit(tier, target);
  if (!unit) return;
  for (const log of stage.world.logsOf(unit.truth.name)) log.ended = true;
  stage.world.faults.begin('log_end', [unit.truth.name], false);
}

export function stepClock(stage: Stage, happening: { tier: TierName; target: number; for: number; ms: number }): void {
  const unit = stage.unit(happening.tier, happening.target);
  if (!unit) return;
  const { machine } = unit.server.listener;
  const { world } = stage;
  machine.stepClock(world.now, happening.ms);
  stage.lasting('clock_step', [unit.truth.name], false, happening.for, () =>
    machine.stepClock(world.now, -happening.ms),
  );
}

/** The log server is away: what is sent to it meanwhile waits, and datagrams are gone. */
export function awayPipeline(stage: Stage, happening: { for: number }): void {
  stage.lasting('pipeline_away', [], false, happening.for, () => undefined);
}
