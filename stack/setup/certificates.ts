import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { give, ownedFolder } from '../account.js';
import { StackError } from '../errors.js';

/** PEM files of one holder. */
export interface Certificate {
  cert: string;
  key: string;
}

/** The files of one stack's own certificate authority: what it trusts, and the certificates that it signed, by host. */
export interface Certificates {
  ca: string;
  of(host: string): Certificate;
}

const DAYS = '825';
/** An elliptic curve: made in milliseconds, where RSA takes tenths of a second a key. */
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** The name in a host's certificate, as in the Heat templates: `<host>.rota`, the log server's `log.rota`. */
export function certificateName(host: string): string {
  return host === 'log-1' ? 'log.rota' : `${host}.rota`;
}

/**
 * Makes an authority and a certificate for each host in `folder`. Keys are readable by the service account alone; the
 * authority's own key is gone afterwards, so nobody signs another.
 * @throws StackError ROTA_CERTIFICATES
 */
export async function makeCertificates(folder: string, hosts: readonly string[]): Promise<Certificates> {
  ownedFolder(folder);
  const path = (name: string) => join(folder, name);
  const config = path('openssl.cnf');
  // Nothing of the machine's own openssl.cnf, which may add extensions.
  writeFileSync(config, '[req]\ndistinguished_name = name\n[name]\n');
  const make = async (name: string, file: string, extensions: string[], signer: string[]) => {
    const added = extensions.flatMap((extension) => ['-addext', extension]);
    const files = ['-keyout', path(`${file}.key`), '-out', path(`${file}.crt`)];
    await openssl(
      'req',
      '-x509',
      ...KEY,
      '-config',
      config,
      '-days',
      DAYS,
      '-subj',
      `/CN=${name}`,
      ...added,
      ...signer,
      ...files,
    );
    chmodSync(path(`${file}.key`), 0o600);
    for (const kind of ['key', 'crt']) give(path(`${file}.${kind}`));
  };
  await make('Rota local stack', 'ca', ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign'], []);
  const signer = ['-CA', path('ca.crt'), '-CAkey', path('ca.key')];
  const extensions = (name: string) => [
    `subjectAltName=DNS:${name}`,
    'basicConstraints=critical,CA:FALSE',
    'extendedKeyUsage=serverAuth,clientAuth',
  ];
  await Promise.all(hosts.map((host) => make(certificateName(host), host, extensions(certificateName(host)), signer)));
  rmSync(path('ca.key'));
  return { ca: path('ca.crt'), of: (host) => ({ cert: path(`${host}.crt`), key: path(`${host}.key`) }) };
}

async function openssl(...args: string[]): Promise<void> {
  await execa('openssl', args, { stdin: 'ignore' }).catch((cause: Error) => {
    throw new StackError(
      'ROTA_CERTIFICATES',
      `openssl could not make the stack's certificates: ${cause.message.split('\n').slice(0, 3).join(' ')}. Is Debian's openssl 3 installed?`,
      { cause },
    );
  });
}
