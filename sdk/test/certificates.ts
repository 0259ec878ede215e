import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Pair {
  cert: string;
  key: string;
}

/** An authority and certificates signed by it, made by openssl in `folder` for one test run. */
export class Authority {
  readonly ca: string;
  private readonly caKey: string;

  constructor(
    private readonly folder: string,
    private readonly name: string,
  ) {
    this.ca = join(folder, `${name}.pem`);
    this.caKey = join(folder, `${name}.key`);
    this.openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      this.caKey,
      '-out',
      this.ca,
    );
  }

  /** A certificate for `host` (a name, and 127.0.0.1 when it is localhost). */
  issue(host: string): Pair {
    const base = join(this.folder, `${this.name}-${host}`);
    const extensions = `${base}.ext`;
    writeFileSync(extensions, `subjectAltName=DNS:${host}${host === 'localhost' ? ',IP:127.0.0.1' : ''}\n`);
    this.openssl(
      'req',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-subj',
      `/CN=${host}`,
      '-keyout',
      `${base}.key`,
      '-out',
      `${base}.csr`,
    );
    this.openssl(
      'x509',
      '-req',
      '-in',
      `${base}.csr`,
      '-CA',
      this.ca,
      '-CAkey',
      this.caKey,
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      extensions,
      '-out',
      `${base}.pem`,
    );
    return { cert: `${base}.pem`, key: `${base}.key` };
  }

  private openssl(...args: string[]): void {
    execFileSync('openssl', args, { stdio: 'pipe' });
  }
}
