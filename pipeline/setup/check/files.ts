import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { matching } from '../paths';
import type { Access } from './account';
import { bad, type Finding, good, notKnown, warning } from './finding';

type Environment = Readonly<Record<string, string | undefined>>;

/** The files that an agent follows, by their settings (pipeline/rsyslog/agent.conf). */
const FOLLOWED = ['ROTA_NGINX_ACCESS', 'ROTA_NGINX_ERROR', 'ROTA_GUNICORN_ACCESS', 'ROTA_GUNICORN_ERROR'];

/** Whether the agent's user can read what it is to follow. */
export function checkLogFiles(env: Environment, user: string, access: Access): Finding[] {
  const findings = FOLLOWED.flatMap((name) => {
    const pattern = env[name];
    if (!pattern) return [];
    const files = matching(pattern);
    const rotated = env[`${name}_ROTATED`];
    return files.length === 0
      ? [unfound(name, pattern)]
      : [...files, ...(rotated ? matching(rotated) : [])].map((file) => readable(name, file, user, access));
  });
  if (findings.some(({ outcome }) => outcome !== 'warning')) {
    // A node has nginx or gunicorn: what it has not is no fault.
    return findings.filter(({ outcome }) => outcome !== 'warning');
  }
  return findings;
}

function unfound(name: string, pattern: string): Finding {
  return warning(
    name,
    `there is no ${pattern} yet; the agent waits for it`,
    `set ${name} in agent.env if it is elsewhere`,
  );
}

function readable(name: string, file: string, user: string, access: Access): Finding {
  const may = access(file, 'read');
  if (may === undefined) {
    return notKnown(name, `whether ${user} can read ${file}`, `make that user, or run this as root or as ${user}`);
  }
  if (may) return good(name, `${user} can read ${file}`);
  const shut = foldersAbove(file).find((folder) => access(folder, 'enter') === false);
  if (shut !== undefined) {
    return bad(name, `${user} cannot enter ${shut}, so not read ${file}`, `setfacl -m u:${user}:x ${shut}`);
  }
  const { gid, mode } = statSync(file);
  const mend =
    (mode & 0o040) !== 0
      ? `add ${user} to the file's group (getent group ${gid}): usermod -aG <group> ${user}, then restart rota-agent`
      : `let its group read it (chmod g+r, and "create 0640" in logrotate's settings)`;
  return bad(name, `${user} cannot read ${file}`, mend);
}

function foldersAbove(file: string): string[] {
  const folders: string[] = [];
  for (let at = dirname(file); ; at = dirname(at)) {
    folders.unshift(at);
    if (at === dirname(at)) return folders;
  }
}
