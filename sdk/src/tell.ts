/**
 * Tells the application of trouble. `important`: what somebody who does not listen must see all the same goes to stderr
 * then: what was lost, why there is no connection, what weakens security.
 */
export type Tell = (error: Error, important?: boolean) => void;

const noop = () => {};

/** One line to stderr. Never throws, and a closed stderr does not end the process. */
export function toStderr(error: Error): void {
  const { stderr } = process;
  stderr.once('error', noop);
  try {
    stderr.write(`rota-sdk: ${error.message}\n`, () => stderr.removeListener('error', noop));
  } catch {
    // There is nobody left to tell.
  }
}

/** A listener of the application's that throws must not end what called it. */
export function quietly(call: () => void): void {
  try {
    call();
  } catch {
    // Its own trouble; there is nobody left to tell.
  }
}
