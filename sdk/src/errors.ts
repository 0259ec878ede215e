/**
 * Errors of the SDK. Match on `code`, which never changes; the message says what to do.
 */
export class RotaError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options as ErrorOptions);
    this.name = new.target.name;
    this.code = code;
  }
}

/** A setting is missing or wrong. Thrown by `createLogger` and `new SyslogTransport`, never while logging. */
export class ConfigurationError extends RotaError {}

/** The receiver cannot be reached, or the connection was lost. Reported by the `warn` event; the SDK reconnects. */
export class ConnectionError extends RotaError {}

/** The receiver answered something that its protocol does not allow, or refused us. The SDK reconnects. */
export class ProtocolError extends RotaError {}

/** The spool folder cannot be used. Thrown at start; later trouble on the disk is counted and reported instead. */
export class SpoolError extends RotaError {}

/** Any thrown value as an Error, for messages. */
export function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}
