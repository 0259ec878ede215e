import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { asError, ConfigurationError } from '../errors.js';
import type { Target } from './target.js';

type Pem = string | Buffer | (string | Buffer)[];

/** For relps:// and tls://. PEM text or Buffers; the `…File` forms are read once, at start. */
export interface TlsOptions {
  /** Authorities to trust instead of those that Node.js brings. */
  ca?: Pem;
  caFile?: string;
  /** Client certificate and key, when the receiver asks for one. */
  cert?: Pem;
  certFile?: string;
  key?: Pem;
  keyFile?: string;
  passphrase?: string;
  /** The name that the receiver's certificate must carry, when it is not the host of the URL. */
  servername?: string;
  /** `TLSv1.2` when not given. */
  minVersion?: 'TLSv1.2' | 'TLSv1.3';
  ciphers?: string;
  /** false accepts any certificate: for a test only, since anyone can then read and take the logs. */
  rejectUnauthorized?: boolean;
}

/** Reads the files, so that a wrong path is an error at start and not at the first connection. */
export function resolveTls(options: TlsOptions = {}): ConnectionOptions {
  return {
    ca: options.ca ?? read(options.caFile, 'tls.caFile'),
    cert: options.cert ?? read(options.certFile, 'tls.certFile'),
    key: options.key ?? read(options.keyFile, 'tls.keyFile'),
    passphrase: options.passphrase,
    servername: options.servername,
    minVersion: options.minVersion ?? 'TLSv1.2',
    ciphers: options.ciphers,
    rejectUnauthorized: options.rejectUnauthorized !== false,
  };
}

/** The options of one connection. The certificate is checked against `servername` or the host of the URL. */
export function tlsFor(target: Target, base: ConnectionOptions): ConnectionOptions {
  const servername = base.servername ?? (isIP(target.host) === 0 ? target.host : undefined);
  return servername === undefined ? { ...base, servername: undefined } : { ...base, servername };
}

function read(path: string | undefined, option: string): Buffer | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigurationError(
      'ROTA_CONFIG_TLS',
      `The file of ${option} cannot be read (${asError(error).message}). Give the path of a readable PEM file.`,
    );
  }
}
