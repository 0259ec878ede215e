import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { Child, type Ended } from './child';
import type { NodeFiles } from './node_files';

/** Stand-ins for what would change this machine, or wants the account of a server. */
const COMMANDS = { systemctl: 'echo "systemctl $*"', chgrp: ':' };

/** A server's own refresh.sh, which systemd starts every minute, run in a folder instead of at `/`. */
export class RefreshTimer {
  /**
   * @param commands further commands that are stood in for, by name, as shell words
   * @param change what else is another in its scripts
   * @param authority its port; without one the server does not enrol again
   */
  constructor(
    private readonly files: NodeFiles,
    commands: Record<string, string> = {},
    change: (text: string) => string = (text) => text,
    private readonly authority?: number,
  ) {
    if (authority === undefined) writeFileSync(files.script('enrol.py'), '');
    const inside = (text: string) =>
      text
        .replaceAll(/\/(usr\/local\/lib|usr\/lib|etc|var\/lib)\/rota/g, `${files.root}/$1/rota`)
        .replaceAll(/\/(etc|var\/lib)\/(elasticsearch|kibana)/g, `${files.root}/$1/$2`);
    for (const name of ['refresh.sh', 'common.sh', 'role.sh']) {
      writeFileSync(files.script(name), change(inside(readFileSync(files.script(name), 'utf8'))));
    }
    for (const folder of ['var/lib/rota', 'var/lib/elasticsearch', 'etc/elasticsearch', 'etc/kibana', 'commands']) {
      mkdirSync(files.path(folder), { recursive: true });
    }
    for (const [name, words] of Object.entries({ ...COMMANDS, ...commands })) {
      writeFileSync(files.path('commands', name), `#!/bin/sh\n${words}\n`, { mode: 0o755 });
    }
  }

  /** What the server's Nova metadata says from now on. */
  tell(meta: Record<string, string>): void {
    writeFileSync(this.files.path('meta_data.json'), JSON.stringify({ meta }));
  }

  turn(...options: string[]): Promise<Ended> {
    return Child.run('bash', [this.files.script('refresh.sh'), ...options], {
      PATH: [this.files.path('commands'), process.env['PATH']].join(delimiter),
      ROTA_METADATA_URL: `file://${this.files.path('meta_data.json')}`,
      ROTA_PEERS_FILE: this.files.path('etc/rota/peers.env'),
      ROTA_TLS_DIR: this.files.path('etc/rota/tls'),
      ROTA_AUTHORITY_PORT: String(this.authority),
    });
  }
}
