/** A host: its name, its address, and its clock. */
export class Machine {
  reachable = true;
  private offset: number;

  constructor(
    readonly name: string,
    readonly address: string,
    /** ms that its clock is ahead. */
    readonly skew: number,
    /** ms that its lines wait before they are sent. */
    readonly late: number,
  ) {
    this.offset = skew;
  }

  /** What its clock shows at a true time, ms since 1970. */
  clock(t: number): number {
    return t + this.offset;
  }

  stepClock(ms: number): void {
    this.offset += ms;
  }
}
