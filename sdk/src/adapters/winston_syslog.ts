/**
 * winston-syslog's class with the types that it does not bring. The one place that knows its untyped insides.
 */

import type { Socket } from 'node:net';
import winstonSyslog from 'winston-syslog';
import type TransportStream from 'winston-transport';

/** What winston-syslog documents, plus what Node.js's tls.connect takes for `tls*`. */
export interface WinstonSyslogOptions extends TransportStream.TransportStreamOptions {
  host?: string;
  port?: number;
  path?: string;
  protocol?: 'udp' | 'udp4' | 'udp6' | 'tcp' | 'tcp4' | 'tcp6' | 'tls' | 'tls4' | 'tls6' | 'unix' | 'unix-connect';
  protocolOptions?: Record<string, unknown>;
  pid?: number | string;
  facility?: string;
  localhost?: string | null | false;
  type?: string;
  app_name?: string;
  appName?: string;
  eol?: string;
  secureProtocol?: string;
  ciphers?: string;
  ecdhCurve?: string;
  rejectUnauthorized?: boolean;
  requestCert?: boolean;
  customProducer?: new (options: Record<string, unknown>) => { produce(options: Record<string, unknown>): string };
}

export interface WinstonSyslogBase extends TransportStream {
  protocol: string;
  protocolType: 'udp' | 'tcp' | 'tls' | 'unix';
  host: string;
  port: number;
  queue: unknown[];
  socket: Socket | null;
  connected: boolean;
  retries: number;
  log(info: unknown, callback: (error?: Error | null, value?: unknown) => void): void;
  connect(callback: (error?: unknown) => void): void;
  setupEvents(): void;
  close(): void;
}

export const Syslog = (winstonSyslog as { Syslog: unknown }).Syslog as new (
  options?: WinstonSyslogOptions,
) => WinstonSyslogBase;
