/**
 * One pair of process listeners for all transports of the process, however many there are and however often they come
 * and go, also when the package is loaded twice.
 */

export interface Exiting {
  /** Lines that the application has logged. */
  readonly logged: number;
  /** While on, what is logged waits for something else to send it, and does not keep the event loop going. */
  defer(on: boolean): void;
  /** The event loop is empty: flush what is left. Called again only after more was logged. */
  beforeExit(): Promise<void> | undefined;
  /** The process ends now: synchronous. What is logged by listeners that come after this one goes to disk at once. */
  exit(): void;
}

const KEY = Symbol.for('rota-sdk.exit.2');
const shared = globalThis as { [KEY]?: Set<Exiting> };
/** Listeners of the application's that log at each `beforeExit` must not keep the process alive for ever by that. */
const MAX_ROUNDS = 3;

/** Async listeners go on so often without anything that would keep the process alive: each is waited for. */
const MAX_AWAITS = 100;

/** After all other listeners of this event, so that what they log is flushed, too. */
async function otherListeners(): Promise<void> {
  await new Promise<void>((resolve) => process.nextTick(resolve));
  for (let n = 0; n < MAX_AWAITS; n += 1) await null;
}

function registry(): Set<Exiting> {
  if (shared[KEY] !== undefined) return shared[KEY];
  const all = new Set<Exiting>();
  Object.defineProperty(shared, KEY, { value: all });
  const logged = () => [...all].reduce((sum, one) => sum + one.logged, 0);
  let rounds = 0;
  let loggedBefore = 0;
  // Flushing starts work, after which Node.js emits beforeExit again: that ends when nobody has anything to flush.
  process.prependListener('beforeExit', () => {
    // More than the listeners of this event logged the last time: the application went on working.
    if (logged() > loggedBefore) rounds = 0;
    rounds += 1;
    const isLast = rounds > MAX_ROUNDS;
    if (isLast) for (const one of all) one.defer(true);
    void otherListeners().then(() => {
      loggedBefore = logged();
      for (const one of all) {
        if (isLast) one.defer(false);
        else one.beforeExit();
      }
    });
  });
  process.on('exit', () => {
    for (const one of all) one.exit();
  });
  return all;
}

export function watchExit(one: Exiting): void {
  registry().add(one);
}

export function unwatchExit(one: Exiting): void {
  registry().delete(one);
}
