/** A host: its name, its address, and its clock. */
export class Machine {
  reachable = true;
  /** How far its clock is ahead, from each of these times on. */
  readonly clocks: { t: number; ahead: number }[];

  constructor(
    readonly name: string,
    readonly address: string,
    /** ms that its clock is ahead. */
    readonly skew: number,
    /** ms that its lines wait before they are sent. */
    readonly late: number,
  ) {
    this.clocks = [{ t: Number.NEGATIVE_INFINITY, ahead: skew }];
  }

  /** What its clock shows now, at the true time `t`, ms since 1970. */
  clock(t: number): number {
    return t + this.clocks.at(-1)!.ahead;
  }

  stepClock(t: number, ms: number): void {
    this.clocks.push({ t, ahead: this.clocks.at(-1)!.ahead + ms });
  }
}
