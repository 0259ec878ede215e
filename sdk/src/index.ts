export { currentContext, runWithContext } from './context.js';
export type { Stats } from './engine.js';
export { ConfigurationError, ConnectionError, ProtocolError, RotaError, SpoolError } from './errors.js';
export { createLogger, type FlushOptions, type Level, type Logger, type LoggerOptions } from './logger.js';
export type { TlsOptions } from './net/tls_options.js';
export type { ServiceOptions, ShippingOptions } from './options.js';
export type { FlushResult } from './outbox.js';
export type { DropCause } from './queue/drops.js';
export { SyslogTransport, type SyslogTransportOptions } from './transport.js';
