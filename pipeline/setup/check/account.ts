import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { userInfo } from 'node:os';

/** Asks whether a user can do something with a path; undefined where nobody but root or that user can tell. */
export type Access = (path: string, how: 'read' | 'write' | 'enter') => boolean | undefined;

const MODES = { read: constants.R_OK, write: constants.W_OK, enter: constants.X_OK };
const TESTS = { read: '-r', write: '-w', enter: '-x' };

/**
 * What the user may, tried as that user with all its groups: modes of files alone say nothing of folders above, access lists or
 * security modules.
 */
export function accessOf(user: string): Access {
  if (userInfo().username === user) {
    return (path, how) => {
      try {
        accessSync(path, MODES[how]);
        return true;
      } catch {
        return false;
      }
    };
  }
  const group = spawnSync('id', ['-g', user], { encoding: 'utf8' });
  if (process.getuid?.() !== 0 || group.status !== 0) return () => undefined;
  return (path, how) => {
    const words = ['--reuid', user, '--regid', group.stdout.trim(), '--init-groups', 'test', TESTS[how], path];
    const { status } = spawnSync('setpriv', words, { stdio: 'ignore' });
    return status === 0 ? true : status === 1 ? false : undefined;
  };
}
