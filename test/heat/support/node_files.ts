import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Role, serverFiles } from '../../../heat/server_files';

const PROGRAMS = join(import.meta.dirname, '../../../heat/programs');
const PIPELINE = join(import.meta.dirname, '../../../pipeline');

/** The files that cloud-init would write on a server of a role, and those of rota-pipeline.tar.gz, in a folder instead of at `/`. */
export class NodeFiles {
  readonly root = mkdtempSync(join(tmpdir(), 'rota-heat-node-'));

  /** @param values what Heat would fill in, by token name */
  constructor(role: Role, values: Record<string, string> = {}) {
    for (const { path, content } of serverFiles(role)) {
      const file = this.path(path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(
        file,
        content.replace(/@([a-z][a-z0-9_]*)@/g, (token, name: string) => values[name] ?? token),
      );
    }
    const sums = readdirSync(this.path('etc/rota/pipeline')).map((name) =>
      readFileSync(this.path('etc/rota/pipeline', name), 'utf8'),
    );
    for (const [, name] of sums.join('').matchAll(/ programs\/(\S+)$/gm)) {
      cpSync(join(PROGRAMS, name!), this.script(name!));
    }
    cpSync(join(PIPELINE, 'rsyslog'), this.path('etc/rota/rsyslog'), { recursive: true });
    cpSync(join(PIPELINE, 'nginx'), this.path('usr/lib/rota/nginx'), { recursive: true });
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  script(name: string): string {
    return this.path('usr/local/lib/rota', name);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** The settings of an environment file. */
export function readEnv(path: string): Record<string, string> {
  const lines = readFileSync(path, 'utf8').matchAll(/^(ROTA_\w+)="?([^"\n]*)"?$/gm);
  return Object.fromEntries([...lines].map((match) => [match[1]!, match[2]!]));
}
