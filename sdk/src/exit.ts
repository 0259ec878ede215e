/**
 * One pair of process listeners for all transports of the process, however many there are and however often they come
 * and go, also when the package is loaded twice.
 */

export interface Exiting {
  /** The event loop is empty: flush what is left. Called again only after more was logged. */
  beforeExit(): Promise<void> | undefined;
  /** The process ends now: synchronous. */
  exit(): void;
}

const KEY = Symbol.for('rota-sdk.exit.1');
const shared = globalThis as { [KEY]?: Set<Exiting> };

function registry(): Set<Exiting> {
  if (shared[KEY] !== undefined) return shared[KEY];
  const all = new Set<Exiting>();
  Object.defineProperty(shared, KEY, { value: all });
  // Flushing starts work, after which Node.js emits beforeExit again: that ends when nobody has anything to flush.
  process.on('beforeExit', () => {
    for (const one of all) one.beforeExit();
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
