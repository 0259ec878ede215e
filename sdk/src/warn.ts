import { ConfigurationError } from './errors.js';

/**
 * Reports trouble to the application. What is `important` goes to stderr when nobody listens: what was lost, why there is no
 * connection, what weakens security.
 */
export type Warn = (error: Error, important?: boolean) => void;

const noop = () => {};

/** One line to stderr. Never throws, and a closed stderr does not end the process: its error comes after the callback. */
export function toStderr(error: Error): void {
  const { stderr } = process;
  stderr.once('error', noop);
  try {
    stderr.write(`rota-sdk: ${error.message}\n`, (failure) => {
      if (!failure) stderr.removeListener('error', noop);
    });
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

/** The receiver's certificate is not checked, because somebody wants it so. */
export function unverified(receiver: string, option: string, mend: string): ConfigurationError {
  return new ConfigurationError(
    'ROTA_CONFIG_UNVERIFIED',
    `With ${option} nobody verifies ${receiver}: whoever stands on the way can read and take the logs. For a receiver with an authority of its own give that by ${mend}.`,
  );
}
