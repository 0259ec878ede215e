import type { Line, Way } from '../lines/line';
import { Log, type Pipeline } from '../lines/log';
import { Recorder } from '../truth/recorder';
import type { Span } from '../truth/truth';
import { Agenda } from './agenda';
import { Faults } from './faults';
import type { Machine } from './machine';
import { Network } from './network';
import { Random } from './random';

/** What all parts of a simulated site share: time, chance, the network, the way of its lines, and the truth. */
export class World {
  readonly agenda: Agenda;
  readonly random: Random;
  readonly network: Network;
  readonly recorder: Recorder;
  readonly faults: Faults;
  /** Lines since they were last taken. */
  lines: Line[] = [];
  /** When the log server is away. */
  readonly pipelineAway: Span[] = [];
  private nextPid = 700;
  private readonly pipeline: Pipeline;
  private readonly logs = new Map<string, Log[]>();

  /** @param start ms since 1970 */
  constructor(start: number, seed: number, keepsTraffic: boolean) {
    this.agenda = new Agenda(start);
    this.random = new Random(seed);
    // Of its own, so that traffic is the same whatever is logged.
    const jitter = new Random(seed ^ 0x5bd1e995);
    this.network = new Network((limit) => this.random.below(limit));
    this.recorder = new Recorder(keepsTraffic);
    this.faults = new Faults(() => this.agenda.now, this.recorder.faults);
    this.pipeline = {
      now: () => this.agenda.now,
      jitter: (limit) => jitter.below(limit),
      takenAt: (t) => {
        const away = this.pipelineAway.find(({ from, to }) => t >= from && t < to);
        return away ? away.to + jitter.below(1000) : t;
      },
      emit: (line) => this.lines.push(line),
    };
  }

  get now(): number {
    return this.agenda.now;
  }

  pid(): number {
    this.nextPid += 1 + this.random.below(9);
    return this.nextPid;
  }

  openLog(process: string, machine: Machine, hostName: string, way: Way, dataset: Log['dataset'], file = ''): Log {
    const truth = { process, dataset, written: 0, lost: 0, first: null, last: null };
    this.recorder.writers.push(truth);
    const log = new Log(machine, hostName, way, dataset, file, truth, this.pipeline);
    const own = this.logs.get(process);
    if (own) own.push(log);
    else this.logs.set(process, [log]);
    return log;
  }

  logsOf(process: string): readonly Log[] {
    return this.logs.get(process) ?? [];
  }
}
