import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { Access } from './account';
import { bad, type Finding, good, notKnown, warning } from './finding';

type Environment = Readonly<Record<string, string | undefined>>;

const DAY_MS = 86_400_000;
/** Time enough to have a certificate made again. */
const SOON_DAYS = 14;
/** Extended key usages (RFC 5280, 4.2.1.12). */
const USAGE = { server: ['1.3.6.1.5.5.7.3.1', 'serverAuth'], agent: ['1.3.6.1.5.5.7.3.2', 'clientAuth'] } as const;

/**
 * The certificates that rsyslog is told of: dates, whether key, certificate and authority belong together, who may read the key.
 * @param now ms since 1970
 */
export function checkCertificates(
  env: Environment,
  role: 'server' | 'agent',
  user: string,
  access: Access,
  now = Date.now(),
): Finding[] {
  const what = `TLS of the ${role}`;
  if (env['ROTA_TLS'] !== 'on') return [];
  const paths = ['ROTA_TLS_CA', 'ROTA_TLS_CERT', 'ROTA_TLS_KEY'].map((name) => ({ name, path: env[name] ?? '' }));
  const unset = paths.filter(({ path }) => path === '').map(({ name }) => name);
  if (unset.length > 0) return [bad(what, `${unset.join(', ')} not set`, 'name the PEM files')];
  const shut = paths.filter(({ path }) => access(path, 'read') === false);
  if (shut.length > 0) {
    return shut.map(({ name, path }) =>
      bad(what, `${user} cannot read ${path} (${name})`, `chgrp ${user} ${path} && chmod 640 ${path}`),
    );
  }
  const [ca, cert, key] = paths.map(({ path }) => path) as [string, string, string];
  const findings = [...dates(ca, `authority ${ca}`, now), ...dates(cert, `certificate ${cert}`, now)];
  if (findings.some(({ outcome }) => outcome === 'not_known')) return findings;
  return [...findings, ...belongTogether(ca, cert, key, role), keyMode(key, user)];
}

/** One PEM file: whether every certificate in it holds today. */
export function dates(path: string, what: string, now: number): Finding[] {
  let chain: X509Certificate[];
  try {
    chain = certificatesIn(readFileSync(path, 'utf8'));
  } catch (error) {
    return [notKnown(what, `cannot be read: ${(error as Error).message}`, 'is it PEM, and may this user read it?')];
  }
  if (chain.length === 0) return [bad(what, 'no certificate is in it', 'give a PEM file')];
  return chain.map((one) => {
    const [from, to] = [Date.parse(one.validFrom), Date.parse(one.validTo)];
    const name = one.subject.replaceAll('\n', ', ');
    if (now < from) {
      return bad(what, `${name} holds from ${one.validFrom} on only`, 'is the clock right? else have it made again');
    }
    if (now > to) return bad(what, `${name} ran out on ${one.validTo}`, 'have it made again, then restart the service');
    const left = Math.floor((to - now) / DAY_MS);
    const found = `${name} holds for ${left} days more`;
    return left < SOON_DAYS ? warning(what, found, 'have it made again, then restart the service') : good(what, found);
  });
}

function certificatesIn(pem: string): X509Certificate[] {
  return (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (text) => new X509Certificate(text),
  );
}

function belongTogether(ca: string, cert: string, key: string, role: 'server' | 'agent'): Finding[] {
  const authorities = certificatesIn(readFileSync(ca, 'utf8'));
  const [own, ...between] = certificatesIn(readFileSync(cert, 'utf8')) as [X509Certificate, ...X509Certificate[]];
  const what = `certificate ${cert}`;
  const findings: Finding[] = [];
  const signers = [...between, ...authorities];
  const signed = signers.some((one) => own.checkIssued(one) && own.verify(one.publicKey));
  findings.push(
    signed
      ? good(what, `signed by ${own.issuer.replaceAll('\n', ', ')}, for ${namesOf(own)}`)
      : bad(what, `not signed by the authority in ${ca}`, 'both ends must have certificates of one authority'),
  );
  try {
    const matches = own.checkPrivateKey(createPrivateKey(readFileSync(key)));
    if (!matches) findings.push(bad(`key ${key}`, `not the key of ${cert}`, 'give the one that it was made with'));
  } catch (error) {
    findings.push(
      bad(`key ${key}`, `cannot be read: ${(error as Error).message}`, 'give it as PEM without a password'),
    );
  }
  const usages = own.keyUsage as string[] | undefined;
  const [oid, name] = USAGE[role];
  if (usages !== undefined && usages.length > 0 && !usages.includes(oid)) {
    findings.push(
      bad(what, `may not be used by ${role === 'server' ? 'a server' : 'a client'}`, `have it made with ${name}`),
    );
  }
  return findings;
}

function namesOf(certificate: X509Certificate): string {
  return certificate.subjectAltName ?? certificate.subject.replaceAll('\n', ', ');
}

function keyMode(key: string, user: string): Finding {
  const mode = statSync(key).mode & 0o777;
  const text = mode.toString(8).padStart(4, '0');
  if ((mode & 0o007) === 0) return good(`key ${key}`, `mode ${text}`);
  return bad(
    `key ${key}`,
    `mode ${text}: everyone on this host may use it`,
    `chgrp ${user} ${key} && chmod 640 ${key}`,
  );
}
