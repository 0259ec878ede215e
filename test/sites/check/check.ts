import type { Simulation } from '../simulator/simulate';
import { checkAlerts } from './alerts';
import { type Answers, ASPECTS, type Aspect, type NotKnown } from './answers';
import { checkDue } from './due';
import { checkEvents } from './events';
import type { Finding } from './finding';
import { NameBook } from './name_book';
import { checkOutages } from './outages';
import { checkRequests } from './requests';
import { checkRuns } from './runs';
import { checkTurns } from './turns';
import { View } from './view';

export interface Checked {
  /** Claims that differ from the truth, where the page does not say that it does not know. */
  wrong: Finding[];
  /** Claims that differ, of which the page says so. */
  excused: Finding[];
  /** Aspects of which the page says that it does not know all. */
  notKnown: Aspect[];
}

export interface CheckOptions {
  /** From which deviation on the page calls a host uneven, in points. */
  deviationPoints: number;
}

/** Holds a site's answers against its truth. */
export function check(answers: Answers, { truth, lines }: Simulation, options: CheckOptions): Checked {
  const view = new View(truth);
  const names = new NameBook(truth);
  const findings = [
    ...checkRequests(answers, view),
    ...checkTurns(answers, view, names),
    ...checkDue(answers, view, names),
    ...checkOutages(answers, view, names),
    ...checkEvents(answers, view, names),
    ...checkAlerts(answers, view, names, options.deviationPoints),
    ...checkRuns(answers, view, lines),
  ];
  const isExcused = (finding: Finding) =>
    !finding.kind.startsWith('false_alert') && answers.notKnown.some((one) => covers(one, finding, names));
  return {
    wrong: findings.filter((finding) => !isExcused(finding)),
    excused: findings.filter(isExcused),
    notKnown: ASPECTS.filter((aspect) =>
      answers.notKnown.some((one) => one.aspects.includes(aspect) && !isMoot(one, aspect, view)),
    ),
  };
}

/** Users come to the entrance by DNS: there is no pool of which anything could be known. */
function isMoot({ tier, moot }: NotKnown, aspect: Aspect, view: View): boolean {
  if (moot) return true;
  const isOfPool = aspect === 'due' || aspect === 'outages';
  return isOfPool && tier !== undefined && view.isEntrance(view.tier(tier));
}

/** What is not known of some hosts excuses what is said of them, by whatever name. */
function covers({ aspects, tier, names }: NotKnown, finding: Finding, book: NameBook): boolean {
  if (!aspects.includes(finding.aspect)) return false;
  if (tier !== undefined && finding.tier !== undefined && tier !== finding.tier) return false;
  if (names === undefined || finding.names === undefined) return true;
  const own = tier ?? finding.tier;
  const processes = (list: readonly string[]) =>
    list.flatMap((name) => (own === undefined ? book.proxies(name) : book.resolve(name, own)).map((one) => one.name));
  const [covered, wrong] = [processes(names), processes(finding.names)];
  return finding.names.some((name) => names.includes(name)) || wrong.some((name) => covered.includes(name));
}
