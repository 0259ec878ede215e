import type Denque from 'denque';
import type { BoundedQueue } from '../queue/bounded_queue.js';
import type { Entry } from '../queue/entry.js';

/** What a connection tells the shipper. After `onDown` it says nothing more. */
export interface SenderEvents {
  /** Messages may be sent. */
  onReady(): void;
  /** The receiver has the entry (RELP), or the operating system has it (the others). In the order of sending. */
  onDelivered(entry: Entry): void;
  /** There is room for more, after deliveries or back-pressure. */
  onRoom(): void;
  /** The receiver refused this one message. */
  onRefused(entry: Entry, reason: string): void;
  /** The protocol cannot carry this message at all. */
  onTooLarge(entry: Entry): void;
  /** Trouble that the connection lives with. */
  onWarn(error: Error): void;
  /** The connection is over; `inflight` holds what may not have arrived. */
  onDown(error: Error): void;
}

/** One connection to one receiver. None of its calls throws. */
export interface Sender {
  /** What was taken and is not delivered yet, oldest first. */
  readonly inflight: Denque<Entry>;
  /** Takes from the queue as much as window and back-pressure allow. Does nothing before `onReady`. */
  pump(queue: BoundedQueue): void;
  /** Ends the connection in the protocol's orderly way, within `timeoutMs`. */
  end(timeoutMs: number): Promise<void>;
  /** Ends it now, without a word. */
  destroy(): void;
  /** Whether the connection may keep the process alive. */
  hold(on: boolean): void;
}
