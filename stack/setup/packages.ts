import { chmodSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { execa } from 'execa';
import { StackError } from '../errors.js';
import { hasJava } from './java.js';

/** A Debian package, and how to tell without dpkg's help that what we want of it is there. */
interface Need {
  package: string;
  /** Debian's own service of that package, which must neither start now nor at the next boot. */
  unit?: string;
}

const STACK: Need[] = [
  { package: 'rsyslog', unit: 'rsyslog.service' },
  { package: 'rsyslog-relp' },
  { package: 'rsyslog-openssl' },
  { package: 'rsyslog-gnutls' },
  { package: 'nginx', unit: 'nginx.service' },
  { package: 'haproxy', unit: 'haproxy.service' },
  { package: 'openssl' },
];

/** What each purpose needs. */
const NEEDS: Record<'stack' | 'django' | 'browser' | 'elasticsearch', Need[]> = {
  stack: STACK,
  django: [{ package: 'gunicorn', unit: 'gunicorn.service' }, { package: 'python3-django' }],
  browser: [{ package: 'chromium' }],
  elasticsearch: [{ package: 'maven' }],
};

export type Purpose = keyof typeof NEEDS;

/** The packages of these purposes that the machine lacks. Java is asked for by itself: any 17 or newer will do. */
export async function missingPackages(purposes: Purpose[]): Promise<string[]> {
  const needs = purposes.flatMap((purpose) => NEEDS[purpose]).map((need) => need.package);
  if (needs.length === 0) return [];
  const { stdout } = await execa('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Abbrev}\n', ...needs], {
    reject: false,
  }).catch(() => {
    throw new StackError(
      'ROTA_NOT_DEBIAN',
      `This is not a Debian system. Install these yourself: ${needs.join(', ')}.`,
    );
  });
  const installed = new Set(
    stdout
      .split('\n')
      .filter((line) => / ii/.test(line))
      .map((line) => line.split(' ')[0]),
  );
  const missing = needs.filter((name) => !installed.has(name));
  return hasJava() ? missing : [...missing, 'default-jre-headless'];
}

/**
 * Installs Debian packages without starting (now or at boot) the services that they bring.
 * `onLine` gets what apt prints, a line at a time.
 */
export async function installPackages(packages: string[], onLine: (line: string) => void): Promise<void> {
  if (packages.length === 0) return;
  const sudo = await asRoot(packages);
  const apt = async (...args: string[]) => {
    const run = execa(sudo[0] ?? 'apt-get', [...sudo.slice(1), ...(sudo.length > 0 ? ['apt-get'] : []), ...args], {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
      stdin: 'ignore',
      all: true,
    });
    for await (const line of run.iterable({ from: 'all' })) onLine(String(line));
    await run;
  };
  await withServicesHeldBack(sudo, async () => {
    try {
      await apt('update', '-q');
      await apt('install', '-y', '-q', '--no-install-recommends', ...packages);
    } catch (error) {
      throw new StackError(
        'ROTA_PACKAGE_INSTALL',
        `apt-get could not install ${packages.join(' ')}. Check the network and /etc/apt/sources.list, try that command by itself, then run this again.`,
        { cause: error },
      );
    }
  });
  await keepFromBoot(sudo, packages);
}

/** The words before a command that make it run as root; throws ROTA_NOT_ROOT where that cannot be. */
async function asRoot(packages: string[]): Promise<string[]> {
  if (process.getuid?.() === 0) return [];
  const sudo = await execa('sudo', ['-n', 'true'], { reject: false }).catch(() => undefined);
  if (sudo?.exitCode === 0) return ['sudo', '-n', '--preserve-env=DEBIAN_FRONTEND'];
  throw new StackError(
    'ROTA_NOT_ROOT',
    `These packages are missing and installing them needs root: run "sudo apt-get install --no-install-recommends ${packages.join(' ')}", then run this again.`,
  );
}

const POLICY = '/usr/sbin/policy-rc.d';

/**
 * invoke-rc.d asks policy-rc.d before it starts a service; 101 means no.
 * A policy that is there stays in force (what it forbids stays forbidden, since ours forbids all) and is put back after.
 */
async function withServicesHeldBack(sudo: string[], work: () => Promise<void>): Promise<void> {
  const aside = `${POLICY}.before-rota`;
  const script = '#!/bin/sh\n# Put here by Rota while it installs packages.\nexit 101\n';
  if (sudo.length === 0) {
    const had = existsSync(POLICY);
    if (had) renameSync(POLICY, aside);
    writeFileSync(POLICY, script);
    chmodSync(POLICY, 0o755);
    try {
      await work();
    } finally {
      if (had) renameSync(aside, POLICY);
      else rmSync(POLICY, { force: true });
    }
    return;
  }
  const [command = 'sudo', ...args] = sudo;
  const shell = (text: string) => execa(command, [...args, 'sh', '-c', text]);
  await shell(
    `[ ! -e ${POLICY} ] || mv ${POLICY} ${aside}; printf '#!/bin/sh\\nexit 101\\n' > ${POLICY}; chmod 755 ${POLICY}`,
  );
  try {
    await work();
  } finally {
    await shell(`if [ -e ${aside} ]; then mv ${aside} ${POLICY}; else rm -f ${POLICY}; fi`);
  }
}

/** Debian enables a package's unit for the next boot; nobody asked for that when the package came for Rota. */
async function keepFromBoot(sudo: string[], packages: string[]): Promise<void> {
  const units = Object.values(NEEDS)
    .flat()
    .filter((need) => need.unit && packages.includes(need.package))
    .map((need) => need.unit as string);
  if (units.length === 0) return;
  const run = (...words: string[]) => {
    const [command = '', ...args] = [...sudo, ...words];
    return execa(command, args, { reject: false }).catch(() => undefined);
  };
  await run('systemctl', 'disable', '--quiet', ...units);
  // Where there is no systemd, the links of the classic init system count.
  for (const unit of units) await run('update-rc.d', unit.replace('.service', ''), 'disable');
}
