import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { Access } from './account';
import { bad, type Finding, good, notKnown, warning } from './finding';

type Environment = Readonly<Record<string, string | undefined>>;

/** What check_queue.py --look says. */
interface Look {
  fits: boolean;
  whole: number;
  lost_at_most: number | null;
  bytes: number;
}

const UNITS: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/**
 * The work folder and the queue in it.
 * @param queue its file name: `forward` (agent), `index` (server)
 */
export function checkQueue(env: Environment, queue: string, user: string, access: Access): Finding[] {
  const folder = env['ROTA_WORK'] ?? '';
  const what = `queue ${queue} in ${folder}`;
  if (folder === '') return [notKnown(`queue ${queue}`, 'ROTA_WORK is not set', 'name the environment files')];
  if (!existsSync(folder)) {
    return [warning(what, 'the folder is not there', 'its service makes it when it starts')];
  }
  if (access(folder, 'write') === false) {
    return [bad(what, `${user} cannot write there`, `chown ${user}: ${folder}`)];
  }
  return [soundness(env, folder, queue, what), ...aside(folder, queue), room(env, folder, what)];
}

function soundness(env: Environment, folder: string, queue: string, what: string): Finding {
  const pid = runningIn(folder);
  if (pid !== undefined) return good(what, `in use by rsyslogd (process ${pid}), which was started on a sound one`);
  const look = spawnSync('python3', [join(env['ROTA_RSYSLOG_DIR'] ?? '', 'check_queue.py'), '--look', folder, queue], {
    encoding: 'utf8',
  });
  if (look.status !== 0) {
    const why = (look.error?.message ?? look.stderr).trim().split('\n').at(-1);
    return notKnown(what, `check_queue.py does not run: ${why}`, 'install python3, and run this as root');
  }
  const { fits, whole, lost_at_most } = JSON.parse(look.stdout) as Look;
  if (fits) return good(what, whole === 0 ? 'sound and empty' : `sound, ${whole} messages wait`);
  const lost = lost_at_most === null ? 'nobody knows how many are lost' : `at most ${lost_at_most} are lost`;
  return bad(
    what,
    `damaged: ${whole} messages are whole, ${lost}`,
    'start the service: what is whole goes on, the rest is moved aside and told in Delivery',
  );
}

/** The process of the rsyslogd that runs on this work folder. */
function runningIn(folder: string): number | undefined {
  for (const path of [join(folder, 'rsyslogd.pid'), join(folder, 'rsyslog.pid'), '/run/rota-log/rsyslog.pid']) {
    if (!existsSync(path)) continue;
    const pid = Number(readFileSync(path, 'utf8').trim());
    // Another program may have the number by now; and the other rsyslogd of this host has another folder.
    if (environmentOf(pid).includes(`ROTA_WORK=${folder}`)) return pid;
  }
  return undefined;
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** What an earlier damage left: it may hold what somebody wants to look into, and fills the disk. */
function aside(folder: string, queue: string): Finding[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${queue}.damaged-`))
    .sort()
    .map((name) =>
      warning(
        join(folder, name),
        'a queue was damaged; these are its files as they were',
        'event.action: queue_damaged in logs-rota.pipeline-* says how many messages are lost; delete the folder when you are done',
      ),
    );
}

function room(env: Environment, folder: string, what: string): Finding {
  const name = `room for ${what}`;
  const limit = /^(\d+)([kmgt]?)$/i.exec(env['ROTA_QUEUE_DISK'] ?? '4g');
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (!limit) return bad(name, `ROTA_QUEUE_DISK is "${env['ROTA_QUEUE_DISK']}"`, 'give a size such as 4g');
  const wanted = Number(limit[1]) * (UNITS[(limit[2] ?? '').toLowerCase()] ?? 1);
  const sizes = `${gigabytes(free)} free, ROTA_QUEUE_DISK allows ${gigabytes(wanted)}`;
  if (free >= wanted) return good(name, sizes);
  return warning(name, sizes, 'give it a larger disk, or a smaller ROTA_QUEUE_DISK: a full disk damages a queue');
}

const gigabytes = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
