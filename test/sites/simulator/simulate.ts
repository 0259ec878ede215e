import type { Site } from '../description/site';
import type { Line } from '../lines/line';
import type { Truth } from '../truth/truth';
import { Estate } from './estate';
import { ForeignProber } from './foreign_prober';
import { scheduleHappenings } from './happenings/happenings';
import { Machine } from './machine';
import { World } from './world';

/** The range of every small site begins here. */
export const RANGE_BEGIN = Date.parse('2026-11-26T10:00:00Z');
/** s that a site runs on behind the range; then the question is asked: a minute is what lines may take (`in_flight_s`). */
const AFTER_S = 70;

/** What a site writes, and what was so. */
export interface Simulation {
  truth: Truth;
  /** In the order in which they were written. */
  lines: Line[];
}

export function simulate(site: Site, begin = RANGE_BEGIN): Simulation {
  const run = new Run(site, begin, true);
  const lines: Line[] = [];
  for (const some of run.lines()) lines.push(...some);
  return { truth: run.truth(), lines };
}

/** The same without a truth, in pieces, for as many lines as one wants: nothing is kept of what has been given. */
export function* linesOf(site: Site, begin: number, rhythm?: (t: number) => number): Generator<Line[]> {
  const run = new Run(site, begin, false);
  if (rhythm) run.estate.clients.rhythm = rhythm;
  yield* run.lines();
}

const PIECE = 1000;

class Run {
  readonly world: World;
  readonly estate: Estate;
  private readonly end: number;

  constructor(
    private readonly site: Site,
    private readonly begin: number,
    keepsTraffic: boolean,
  ) {
    const start = begin - site.before * 1000;
    this.end = begin + (site.length + AFTER_S) * 1000;
    this.world = new World(start, site.seed, keepsTraffic);
    this.estate = new Estate(this.world, site);
  }

  *lines(): Generator<Line[]> {
    const { world, estate, site, end } = this;
    scheduleHappenings(site, estate, this.begin);
    estate.clients.come(end);
    this.startForeignProbes();
    while (world.agenda.step(end)) {
      if (world.lines.length >= PIECE) yield this.take();
    }
    yield this.take();
  }

  truth(): Truth {
    const { recorder } = this.world;
    const { processes, pools, requests, turns, outages, faults, versions, runs, writers } = recorder;
    const range = { from: this.begin, to: this.begin + this.site.length * 1000 };
    return {
      site: this.site,
      range,
      askedAt: this.end,
      processes,
      pools,
      requests,
      turns,
      outages,
      faults,
      versions,
      runs,
      writers,
      clocks: this.estate.places.clocks,
    };
  }

  private startForeignProbes(): void {
    const { world, estate, site, end } = this;
    if (!site.foreignProbes) return;
    const machine = new Machine('monitor', '10.0.9.9', 0, 0);
    const frontends = () => estate.present(estate.frontends).map(({ truth }) => truth.address);
    const prober = new ForeignProber(world, machine, site.foreignProbes, estate.clients, frontends);
    world.agenda.in(500, () => prober.run(end));
  }

  private take(): Line[] {
    const { lines } = this.world;
    this.world.lines = [];
    return lines;
  }
}
