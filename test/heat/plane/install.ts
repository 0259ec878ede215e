import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlaneError, runOnce } from './processes';

const CACHE = join(import.meta.dirname, '../../../.cache/heat');
const here = (name: string) => join(import.meta.dirname, name);
const works = (command: string, ...args: string[]) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/**
 * Installs what the control plane needs and the machine lacks: OpenStack's Python packages into a virtual environment
 * under `.cache/heat`, and Debian's MariaDB server binaries (no service is started).
 * @returns the virtual environment's folder
 * @throws PlaneError that says what to install by hand
 */
export async function install(say: (what: string) => void): Promise<string> {
  await installDatabase(say);
  const names = ['constraints.txt', 'requirements.txt'];
  const wanted = (await Promise.all(names.map((name) => readFile(here(name), 'utf8')))).join();
  const venv = join(CACHE, `venv-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`);
  if (existsSync(join(venv, 'complete'))) return venv;

  say('Installing OpenStack from PyPI into .cache/heat (about half a minute the first time) …');
  await mkdir(CACHE, { recursive: true });
  await rm(venv, { recursive: true, force: true });
  const interpreter = findPython();
  await makeVenv(interpreter, venv, say);
  const pip = join(venv, 'bin/pip');
  try {
    await runOnce(pip, ['install', '--quiet', 'uv']);
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
  const found = ['python3.11', 'python3.12', 'python3.13', 'python3'].find((name) => works(name, '-c', check));
  if (found) return found;
  throw new PlaneError(
    'ROTA_PLANE_INSTALL',
    'Python 3.11, 3.12 or 3.13 is needed: apt-get install python3 python3-venv.',
  );
}

async function makeVenv(interpreter: string, venv: string, say: (what: string) => void): Promise<void> {
  if (!works(interpreter, '-c', 'import ensurepip, venv')) await aptInstall(['python3-venv'], say);
  await runOnce(interpreter, ['-m', 'venv', venv]);
}

async function installDatabase(say: (what: string) => void): Promise<void> {
  const missing = ['mariadbd', 'mariadb-install-db', 'mariadb'].filter(
    (name) => !works('sh', '-c', `command -v ${name}`),
  );
  if (missing.length > 0) await aptInstall(['mariadb-server-core', 'mariadb-client-core'], say);
}

/** apt-get, as root only. The packages here hold binaries alone: none of them starts a service. */
async function aptInstall(packages: readonly string[], say: (what: string) => void): Promise<void> {
  const byHand = `Install them by hand: apt-get install --no-install-recommends ${packages.join(' ')}`;
  if (process.getuid?.() !== 0) {
    throw new PlaneError('ROTA_PLANE_INSTALL', `${packages.join(', ')} are missing and this is not root. ${byHand}`);
  }
  say(`Installing Debian's ${packages.join(', ')} …`);
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await runOnce('apt-get', ['update', '-qq'], quiet);
    await runOnce('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], quiet);
  } catch (error) {
    throw new PlaneError('ROTA_PLANE_INSTALL', `${(error as Error).message}\n${byHand}`);
  }
}
