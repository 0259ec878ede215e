import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildUserData } from '../../../heat/build/user_data';
import { parseYaml, type YamlMap } from '../../../heat/build/yaml';

const RSYSLOG = join(import.meta.dirname, '../../../pipeline/rsyslog');

/** The files that cloud-init would write on a server of a role, and those of rota-pipeline.tar.gz, in a folder instead of at `/`. */
export class NodeFiles {
  readonly root = mkdtempSync(join(tmpdir(), 'rota-heat-node-'));

  /** @param values what Heat would fill in, by token name */
  constructor(role: string, values: Record<string, string> = {}) {
    const text = buildUserData(role).text.replace(
      /@([a-z][a-z0-9_]*)@/g,
      (token, name: string) => values[name] ?? token,
    );
    for (const file of (parseYaml(text, role) as YamlMap)['write_files'] as YamlMap[]) {
      const path = this.path(String(file['path']));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, String(file['content']));
    }
    if (role === 'log_server') cpSync(RSYSLOG, this.path('etc/rota/rsyslog'), { recursive: true });
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
