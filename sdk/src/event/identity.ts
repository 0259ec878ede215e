import { randomBytes } from 'node:crypto';

/**
 * Who counts: one identity a transport instance and process run, so that two loggers never share a counter.
 * `agent.ephemeral_id`, `event.sequence` (1, 2, 3 …) and `event.id` = `<ephemeral_id>-<sequence>`.
 */
export class Identity {
  readonly ephemeralId: string;
  private last = 0;

  /** 80 random bits: it stands in every event twice, so it is no longer than it must be. */
  constructor(ephemeralId: string = randomBytes(10).toString('hex')) {
    this.ephemeralId = ephemeralId;
  }

  /** The highest number given out so far. */
  get sequence(): number {
    return this.last;
  }

  /** The next number. */
  next(): number {
    this.last += 1;
    return this.last;
  }
}
