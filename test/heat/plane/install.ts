import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installPackages } from '../../../stack/setup/packages';
import { PlaneError, runOnce } from './processes';

const CACHE = join(import.meta.dirname, '../../../.cache/heat');
const here = (name: string) => join(import.meta.dirname, name);
const works = (command: string, ...args: string[]) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** What was installed for the tests, apart from Debian packages. */
export interface Tools {
  /** Virtual environment with OpenStack's services and clients. */
  venv: string;
  /** Folder of the Python package cloudinit, Debian's own, unpacked and not installed. */
  cloudInit: string;
}

type Say = (what: string) => void;

/** Debian packages by a file that tells that they are there. */
const DEBIAN: [file: string, ...packages: string[]][] = [
  ['/usr/sbin/mariadbd', 'mariadb-server-core', 'mariadb-client-core'],
  ['/usr/sbin/rsyslogd', 'rsyslog'],
  ['/usr/lib/x86_64-linux-gnu/rsyslog/imrelp.so', 'rsyslog-relp'],
  ['/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_gtls.so', 'rsyslog-gnutls'],
  ['/usr/sbin/nginx', 'nginx'],
  ['/usr/sbin/haproxy', 'haproxy'],
  ['/usr/bin/openssl', 'openssl'],
  ['/usr/sbin/mkfs.xfs', 'xfsprogs'],
  ['/usr/bin/shellcheck', 'shellcheck'],
  ['/usr/sbin/logrotate', 'logrotate'],
];

/**
 * Installs what the tests need and the machine lacks: OpenStack's Python packages into a virtual environment and
 * Debian's cloud-init, both under `.cache/heat`, and Debian packages whose services are not started.
 * @throws PlaneError or StackError that says what to install by hand
 */
export async function install(say: Say): Promise<Tools> {
  const architecture = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const missing = DEBIAN.filter(([file]) => !existsSync(file.replace('x86_64-linux-gnu', architecture)));
  await installDebian(
    missing.flatMap(([, ...packages]) => packages),
    say,
  );
  await mkdir(CACHE, { recursive: true });
  const [venv, cloudInit] = await Promise.all([installOpenStack(say), unpackCloudInit(say)]);
  return { venv, cloudInit };
}

async function installDebian(packages: string[], say: Say): Promise<void> {
  if (packages.length === 0) return;
  say(`installing Debian's ${packages.join(', ')} …`);
  await installPackages(packages, () => {});
}

async function installOpenStack(say: Say): Promise<string> {
  const names = ['constraints.txt', 'requirements.txt'];
  const wanted = (await Promise.all(names.map((name) => readFile(here(name), 'utf8')))).join();
  const venv = join(CACHE, `venv-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`);
  if (existsSync(join(venv, 'complete'))) return venv;

  say('installing OpenStack from PyPI into .cache/heat (about half a minute the first time) …');
  await rm(venv, { recursive: true, force: true });
  const interpreter = findPython();
  if (!works(interpreter, '-c', 'import ensurepip, venv')) await installDebian(['python3-venv'], say);
  await runOnce(interpreter, ['-m', 'venv', venv]);
  try {
    await runOnce(join(venv, 'bin/pip'), ['install', '--quiet', 'uv']);
    const args = ['pip', 'install', '--quiet', '--python', join(venv, 'bin/python')];
    await runOnce(join(venv, 'bin/uv'), [...args, '-c', here('constraints.txt'), '-r', here('requirements.txt')]);
  } catch (error) {
    const words = `The packages of the test control plane could not be installed. Check the network and pip's index.\n`;
    throw new PlaneError('ROTA_PLANE_INSTALL', words + (error as Error).message);
  }
  await writeFile(join(venv, 'complete'), '');
  return venv;
}

function findPython(): string {
  const check = 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else 1)';
  const names = ['python3.11', 'python3.12', 'python3.13', 'python3'];
  const found = names.find((name) => works(name, '-c', check));
  if (found) return found;
  throw new PlaneError('ROTA_PLANE_INSTALL', 'Python 3.11 to 3.13 is needed: apt-get install python3 python3-venv.');
}

/** Installed, cloud-init would take charge of this machine at its next boot; unpacked, it only checks. */
async function unpackCloudInit(say: Say): Promise<string> {
  const target = join(CACHE, 'cloud-init');
  const modules = join(target, 'usr/lib/python3/dist-packages');
  if (existsSync(modules)) return modules;
  say("fetching Debian's cloud-init …");
  const work = await mkdtemp(join(CACHE, 'cloud-init-'));
  try {
    const download = () => runOnce('sh', ['-c', 'cd "$1" && apt-get -q download cloud-init', 'sh', work]);
    await download().catch(async () => {
      await runOnce('apt-get', ['update', '-q']);
      await download();
    });
    const file = (await readdir(work)).find((name) => name.endsWith('.deb'))!;
    await runOnce('dpkg', ['-x', join(work, file), join(work, 'tree')]);
    await rename(join(work, 'tree'), target);
  } catch (error) {
    const words =
      'Debian\'s cloud-init could not be fetched by "apt-get download cloud-init"; the tests check user_data with it.\n';
    throw new PlaneError('ROTA_PLANE_INSTALL', words + (error as Error).message);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return modules;
}
