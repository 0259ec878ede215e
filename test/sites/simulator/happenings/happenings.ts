import type { Happening, Site } from '../../description/site';
import type { Estate } from '../estate';
import { ail, crash, overload, unreachable } from './failures';
import { awayPipeline, dropLines, endLog, loseLines, refuseLines, stepClock } from './log_faults';
import { replace, scaleIn, scaleOut } from './membership';
import { administer, reload } from './operations';
import { canary, deploy } from './releases';
import { Stage } from './stage';

const BEGIN: { [Kind in Happening['kind']]: (stage: Stage, happening: Extract<Happening, { kind: Kind }>) => void } = {
  scale_out: scaleOut,
  scale_in: scaleIn,
  replace,
  deploy,
  canary,
  drain: administer,
  maintenance: administer,
  reload,
  crash,
  unreachable,
  errors: ail,
  flapping: ail,
  slow: ail,
  overload,
  log_loss: loseLines,
  log_refused: refuseLines,
  log_drop: dropLines,
  log_end: endLog,
  clock_step: stepClock,
  pipeline_away: awayPipeline,
};

/** Lets what was drawn come about. @param zero the range's begin, from which happenings count */
export function scheduleHappenings(site: Site, estate: Estate, zero: number): void {
  const stage = new Stage(estate);
  for (const happening of site.happenings) {
    const from = zero + happening.at * 1000;
    // Known beforehand: a line may be on its way when the log server goes.
    if (happening.kind === 'pipeline_away') {
      stage.world.pipelineAway.push({ from, to: from + happening.for * 1000 });
    }
    const begin = BEGIN[happening.kind] as (stage: Stage, happening: Happening) => void;
    stage.world.agenda.at(from, () => begin(stage, happening));
  }
}
