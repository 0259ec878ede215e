import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { type ConnectionOptions, createSecureContext, type SecureContext } from 'node:tls';
import { asError, ConfigurationError } from '../errors.js';
import type { Target } from './target.js';

type Pem = string | Buffer | (string | Buffer)[];

/** For relps:// and tls://. PEM text or Buffers; the `…File` forms are read at start and again for each connection. */
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

interface Credentials {
  ca: Pem | undefined;
  cert: Pem | undefined;
  key: Pem | undefined;
}

/**
 * What a TLS connection needs, as the files say at that moment: certificates are renewed on disk by others. Files that
 * cannot be read or do not fit (half a renewal) leave the last good ones in use.
 */
export class TlsSource {
  private good: Credentials;
  private context: SecureContext;
  private lastTrouble = '';

  /**
   * Reads the files, so that a wrong path is an error at start and not at the first connection.
   * @throws ConfigurationError `ROTA_CONFIG_TLS`
   */
  constructor(
    private readonly options: TlsOptions,
    private readonly onWarn: (error: Error) => void,
  ) {
    this.good = this.read();
    this.context = this.contextOf(this.good);
  }

  get verifies(): boolean {
    return this.options.rejectUnauthorized !== false;
  }

  /** The options of one connection. The certificate is checked against `servername` or the host of the URL. */
  optionsFor(target: Target): ConnectionOptions {
    this.refresh();
    // Names are absolute anyway; SNI and certificates have them without the dot at the end (RFC 6066 section 3).
    const name = (this.options.servername ?? target.host).replace(/\.$/, '');
    const sni = isIP(name) === 0 ? { servername: name } : {};
    return { secureContext: this.context, host: name, ...sni, rejectUnauthorized: this.verifies };
  }

  private refresh(): void {
    try {
      const read = this.read();
      if (!isSame(read, this.good)) {
        this.context = this.contextOf(read);
        this.good = read;
      }
      this.lastTrouble = '';
    } catch (error) {
      const { message } = asError(error);
      if (message === this.lastTrouble) return;
      this.lastTrouble = message;
      this.onWarn(
        new ConfigurationError('ROTA_CONFIG_TLS', `${message} Until then what was read before stays in use.`, {
          cause: error,
        }),
      );
    }
  }

  private read(): Credentials {
    const { ca, caFile, cert, certFile, key, keyFile } = this.options;
    return {
      ca: ca ?? read(caFile, 'tls.caFile'),
      cert: cert ?? read(certFile, 'tls.certFile'),
      key: key ?? read(keyFile, 'tls.keyFile'),
    };
  }

  private contextOf({ ca, cert, key }: Credentials): SecureContext {
    const { passphrase, minVersion = 'TLSv1.2', ciphers } = this.options;
    try {
      check({ ca, cert, key });
      return createSecureContext({ ca, cert, key, passphrase, minVersion, ciphers });
    } catch (error) {
      throw new ConfigurationError(
        'ROTA_CONFIG_TLS',
        `The tls options do not fit (${asError(error).message}). Give PEM: certificates, and the key of tls.cert with its passphrase.`,
        { cause: error },
      );
    }
  }
}

/**
 * What OpenSSL would take without a word: files with nothing in them or cut off (they are being written), one half of a pair.
 * @throws with what is wrong
 */
function check({ ca, cert, key }: Credentials): void {
  for (const pem of given(ca)) checkCertificates(pem, 'ca');
  for (const pem of given(cert)) checkCertificates(pem, 'cert');
  for (const pem of given(key))
    if (!/-----END [A-Z ]*PRIVATE KEY-----/.test(pem)) throw new Error('there is no key in key');
  if ((cert === undefined) !== (key === undefined)) throw new Error('cert and key need each other');
}

function checkCertificates(pem: string, option: string): void {
  const blocks = pem
    .split(/(?=-----BEGIN )/)
    .filter((block) => /^-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/.test(block));
  if (blocks.length === 0) throw new Error(`there is no certificate in ${option}`);
  for (const block of blocks) new X509Certificate(block);
}

function given(pem: Pem | undefined): string[] {
  return pem === undefined ? [] : [pem].flat().map(String);
}

function isSame(a: Credentials, b: Credentials): boolean {
  return (['ca', 'cert', 'key'] as const).every((name) => given(a[name]).join() === given(b[name]).join());
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
