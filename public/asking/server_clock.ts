/** Differences below this are the network's, or nobody's concern. */
const TOLD_MS = 2000;

/** Kibana's clock, as its answers tell it: a browser's own may be wrong by minutes, and lines are not dated by it. */
export class ServerClock {
  private offset = 0;
  private doubt = Number.POSITIVE_INFINITY;

  /** Takes in when an answer was sent; it lies between the question and the answer's arrival. */
  hear(serverNow: number, asked: number, arrived: number): void {
    const doubt = (arrived - asked) / 2;
    const offset = serverNow - (asked + arrived) / 2;
    // A quick answer says more than a slow one; but a clock that was set since is believed.
    if (doubt > this.doubt && Math.abs(offset - this.offset) <= doubt + this.doubt) return;
    this.offset = offset;
    this.doubt = doubt;
  }

  now(): number {
    return Date.now() + this.skewMs;
  }

  /** How far the server is ahead of the browser; 0 where it cannot be told from the answers' own time. */
  get skewMs(): number {
    return Math.abs(this.offset) > this.doubt + TOLD_MS ? Math.round(this.offset) : 0;
  }
}
