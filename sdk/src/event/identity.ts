import { randomUUID } from 'node:crypto';

/**
 * Who counts: one identity a transport instance and process run, so that two loggers never share a counter.
 * `agent.ephemeral_id`, `event.sequence` (1, 2, 3 …) and `event.id` = `<ephemeral_id>-<sequence>`.
 */
export class Identity {
  readonly ephemeralId: string;
  private last = 0;

  constructor(ephemeralId: string = randomUUID()) {
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
