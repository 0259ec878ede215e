import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StackError } from '../errors.js';

const OLDEST_JAVA = 17;

/** The home of a Java 17 or newer: ES_JAVA_HOME, JAVA_HOME, then `java` on the PATH. Throws ROTA_NO_JAVA. */
export function findJava(): string {
  for (const home of [process.env['ES_JAVA_HOME'], process.env['JAVA_HOME'], javaOnPath()]) {
    if (home && existsSync(join(home, 'bin', 'java')) && javaMajor(home) >= OLDEST_JAVA) return home;
  }
  throw new StackError(
    'ROTA_NO_JAVA',
    `Elasticsearch needs Java ${OLDEST_JAVA} or newer and none was found. Install one (apt-get install openjdk-17-jre-headless) or let ES_JAVA_HOME name one.`,
  );
}

/** Whether `findJava` would find one. */
export function hasJava(): boolean {
  try {
    findJava();
    return true;
  } catch {
    return false;
  }
}

function javaOnPath(): string | undefined {
  const which = spawnSync('sh', ['-c', 'command -v java'], { encoding: 'utf8' });
  const path = which.stdout.trim();
  return path ? dirname(dirname(realpathSync(path))) : undefined;
}

function javaMajor(home: string): number {
  try {
    const text = execFileSync(join(home, 'bin', 'java'), ['--version'], { encoding: 'utf8', stdio: 'pipe' });
    return Number(/\b(\d+)(?:\.\d+)*/.exec(text)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
