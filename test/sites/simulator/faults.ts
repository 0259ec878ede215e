import type { Fault } from '../truth/truth';

/** What is wrong at the moment, and what was. */
export class Faults {
  private readonly active: Fault[] = [];

  constructor(
    private readonly now: () => number,
    private readonly all: Fault[],
  ) {}

  begin(kind: Fault['kind'], processes: string[], planned: boolean): Fault {
    const fault: Fault = { kind, processes, planned, from: this.now(), to: null };
    this.active.push(fault);
    this.all.push(fault);
    return fault;
  }

  end(fault: Fault): void {
    if (fault.to === null) fault.to = this.now();
    const place = this.active.indexOf(fault);
    if (place !== -1) this.active.splice(place, 1);
  }

  /** The latest of these kinds that is active. */
  find(kinds: readonly Fault['kind'][], process?: string): Fault | undefined {
    for (let i = this.active.length - 1; i >= 0; i--) {
      const fault = this.active[i]!;
      if (kinds.includes(fault.kind) && (process === undefined || fault.processes.includes(process))) return fault;
    }
    return undefined;
  }
}
