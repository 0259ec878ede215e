import winston from 'winston';
import { Engine } from '../engine.js';
import { ConfigurationError } from '../errors.js';
import type { FlushResult } from '../outbox.js';
import { refuseUnknown } from '../settings/option_reader.js';
import { SHIPPING_ROWS } from '../settings/option_table.js';
import { resolveSettings, type ShippingOptions } from '../settings/options.js';
import type { Stats } from '../stats.js';
import { quietly, toStderr } from '../warn.js';
import { CompatSyslog } from './compat_syslog.js';
import { acceptInfo } from './info_reader.js';
import type { WinstonSyslogOptions } from './winston_syslog.js';

export type SyslogTransportOptions = Omit<WinstonSyslogOptions, 'facility'> &
  Omit<ShippingOptions, 'facility'> & {
    facility?: string;
    /**
     * Called for trouble with the connection or the disk. Without it only what must be seen is printed (stderr): the first
     * reason why there is no connection, what is lost, what weakens security.
     */
    onWarning?: (error: Error) => void;
  };

/**
 * A winston transport.
 *
 * With `url` or `urls` (or `ROTA_URL`, when no option of winston-syslog's names a receiver) it sends RFC 5424 over RELP,
 * TLS, TCP, UDP or a unix socket, queues within bounds and never emits `error`: trouble is emitted as `warn`.
 * Without them it is winston-syslog's transport, with its options, formats, framing, queue and errors, except that TLS
 * verifies the receiver and never falls back to plaintext, and that `close()` leaves nothing behind.
 *
 * @throws ConfigurationError with a code `ROTA_CONFIG_*`
 */
export class SyslogTransport extends CompatSyslog {
  private readonly engine: Engine | undefined;

  constructor(options: SyslogTransportOptions = {}) {
    const ships = hasUrl(options);
    if (ships) refuseUnknown('SyslogTransport', options, KNOWN);
    refuseOtherSide(options, ships);
    super(options as WinstonSyslogOptions);
    if (!ships) return;
    const settings = resolveSettings(shippingOptions(options));
    const { onWarning } = options;
    this.engine = new Engine(settings, (error, important) => {
      if (onWarning !== undefined) quietly(() => onWarning(error));
      else if (important) toStderr(error);
      quietly(() => this.emit('warn', error));
    });
  }

  override log(info: unknown, callback: (error?: Error | null, value?: unknown) => void): void {
    if (this.engine === undefined) {
      super.log(info, callback);
      return;
    }
    acceptInfo(this.engine, info as Parameters<typeof acceptInfo>[1]);
    // At once, whatever the network does: a transport that holds winston up stalls its siblings too.
    callback(null, true);
  }

  /** Winston calls this when the transport is removed; with `url(s)` it is `shutdown`. */
  override close(): void {
    if (this.engine === undefined) super.close();
    else void this.shutdown();
  }

  /** Winston's `logger.end()`: `finish` comes when everything is delivered or the time is over. */
  override _final(callback: (error?: Error | null) => void): void {
    if (this.engine === undefined) callback();
    else this.shutdown().then(() => callback(), callback);
  }

  stats(): Stats {
    return this.url().stats();
  }

  /** Resolves when the queue has room. */
  ready(): Promise<void> {
    return this.url().ready();
  }

  flush(options: { timeoutMs?: number } = {}): Promise<FlushResult> {
    return this.url().flush(options.timeoutMs);
  }

  /** Flushes, says goodbye and lets go of everything. Emits `closed`. */
  async shutdown(options: { timeoutMs?: number } = {}): Promise<FlushResult> {
    const result = await this.url().close(options.timeoutMs);
    this.emit('closed', null);
    return result;
  }

  private url(): Engine {
    if (this.engine !== undefined) return this.engine;
    throw new ConfigurationError(
      'ROTA_CONFIG_URL_MISSING',
      "This needs a transport with the option url or urls; host, port and protocol give winston-syslog's behaviour, which cannot know what arrived.",
    );
  }
}

/** What winston-transport itself takes. */
const OF_WINSTON = ['level', 'format', 'silent', 'handleExceptions', 'handleRejections'];
/** What winston-syslog takes, and has a meaning with a URL too. */
const OF_BOTH = ['facility', 'localhost', 'app_name', 'appName'];
const OF_WINSTON_SYSLOG = [
  ...['host', 'port', 'path', 'protocol', 'protocolOptions', 'pid', 'type', 'eol', 'customProducer'],
  ...['secureProtocol', 'ciphers', 'ecdhCurve', 'rejectUnauthorized', 'requestCert'],
];
const KNOWN = [...Object.keys(SHIPPING_ROWS), ...OF_WINSTON, ...OF_BOTH, ...OF_WINSTON_SYSLOG, 'onWarning'];

/** An option that would have no effect is refused: who gives it believes that it has. */
function refuseOtherSide(options: SyslogTransportOptions, ships: boolean): void {
  const given = Object.keys(options).filter((name) => options[name as keyof SyslogTransportOptions] !== undefined);
  const others = ships ? OF_WINSTON_SYSLOG : Object.keys(SHIPPING_ROWS).filter((name) => !OF_BOTH.includes(name));
  const stray = given.find((name) => others.includes(name) && !(ships && isRfc5424(name, options)));
  if (stray === undefined) return;
  const mend = ships
    ? 'has no effect with url: the transport then speaks RFC 5424 to that address. Leave it out, or give host, port and protocol instead of url.'
    : "needs url or urls (or ROTA_URL). Without one the transport is winston-syslog's, which does not have it.";
  throw new ConfigurationError('ROTA_CONFIG_CONFLICT', `The option ${stray} ${mend}`);
}

/** `type: '5424'` says what holds with a URL anyway. */
function isRfc5424(name: string, options: SyslogTransportOptions): boolean {
  return name === 'type' && /^(rfc)?5424$/i.test(String(options.type));
}

/** winston-syslog's names for the same things are good too. */
function shippingOptions(options: SyslogTransportOptions): ShippingOptions {
  const { localhost, app_name, appName } = options;
  const shipping = options as ShippingOptions;
  const names = { service: app_name ?? appName, hostname: localhost || undefined };
  return { ...shipping, service: shipping.service ?? names.service, hostname: shipping.hostname ?? names.hostname };
}

function hasUrl(options: SyslogTransportOptions): boolean {
  if (options.url !== undefined || options.urls !== undefined) return true;
  const named = options.host ?? options.port ?? options.path ?? options.protocol;
  return named === undefined && (process.env.ROTA_URL ?? '') !== '';
}

/** winston-syslog put its own class there, as its README uses it; that one verifies no receiver. */
(winston.transports as { Syslog?: unknown }).Syslog = SyslogTransport;
